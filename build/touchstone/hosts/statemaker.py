# SPDX-License-Identifier: BSD-2-Clause
"""Makes saved machine states; see savedstate.py for what they are.

The machine boots with a placeholder as dom0's kernel, up to a hardware
breakpoint at construct_dom0().  The hypervisor's code and data are saved as
the boot left them, except for one variable: the number of warnings that Xen
shows at the end of its start, with a countdown of three seconds, is set to 0.
"""

from __future__ import annotations

import errno
import json
import os
import select
import struct
import threading
import time
import zlib
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from ..base import elfsymbols
from ..base.process import Child, Stop
from .monitor import Gdb, Interrupted, MonitorError, Qmp
from .qemu import Qemu
from .savedstate import (CMDLINE_ROOM, MIB, NUMBER_MARK, PAGE, SHARED_MEMORY,
                         Recipe, StateError, anonymous_file, monitor_options)

_BREAKPOINT = "construct_dom0"
_WARNINGS = "nr_warnings"

# The symbols of Xen that making a state needs.
SYMBOLS = (_BREAKPOINT, _WARNINGS)

# Time for a boot up to the breakpoint, on a computer that is very busy, too.
_BOOT_SECONDS = 120.0

_SAVE_SECONDS = 60.0

# For each byte, the page that repeats it.
_UNIFORM = [bytes([byte]) * PAGE for byte in range(256)]

_MARK = b"touchstone placeholder page "
_INITRD_MARK = b"touchstone boot module page "
_WORD = b"touchstone-command-line-"


def make(recipe: Recipe, qemu: Qemu, directory: Path, stop: Stop) -> None:
    """Boot a machine and save its state to an empty directory.

    Raises StateError where that is impossible.
    """
    symbols = _symbols(recipe)
    placeholders = {"module": _placeholder(recipe.module)}
    if recipe.initrd:
        placeholders["initrd"] = _pages(_INITRD_MARK, recipe.initrd)
    for name, content in placeholders.items():
        (directory / name).write_bytes(content)
    ram = anonymous_file(recipe.memory * MIB)
    try:
        devices, console = _boot(recipe, qemu, directory, symbols, ram, stop)
        facts = _pack(ram, placeholders, directory / "ram")
    finally:
        os.close(ram)
        for name in placeholders:
            (directory / name).unlink()
    sums = facts["sums"]
    for name, data in (("devices", devices), ("console", console)):
        (directory / name).write_bytes(data)
        sums[name] = zlib.crc32(data)
    facts["recipe"] = [str(fact) for fact in (*recipe, qemu.binary)]
    (directory / "state.json").write_text(json.dumps(facts))


def _symbols(recipe: Recipe) -> Dict[str, elfsymbols.Symbol]:
    """Return the addresses in Xen that making a state needs."""
    try:
        found = elfsymbols.find(recipe.syms, SYMBOLS)
    except elfsymbols.ElfError as error:
        raise StateError(str(error)) from None
    place = found.get(_BREAKPOINT)
    if place is None or not place.content:
        raise StateError(f"{recipe.syms} has no function {_BREAKPOINT}")
    if place.content not in recipe.xen.read_bytes():
        raise StateError(f"{recipe.syms} is of another build than"
                         f" {recipe.xen}")
    return found


def _boot(recipe: Recipe, qemu: Qemu, directory: Path,
          symbols: Dict[str, elfsymbols.Symbol], ram: int,
          stop: Stop) -> Tuple[bytes, bytes]:
    """Boot to the breakpoint; return the devices' state and the console."""
    gdb, qmp = Gdb(stop), Qmp(stop)
    source, sink = os.pipe()
    argv = qemu.command(
        recipe.xen, recipe.cmdline, memory=recipe.memory,
        vcpus=recipe.vcpus, realtime=recipe.realtime, shift=recipe.shift,
        module=f"module {_word().decode()}", ram=ram,
        initrd="initrd" if recipe.initrd else None)
    argv += ["-S", "-gdb", "chardev:debugger",
             "-chardev", f"socket,id=debugger,fd={gdb.remote.fileno()}",
             *monitor_options(qmp)]
    try:
        with Child(argv, str(directory), (
                ram, gdb.remote.fileno(), qmp.remote.fileno())) as child:
            gdb.connected()
            qmp.connected()
            console = _Console(child, stop)
            try:
                _run_to_breakpoint(gdb, symbols)
                qmp.run(SHARED_MEMORY, {"execute": "migrate",
                                        "arguments": {"uri": "fd:file"}},
                        fd=sink)
                os.close(sink)
                sink = -1
                devices = _runnable(_read_all(source, stop))
                if qmp.run({"execute": "query-migrate"})[0].get(
                        "status") != "completed":
                    raise MonitorError("QEMU did not save the machine")
                qmp.run({"execute": "quit"})
                return devices, console.text()
            except MonitorError as error:
                child.end()
                raise StateError(f"{error} ({_remarks(child, console)})"
                                 ) from None
            finally:
                child.end()
                console.text()
    finally:
        gdb.close()
        qmp.close()
        os.close(source)
        if sink >= 0:
            os.close(sink)


def _run_to_breakpoint(gdb: Gdb,
                       symbols: Dict[str, elfsymbols.Symbol]) -> None:
    place = symbols[_BREAKPOINT]
    gdb.insert_breakpoint(place.address)
    gdb.run_to_breakpoint(_BOOT_SECONDS)
    if gdb.read(place.address, 1) == b"":
        raise MonitorError("the machine stopped before Xen was there")
    warnings = symbols.get(_WARNINGS)
    if warnings is not None and warnings.size == 4:
        gdb.write(warnings.address, bytes(4))


