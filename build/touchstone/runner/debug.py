# SPDX-License-Identifier: BSD-2-Clause
"""An instance under a debugger: QEMU waits, gdb stops at the image's entry."""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import List, Tuple

from ..base import steps
from .catalogue import Instance
from ..hosts import Host
from ..base.process import guarded
from ..base.verdict import RunnerError, UsageError

_PT_LOAD = 1


def entry_point(image: Path) -> Tuple[int, int]:
    """Return an ELF file's entry address, and the four bytes of code there.

    The code is an integer, as a little-endian processor reads it.
    RunnerError if the file is no little-endian ELF with its entry in it.
    """
    data = image.read_bytes()
    try:
        if data[:4] != b"\x7fELF":
            raise ValueError
        wide = data[4] == 2
        entry, table = struct.unpack_from("<QQ" if wide else "<II", data, 24)
        size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
        for at in range(table, table + size * count, size):
            fields = struct.unpack_from("<II6Q" if wide else "<8I", data, at)
            kind, offset, start, length = (
                (fields[0], fields[2], fields[3], fields[5]) if wide else
                (fields[0], fields[1], fields[2], fields[4]))
            if kind == _PT_LOAD and start <= entry < start + length:
                where = offset + entry - start
                return entry, struct.unpack_from("<I", data, where)[0]
    except (struct.error, ValueError, IndexError):
        pass
    raise RunnerError(f"{image} is no ELF file that could be debugged")


def symbol_file(instance: Instance) -> Path:
    """Return the file with an image's symbols; the image, if there is none."""
    test = instance.test
    symbols = (test.directory.parents[1] / "out" / instance.env
               / test.directory.parent.name / test.directory.name
               / f"{test.name}.elf")
    return symbols if symbols.exists() else instance.image


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _script(instance: Instance, port: int) -> str:
    """Return gdb commands that lead to the image's first instruction."""
    # Long mode's registers serve 32-bit code, too; QEMU knows no other set.
    # Only hardware breakpoints work: the image is not in memory yet, and
    # something else may run at its address before.
    entry, code = entry_point(instance.image)
    return "\n".join([
        "set architecture i386:x86-64",
        "set confirm off",
        f"target remote 127.0.0.1:{port}",
        f"thbreak *{entry:#x} if *(unsigned int *){entry:#x} == {code:#x}",
        "continue",
        ""])


def run(host: Host, instances: List[Instance]) -> int:
    """Boot one instance for a debugger, with the console on this terminal.

    Returns QEMU's exit status; UsageError unless there is one instance and
    a host `dom0` to run it.
    """
    from ..hosts.dom0 import Dom0Host
    if len(instances) != 1:
        raise UsageError("--gdb wants one instance; the words select"
                         f" {len(instances)}")
    if not isinstance(host, Dom0Host):
        raise UsageError("--gdb works with host dom0 only")
    instance = instances[0]
    host.prepare()
    port = _free_port()
    command = host.command(instance, gdb=f"tcp:127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="xtf-gdb-") as directory:
        script = Path(directory) / "attach.gdb"
        script.write_text(_script(instance, port))
        symbols = symbol_file(instance)
        print(f"{instance.name} waits for gdb.  In another terminal:\n\n"
              f"    gdb {shlex.quote(str(symbols))} -x {script}\n\n"
              "It stops at the image's first instruction.  From there, too,"
              " set breakpoints with\nhbreak, not break.", end="")
        if host.symbols is not None:
            print(f"  For Xen itself: add-symbol-file"
                  f" {shlex.quote(str(host.symbols))}", end="")
        print("\nCtrl-C ends it.  The console:\n", flush=True)
        steps.stop_on_signals()
        with subprocess.Popen(guarded(command), cwd=instance.image.parent,
                              stdin=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                return process.wait()
            except KeyboardInterrupt:
                return 130
            finally:
                process.kill()
