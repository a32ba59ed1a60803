# SPDX-License-Identifier: BSD-2-Clause
"""QEMU as a machine for Xen: command line, accelerator, version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import List, Optional

from ..base.process import Child, Stop
from ..base.verdict import RunnerError

QEMU = "qemu-system-x86_64"

# Xen and its boot modules need this much beside what dom0 gets (MiB).
XEN_MEMORY = 128

# An instruction takes 2^shift ns of guest time, and idle time passes at once.
# With the coarsest shift, Xen's waits for clocks and countdowns become short;
# QEMU takes no larger one.
COARSE_SHIFT = 10

# With several processors.  QEMU 7.2 gives them turns that all end at the next
# timer, and begins again with the first, so that one which never idles starves
# those behind it, for ever if the first waits for one of them.  With 2^10 ns,
# a vCPU that polls every 10 ms is that busy.
MEDIUM_SHIFT = 8

# For what measures itself: Xen's own timers interrupt few of the measured
# operations.  For schedulers that cannot be told to give long slices, too:
# with longer instructions, their timers come as fast as Xen can serve them.
FINE_SHIFT = 6

_TRIAL_SECONDS = 10.0
_NO_KERNEL = b"dom0 kernel not specified"


class Qemu:
    """A QEMU binary, and how to boot a Xen with one module on it."""

    def __init__(self, binary: Optional[str], accel: str) -> None:
        binary = binary or QEMU
        found = shutil.which(binary)
        if found is None:
            raise RunnerError(
                f"{binary} not found; install Debian's qemu-system-x86"
                " package (`make deps`), or name the program with --qemu")
        self.binary = os.path.abspath(found)
        self.accel = accel
        self._version: Optional[str] = None

    def version(self) -> str:
        """Return what the binary says about its version, e.g. `7.2.22`."""
        if self._version is None:
            self._version = self._ask_version()
        return self._version

    def _ask_version(self) -> str:
        output = subprocess.run([self.binary, "--version"],
                                stdout=subprocess.PIPE, text=True).stdout
        match = re.search(r"version (\S+)", output)
        return match[1] if match else "unknown"

    def settle_accel(self, xen: Path, cache: Path, stop: Stop) -> None:
        """Replace `auto` by the accelerator that works with this Xen here.

        KVM counts only if the processor offers nested virtualisation to the
        host and a trial boot of Xen succeeds.  The answer is kept in `cache`
        until the next boot of the host.
        """
        if self.accel != "auto":
            return
        self.accel = "tcg"
        if not _may_use_kvm():
            return
        note = cache / "kvm-trial"
        key = " ".join([_boot_id(), self.binary, *map(str, (
            os.stat(self.binary).st_mtime_ns, os.stat(xen).st_size,
            os.stat(xen).st_mtime_ns))])
        try:
            known, _, answer = note.read_text().rpartition(" ")
            if known == key:
                self.accel = answer
                return
        except OSError:
            pass
        if self._boots_on_kvm(xen, stop):
            self.accel = "kvm"
        if not stop.is_set:
            try:
                cache.mkdir(parents=True, exist_ok=True)
                note.write_text(f"{key} {self.accel}")
            except OSError:
                pass

    def _boots_on_kvm(self, xen: Path, stop: Stop) -> bool:
        trial = Qemu(self.binary, "kvm")
        argv = trial.command(xen, "console=com1", memory=XEN_MEMORY)
        output = b""
        end = time.monotonic() + _TRIAL_SECONDS
        with Child(argv) as child:
            while _NO_KERNEL not in output:
                data = child.read(end - time.monotonic(), stop)
                if not data:
                    return False
                output = (output + data)[-65536:]
        return True

    def counts_instructions(self, realtime: bool) -> bool:
        """Tell whether guest time goes by instructions, not by the clock."""
        return self.accel != "kvm" and not realtime

    def command(self, xen: Path, cmdline: str, *, memory: int,
                module: Optional[str] = None, vcpus: int = 1,
                realtime: bool = False, shift: int = COARSE_SHIFT,
                gdb: Optional[str] = None, ram: Optional[int] = None,
                initrd: Optional[str] = None) -> List[str]:
        """Return the command that boots `xen` with its first serial on stdout.

        `memory` is the machine's, in MiB.  `module` is a file with a command
        line behind it; the file's name may hold neither spaces nor commas.
        `initrd` is the file of another one.
        `realtime` lets guest time pass as outside; where it does not, `shift`
        says how long an instruction takes.  `gdb` is a QEMU address to wait
        at for a debugger before the first instruction.  `ram` is the
        descriptor, inherited by QEMU, of a file of that size that is the
        machine's memory.
        """
        argv = [self.binary, "-nodefaults", "-no-user-config",
                "-display", "none", "-no-reboot",
                "-accel", self.accel, "-m", str(memory), "-smp", str(vcpus),
                "-chardev", "stdio,id=console,signal=off",
                "-serial", "chardev:console",
                "-device", "isa-debug-exit",
                "-kernel", os.path.abspath(xen), "-append", cmdline]
        if self.accel == "kvm":
            argv += ["-cpu", "host"]
        else:
            # QEMU 10 emulates x2APIC, forgets that a read of its timer needs
            # an exact instruction count, and gives up: "Bad icount read".
            argv += ["-cpu", "max,-x2apic"]
        if self.counts_instructions(realtime):
            argv += ["-icount", f"shift={shift},sleep=off"]
        if module is not None:
            argv += ["-initrd", module.replace(",", ",,")
                     + (f",{initrd}" if initrd else "")]
        if gdb is not None:
            argv += ["-S", "-gdb", gdb]
        if ram is not None:
            argv += ["-machine", "memory-backend=ram", "-object",
                     f"memory-backend-file,id=ram,size={memory}M,share=on,"
                     f"mem-path=/proc/self/fd/{ram}"]
        return argv


def _may_use_kvm() -> bool:
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("flags"):
                    return bool({"vmx", "svm"} & set(line.split()))
    except OSError:
        pass
    return False


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"