class _Console:
    """Reads a machine's console while something else controls it."""

    def __init__(self, child: Child, stop: Stop) -> None:
        self._child = child
        self._stop = stop
        self._data = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            data = self._child.read(3600.0, self._stop)
            if not data:
                return
            self._data += data

    def text(self) -> bytes:
        """Return all output, when the machine has ended."""
        self._thread.join()
        return self._data


def _remarks(child: Child, console: _Console) -> str:
    """Return what QEMU or Xen said last."""
    said = child.last_errors().split("\n")
    said += console.text().decode("utf-8", "replace").split("\n")[-8:]
    return " / ".join(line.strip() for line in said if line.strip())


def _read_all(fd: int, stop: Stop) -> bytes:
    """Return all that comes through a pipe."""
    pieces: List[bytes] = []
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.register(stop.fileno(), select.POLLIN)
    end = time.monotonic() + _SAVE_SECONDS
    while True:
        left = max(0.0, end - time.monotonic())
        ready = [fileno for fileno, _ in poll.poll(left * 1000)]
        if stop.fileno() in ready:
            raise Interrupted
        if not ready:
            raise MonitorError("QEMU takes too long to save the machine")
        data = os.read(fd, 65536)
        if not data:
            return b"".join(pieces)
        pieces.append(data)


def _run_state(name: bytes) -> bytes:
    """Return how QEMU's migration stream says that a machine was `name`."""
    return struct.pack(">I", len(name) + 1) + name.ljust(100, b"\0")


def _runnable(devices: bytes) -> bytes:
    """Return a stream whose machine runs as soon as it is loaded.

    The debugger has stopped it, and that is what the stream says; QEMU
    refuses to load a machine in such a state.
    """
    stopped = _run_state(b"debug")
    if devices.count(stopped) != 1:
        raise MonitorError("this QEMU does not say how the machine was")
    return devices.replace(stopped, _run_state(b"running"))


# --- finding the placeholder ------------------------------------------------

def _placeholder(size: int) -> bytes:
    """Return a kernel that has its place in each page, and cannot run."""
    pages = _pages(_MARK, size)
    # Xen looks whether it is an ELF file before it decides where it goes.
    return b"\x7fELF\x02\x01\x01" + pages[7:]


def _pages(mark: bytes, size: int) -> bytes:
    """Return so many bytes that have their place in each page."""
    return b"".join((mark + b"%08x" % number).ljust(PAGE, b".")
                    for number in range(size // PAGE))


def _word() -> bytes:
    """Return a command line that is as long as one may be."""
    return _WORD.ljust(CMDLINE_ROOM, b"-")


def _pack(ram: int, placeholders: Dict[str, bytes], target: Path) -> dict:
    """Write the memory's used pages to a file; return where they belong."""
    parts = _used(ram)
    places = {name: _find_placeholder(parts, content)
              for name, content in placeholders.items()}
    hidden = [range(at, at + len(placeholders[name]))
              for name, at in places.items()]
    cmdlines = [at for start, data in parts
                for at in _find_all(data, _word(), start)]
    if not cmdlines:
        raise StateError("Xen did not keep the guest's command line")
    numbers = [at + len(NUMBER_MARK) for start, data in parts
               for at in _find_all(data, NUMBER_MARK, start)]
    runs: List[List[int]] = []
    fills: List[List[int]] = []
    checksum = 0
    with open(target, "wb") as file:
        for start, data in parts:
            for at in range(start, start + len(data), PAGE):
                page = data[at - start:at - start + PAGE]
                if any(at in area for area in hidden):
                    continue
                byte = page[0]
                if page == _UNIFORM[byte]:
                    if byte:
                        _append(fills, at, byte)
                    continue
                file.write(page)
                checksum = zlib.crc32(page, checksum)
                _append(runs, at)
    return {"size": os.fstat(ram).st_size, "runs": runs, "fills": fills,
            **places, "cmdlines": cmdlines, "numbers": numbers,
            "sums": {"ram": checksum}}


def _append(runs: List[List[int]], at: int, *kind: int) -> None:
    """Add a page to a list of runs: [where, length, kind...]."""
    if runs and runs[-1][0] + runs[-1][1] == at and runs[-1][2:] == [*kind]:
        runs[-1][1] += PAGE
    else:
        runs.append([at, PAGE, *kind])


def _used(fd: int) -> List[Tuple[int, bytes]]:
    """Return the parts of a file in memory that were ever written."""
    parts: List[Tuple[int, bytes]] = []
    end = 0
    while True:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return parts
            raise
        end = os.lseek(fd, start, os.SEEK_HOLE)
        parts.append((start, os.pread(fd, end - start, start)))


def _find_placeholder(parts: Sequence[Tuple[int, bytes]],
                      placeholder: bytes) -> int:
    """Return where the placeholder is that Xen will use.

    The boot loader's copy may still be there: Xen moves modules up.
    """
    for start, data in reversed(parts):
        at = data.rfind(placeholder)
        if at >= 0:
            return start + at
    raise StateError("Xen did not keep the image in one piece")


def _find_all(data: bytes, what: bytes, start: int) -> List[int]:
    found: List[int] = []
    at = data.find(what)
    while at >= 0:
        found.append(start + at)
        at = data.find(what, at + len(what))
    return found
