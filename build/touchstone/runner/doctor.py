# SPDX-License-Identifier: BSD-2-Clause
"""What this machine has of what the suite takes, and how to get the rest."""

import os
import shutil
import sys
from pathlib import Path
from typing import Callable, Iterator, List, NamedTuple

from .. import hosts
from ..base import cache, deps, library
from ..hypervisors import hypervisor

# What a saved state or a hypervisor's build may take (bytes).
_ROOM = 4 << 30

# What QEMU and Xen take for one instance (bytes).
_MEMORY = 512 << 20


# What one option or command takes beyond the standard library.
_LIBRARIES = (
    ("Jinja2", "jinja2", "python3-jinja2", "--html and build/coverage"),
    ("pyelftools", "elftools", "python3-pyelftools", "build/coverage"),
    ("the manual", "build_manpages", "python3-argparse-manpage",
     "build/manual"),
)


class Finding(NamedTuple):
    """One thing: whether it is there, and what to do if it is not.

    `needed` is false for what only some options take.
    """

    name: str
    good: bool
    text: str
    remedy: str = ""
    needed: bool = True


def findings(tests: Path, qemu: str) -> Iterator[Finding]:
    """Yield what there is to say of this machine."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", sys.version_info >= (3, 6), version,
                  "Python 3.6 or later runs xtf-runner")
    yield _tests(tests)
    if hosts.is_xen_dom0():
        yield from _xl()
    else:
        yield from _qemu(qemu)
    for name, module, package, used in _LIBRARIES:
        yield _package(name, module, package, used)
    for purpose in ("build", "check"):
        yield _packages(purpose)


def _tests(directory: Path) -> Finding:
    built = len(list(directory.glob("*/info.json")))
    return Finding("tests", built > 0, f"{built} built in {directory}"
                   if built else f"none is built in {directory}", "make")


def _xl() -> Iterator[Finding]:
    yield Finding("host", True, "this is a Xen control domain: host xl")
    xl = shutil.which("xl")
    yield Finding("xl", xl is not None, xl or "not found",
                  "apt-get install xen-utils-common")
    yield Finding("root", os.geteuid() == 0, "you are root"
                  if os.geteuid() == 0 else "xl needs root", "sudo")


def _qemu(qemu: str) -> Iterator[Finding]:
    yield Finding("host", True, "no Xen under this system: host dom0, QEMU"
                  " boots a Xen")
    found = shutil.which(qemu)
    yield Finding("QEMU", found is not None, found or f"{qemu} is not found",
                  deps.by_hand(["qemu-system-x86"]))
    yield _hypervisor()
    usable = os.access("/dev/kvm", os.R_OK | os.W_OK)
    yield Finding("KVM", usable, "is used if Xen boots on it" if usable else
                  "cannot be used: QEMU emulates, which is exact and slower",
                  "give this user access to /dev/kvm", False)
    yield Finding("saved states", hasattr(os, "memfd_create"),
                  "instances start from a Xen that has booted"
                  if hasattr(os, "memfd_create") else
                  "each instance boots Xen from the start", "", False)
    yield _memory()
    yield _disk()


def _hypervisor() -> Finding:
    full = hypervisor.cached("full")
    if full is not None:
        return Finding("hypervisor", True, f"full {full.version}, built")
    missing = deps.packages_of(deps.missing("hypervisor"))
    return Finding(
        "hypervisor", True, "full is not built yet: the first run does it,"
        " in some minutes" + (f"; that takes {' '.join(missing)}"
                              if missing else ""))


def _memory() -> Finding:
    free = 0
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    free = int(line.split()[1]) << 10
    except OSError:
        pass
    jobs = len(os.sched_getaffinity(0))
    return Finding("memory", free >= _MEMORY * jobs,
                   f"{free >> 20} MiB free, for {jobs} instances at once",
                   f"-j {max(1, free // _MEMORY)}", False)


def _disk() -> Finding:
    place = cache.root()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(str(place)).free
    return Finding("cache", free >= _ROOM,
                   f"{free >> 30} GiB free for {cache.root()}",
                   "set XDG_CACHE_HOME to a larger file system", False)


def _package(name: str, module: str, package: str, used: str) -> Finding:
    return Finding(name, library.is_there(module), f"for {used}",
                   deps.by_hand([package]), False)


def _packages(purpose: str) -> Finding:
    what = deps.PURPOSES[purpose][0]
    missing = deps.packages_of(deps.missing(purpose))
    return Finding("packages", not missing, what if not missing
                   else f"{what}: {' '.join(missing)} missing",
                   f"build/deps {purpose} --install", False)


def run(tests: Path, qemu: str, say: Callable[[str], object] = print,
        found: Callable[[Path, str], Iterator[Finding]] = findings) -> int:
    """Print all findings; return 0 if instances can run here, else 1."""
    can = True
    remedies: List[str] = []
    for one in found(tests, qemu):
        mark = "ok" if one.good else "MISSING" if one.needed else "-"
        say(f"{mark:<8} {one.name:<13} {one.text}")
        if not one.good:
            can = can and not one.needed
            if one.remedy and one.remedy not in remedies:
                remedies.append(one.remedy)
                say(f"{'':<22} -> {one.remedy}")
    say("Instances can run here." if can else
        "Instances cannot run here before what is MISSING is there.")
    return 0 if can else 1
