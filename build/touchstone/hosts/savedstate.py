# SPDX-License-Identifier: BSD-2-Clause
"""Machine states saved at the moment before Xen builds dom0.

All instances with the same hypervisor, command line of Xen and machine boot
alike until then.  statemaker.py boots such a machine once, with a placeholder
as dom0's kernel, and saves it to a directory:

    ram         the memory's pages that do not just repeat a byte, one after
                the other
    devices     QEMU's migration stream of all else
    console     what Xen has printed so far
    state.json  where the pages belong, which pages repeat a byte (Xen's scrub
                pattern), where the placeholder and its command line are,
                checksums

Where the kernel has a boot module beside it, that has a placeholder, too.
State.memory() gives the memory of an instance: a copy, with the image in the
placeholder's place; start() gives the machine with it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import mmap
import os
import platform
import zlib
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple

from ..base.process import Child, Stop
from .monitor import MonitorError, Qmp
from .qemu import Qemu

# To be raised when the content of a state changes.
FORMAT = 4

PAGE = 4096
MIB = 1 << 20

# An image takes the place of a placeholder of a power of two, at least that.
_MODULE_MIN = MIB
_MODULE_MAX = 64 * MIB

# Room for a guest's command line; a PV guest's start_info has 1024 bytes.
CMDLINE_ROOM = 512

# A hypervisor that holds several defects has this in front of the 32-bit
# number of the one to have; see defects/guards.py.
NUMBER_MARK = b"touchstone defect number is:"

# Python before 3.10 does not know it.
_F_SETPIPE_SZ = 1031

# QEMU then leaves the memory, which is a file's, out of what it saves.
SHARED_MEMORY = {
    "execute": "migrate-set-capabilities",
    "arguments": {"capabilities": [
        {"capability": "x-ignore-shared", "state": True}]}}


class StateError(Exception):
    """There is no such state, or it cannot be made; the text says why."""


class Recipe(NamedTuple):
    """What a state depends on."""

    xen: Path
    syms: Path
    cmdline: str
    memory: int             # of the machine, in MiB
    vcpus: int
    realtime: bool
    shift: int              # see qemu.py
    module: int             # size of the placeholder
    initrd: int = 0         # and of that of the boot module; 0: there is none

    def key(self, qemu: Qemu) -> str:
        """Return a name for the state: a hash of all that decides it."""
        status = os.stat(qemu.binary)
        facts = [FORMAT, _digest(self.xen), self.cmdline, self.memory,
                 self.vcpus, self.realtime, self.shift, self.module,
                 qemu.binary, qemu.version(), status.st_size,
                 status.st_mtime_ns, qemu.accel]
        if self.initrd:
            facts.append(self.initrd)
        if self.realtime:
            # Xen has measured this computer's clock.
            facts += [platform.node(), _boot_id()]
        text = json.dumps([str(fact) for fact in facts])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def module_size(image_size: int) -> int:
    """Return the size of the placeholder for an image; StateError if none."""
    size = _MODULE_MIN
    while size < image_size:
        size *= 2
    if size > _MODULE_MAX:
        raise StateError("the image is too large")
    return size


class State:
    """A saved state in a directory.  May be used by several threads."""

    def __init__(self, directory: Path) -> None:
        """Load and check a state.  Raises StateError."""
        self.directory = directory
        try:
            facts = json.loads((directory / "state.json").read_text())
            self._size: int = facts["size"]
            self._runs: List[Tuple[int, int]] = [
                (int(at), int(length)) for at, length in facts["runs"]]
            self._fills: List[Tuple[int, int, int]] = [
                (int(at), int(length), int(byte))
                for at, length, byte in facts["fills"]]
            self._module: int = facts["module"]
            self._initrd: Optional[int] = facts.get("initrd")
            self._cmdlines: List[int] = facts["cmdlines"]
            self._numbers: List[int] = facts["numbers"]
            self.devices = (directory / "devices").read_bytes()
            self.console = (directory / "console").read_bytes()
            with open(directory / "ram", "rb") as file:
                self._ram = mmap.mmap(file.fileno(), 0,
                                      access=mmap.ACCESS_READ)
            sums = {"ram": zlib.crc32(self._ram),
                    "devices": zlib.crc32(self.devices),
                    "console": zlib.crc32(self.console)}
            sound = (sums == facts["sums"] and len(self._ram)
                     == sum(length for _, length in self._runs))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StateError(f"{directory}: {error}") from None
        if not sound:
            raise StateError(f"{directory}: damaged")

    def memory(self, image: bytes, cmdline: bytes, initrd: bytes = b"",
               number: int = 0) -> int:
        """Return a file descriptor of memory with an image as dom0's kernel.

        `initrd` is its boot module.  `number`, if not 0, chooses a defect of
        the hypervisor.  The memory has no name anywhere: it goes with its
        last user.
        """
        fd = anonymous_file(self._size)
        try:
            with memoryview(self._ram) as ram:
                done = 0
                for at, length in self._runs:
                    write_at(fd, ram[done:done + length], at)
                    done += length
            for at, length, byte in self._fills:
                pattern = memoryview(bytes([byte]) * min(length, MIB))
                for start in range(at, at + length, MIB):
                    write_at(fd, pattern[:at + length - start], start)
            write_at(fd, memoryview(image), self._module)
            if self._initrd is not None:
                write_at(fd, memoryview(initrd), self._initrd)
            words = memoryview(cmdline.ljust(CMDLINE_ROOM, b"\0"))
            for at in self._cmdlines:
                write_at(fd, words, at)
            for at in self._numbers if number else ():
                write_at(fd, memoryview(number.to_bytes(4, "little")), at)
        except BaseException:
            os.close(fd)
            raise
        return fd


def start(argv: Sequence[str], state: State, ram: int, stop: Stop) -> Child:
    """Start QEMU with a saved state; return it as soon as it has the state.

    `argv` is the machine's command and `ram` its memory.  Raises StateError
    if QEMU refuses, and Interrupted.  What is wrong with the state's content
    QEMU finds out later, and ends: see refused().
    """
    qmp = Qmp(stop)
    source = _stream(state.devices)
    child = None
    try:
        child = Child([*argv, "-incoming", "defer", *monitor_options(qmp)],
                      pass_fds=(ram, qmp.remote.fileno()))
        qmp.connected()
        qmp.run(SHARED_MEMORY, {"execute": "migrate-incoming",
                                "arguments": {"uri": "fd:file"}}, fd=source)
        return child
    except BaseException as error:
        said = ""
        if child is not None:
            child.end()
            said = child.last_errors()
            child.kill()
        if isinstance(error, MonitorError):
            raise StateError(f"{error} ({said})") from None
        raise
    finally:
        qmp.close()
        os.close(source)


def _stream(data: bytes) -> int:
    """Return a descriptor that `data` can be read from.

    QEMU wants a pipe; where none is as large, its old way still does.
    """
    source, sink = os.pipe()
    try:
        fcntl.fcntl(sink, _F_SETPIPE_SZ, len(data))
        os.write(sink, data)
        return source
    except OSError:
        os.close(source)
        fd = anonymous_file(len(data))
        write_at(fd, memoryview(data), 0)
        return fd
    finally:
        os.close(sink)


def refused(child: Child) -> bool:
    """Tell whether a QEMU has ended since it could not load its state."""
    return (child.returncode == 1
            and b"load of migration failed" in child.errors)


def anonymous_file(size: int) -> int:
    """Return the descriptor of a new file in memory, full of zeros."""
    fd = os.memfd_create("machine")
    os.ftruncate(fd, size)
    return fd


def write_at(fd: int, data: memoryview, at: int) -> None:
    while data:
        written = os.pwrite(fd, data, at)
        data, at = data[written:], at + written


def monitor_options(qmp: Qmp) -> List[str]:
    """Return QEMU's options for a monitor on a socket that it inherits."""
    return ["-chardev", f"socket,id=monitor,fd={qmp.remote.fileno()}",
            "-mon", "chardev=monitor,mode=control"]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"
