# SPDX-License-Identifier: BSD-2-Clause
"""Hosts: where instances run.  `create` picks one by its kind.

A host is an object with the methods of `Host`.  To add a kind, write a module
with a subclass and name it in `create`; nothing else knows the kinds apart.
"""

import os
from pathlib import Path
from typing import List, NamedTuple, Optional

from ..base.process import Stop
from ..base.verdict import InstanceError, Result, RunnerError, UsageError
from ..hypervisors import hypervisor
from ..hypervisors.hypervisor import Hypervisor
from ..runner import image
from ..runner.catalogue import Instance

KINDS = ("dom0", "dom0less", "xl", "box")

# What fits into a guest's command line.
MAX_COMMAND_LINE = 1000

# Seconds that an instance may take when nothing else is said.
TIMEOUT = 30.0

# A guest that prints more than this without a verdict never gets to one.
FLOOD_BYTES = 4 * 1024 * 1024
FLOOD = f"console flood: more than {FLOOD_BYTES >> 20} MiB without a verdict"


class Options:
    """What the command line says about hosts; see `xtf-runner --help`."""

    def __init__(self) -> None:
        self.xen = "full"
        self.qemu: Optional[str] = None     # if not the usual one
        self.gic = 3                        # of an arm64 machine
        self.accel = "auto"
        self.timeout: Optional[float] = None
        self.vcpus: Optional[int] = None
        self.guest_type: Optional[str] = None   # of HVM images: hvm, pvh
        self.paging: Optional[str] = None       # of HVM guests: hap, shadow
        self.xen_cmdline = ""
        self.cases: List[str] = []
        self.shuffle: Optional[int] = None
        self.cold = False
        self.amplify: Optional[int] = None  # the race amplifier's seed
        self.defect = 0                     # which, if Xen holds several
        self.states: Optional[Path] = None  # where to keep them, if not usual
        self.results_mode = "console"
        self.logfile_dir = "/var/log/xen/console/"
        self.logfile_pattern = "guest-%s.log"


class Clock(NamedTuple):
    """What a guest's time stamp counter counts."""

    unit: str = "cycles"
    ticks: int = 1          # of the counter, for one unit
    emulated: bool = False  # the units are no processor's


class Host:
    """A place where instances run.  `run` is called from several threads."""

    kind = ""

    # Why no instance can end well here, once that is known.
    hopeless = ""

    def __init__(self, options: Options) -> None:
        self.options = options

    def prepare(self) -> None:
        """Get ready, once, before the first `run`; RunnerError if impossible.

        What takes long reports its progress on standard error.
        """

    def describe(self) -> str:
        """Return one line that names the hypervisor and how it runs."""
        raise NotImplementedError

    def xen_version(self) -> str:
        """Return Xen's version, e.g. `4.17.5`; empty if it is not known."""
        return ""

    def can_run(self, instance: Instance) -> Optional[str]:
        """Return why this host cannot run an instance; None if it can.

        Only what is known without running it; `run` may still find out.
        InstanceError if the instance's configuration is bad.
        """
        raise NotImplementedError

    def clock(self) -> Clock:
        """Return what tests of category bench measure in here."""
        return Clock()

    def remarks(self) -> List[str]:
        """Return what is worth a word to those who want to know all."""
        return []

    def default_jobs(self) -> int:
        """Return how many instances should run at once."""
        return len(os.sched_getaffinity(0))

    def timeout(self, instance: Instance) -> float:
        """Return the time limit of an instance in seconds."""
        return self.options.timeout or instance.test.timeout or TIMEOUT

    def vcpus(self, instance: Instance) -> int:
        """Return the number of virtual CPUs that an instance gets."""
        return self.options.vcpus or instance.number("vcpus", 1)

    def words(self, instance: Instance) -> str:
        """Return an instance's command line: of its xl.cfg and of options."""
        settings = instance.settings()
        words = [str(settings.get("cmdline") or settings.get("extra") or "")]
        words += [image.word(pattern) for pattern in self.options.cases]
        if self.options.shuffle is not None:
            words.append(f"shuffle={self.options.shuffle}")
        line = " ".join(word for word in words if word)
        if len(line) > MAX_COMMAND_LINE:
            raise InstanceError(
                f"the guest's command line would have {len(line)} characters,"
                f" of at most {MAX_COMMAND_LINE}; give fewer or shorter"
                " patterns for --case")
        return line

    def processors(self, instance: Instance) -> int:
        """Return how many processors an instance may keep busy."""
        return 1

    def would_wait(self, instance: Instance) -> bool:
        """Tell whether an instance would wait for what another one makes."""
        return False

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        """Run an instance to its end and leave nothing of it behind.

        None if `stop` ended it.  An InstanceError is this instance's ERROR;
        a RunnerError means that no instance can run here.
        """
        raise NotImplementedError


def is_xen_dom0() -> bool:
    """Tell whether this system runs as a Xen control domain."""
    try:
        with open("/proc/xen/capabilities") as file:
            return "control_d" in file.read()
    except OSError:
        return False


def resolve(spec: str, arch: str) -> Hypervisor:
    """Return the hypervisor that --xen names; made first, if need be."""
    try:
        found = hypervisor.cached(spec, arch=arch)
        if found is not None:
            return found
        from ..base import steps
        steps.stop_on_signals()
        reporter = steps.Reporter()
        try:
            return hypervisor.resolve(spec, reporter, arch=arch)
        finally:
            reporter.close()
    except hypervisor.HypervisorError as error:
        raise RunnerError(str(error)) from None


def create(kind: Optional[str], options: Options,
           arch: str = "x86") -> Host:
    """Return the host of a kind; the one that fits this system if None.

    All instances that it will run are of one architecture.
    """
    kind = kind or ("xl" if is_xen_dom0() else "dom0")
    if kind == "xl":
        from .xl import XlHost
        return XlHost(options)
    if arch == "arm64":
        from . import arm64
        if kind == "box":
            raise UsageError("host box is for x86")
        return (arm64.Dom0Host(options) if kind == "dom0"
                else arm64.Dom0lessHost(options))
    if kind == "dom0less":
        raise UsageError("Xen for x86 starts no domains without a dom0;"
                         " host dom0less is for arm64")
    if kind == "box":
        from .box import BoxHost
        return BoxHost(options)
    from .dom0 import Dom0Host
    return Dom0Host(options)
