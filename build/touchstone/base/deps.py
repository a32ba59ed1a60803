# SPDX-License-Identifier: BSD-2-Clause
"""The Debian packages that the project's commands need; their installation.

What is needed is looked for as programs and files, not as packages, so that
a toolchain from elsewhere counts, and so that a look costs no apt call.
"""

import os
import shutil
import sys
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple


class Need(NamedTuple):
    """A Debian package, and what shows that it or the like of it is there.

    `probe` is a program's name, or a path if it has a slash.
    """

    package: str
    probe: str


_BUILD = (Need("gcc", "gcc"), Need("binutils", "ld"),
          Need("binutils", "objcopy"), Need("make", "make"))

_QEMU = (Need("qemu-system-x86", "qemu-system-x86_64"),)

# Xen's own build: host tools in C, Kconfig's parsers, Debian's patches.
_HYPERVISOR = _BUILD + (
    Need("libc6-dev", "/usr/include/stdio.h"),
    Need("flex", "flex"), Need("bison", "bison"), Need("patch", "patch"))

# For arm64, on another machine: a cross compiler and an emulator.
_CROSS = (Need("gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc"),
          Need("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-ld"))

_QEMU_ARM = (Need("qemu-system-arm", "qemu-system-aarch64"),)

_ABI = (Need("libxen-dev", "/usr/include/xen/xen.h"),)

_STYLE = (Need("pycodestyle", "pycodestyle"),)


def _module(package: str, module: str) -> Tuple[Need]:
    """Return the need of a library that is written in Python."""
    return (Need(package, "/usr/lib/python3/dist-packages/"
                          f"{module}/__init__.py"),)


_PAGES = _module("python3-jinja2", "jinja2")
_YAML = _module("python3-yaml", "yaml")
_ELF = _module("python3-pyelftools", "elftools")
_JUNIT = _module("python3-junitparser", "junitparser")
_MANUAL = _module("python3-argparse-manpage", "build_manpages")
_DOCS = (Need("doxygen", "doxygen"),)

_CLANG = (Need("clang", "clang"),)
_LLVM = _CLANG + (Need("lld", "ld.lld"), Need("llvm", "llvm-objcopy"))

# Purpose: what for, for people; what it takes.
PURPOSES: Dict[str, Tuple[str, Sequence[Need]]] = {
    "build": ("to build the tests", _BUILD),
    "hypervisor": ("to build the `full' hypervisor", _HYPERVISOR),
    "run": ("to build the tests and a hypervisor, and to run them in QEMU",
            _HYPERVISOR + _QEMU),
    "build-arm64": ("to build the tests for arm64", _BUILD + _CROSS),
    "hypervisor-arm64": ("to build the `full' hypervisor for arm64",
                         _HYPERVISOR + _CROSS),
    "run-arm64": ("to build the tests and a hypervisor for arm64, and to run"
                  " them in QEMU", _HYPERVISOR + _CROSS + _QEMU_ARM),
    "check": ("for the project's own checks",
              _HYPERVISOR + _QEMU + _ABI + _CLANG + _STYLE + _PAGES
              + _YAML + _ELF + _JUNIT + _MANUAL + _DOCS),
    "coverage": ("to see which lines of the hypervisor the tests reach",
                 _HYPERVISOR + _QEMU + _PAGES + _ELF),
    "man": ("for the manual page", _MANUAL),
    "docs": ("for the pages of the API", _DOCS),
    "all": ("for everything, LLVM=1 included",
            _HYPERVISOR + _QEMU + _ABI + _LLVM + _PAGES + _ELF + _MANUAL
            + _DOCS),
}


def missing(purpose: str) -> List[Need]:
    """Return what a purpose needs and this system lacks."""
    def there(probe: str) -> bool:
        if "/" in probe:
            return os.path.exists(probe)
        return shutil.which(probe) is not None

    return [need for need in PURPOSES[purpose][1] if not there(need.probe)]


def packages_of(needs: Sequence[Need]) -> List[str]:
    """Return the packages that meet needs, each once."""
    return list(dict.fromkeys(need.package for need in needs))


def install(packages: Sequence[str]) -> str:
    """Install packages as root or through sudo; return "" or why it failed.

    Package lists are fetched only where there are none or where they turn
    out to be out of date.
    """
    prefix = _privilege()
    if prefix is None:
        return "this needs root, and sudo does not give it here"
    update = [*prefix, "apt-get", "-q", "update"]
    get = [*prefix, "apt-get", "-q", "-y", "--no-install-recommends",
           "-o", "DPkg::Lock::Timeout=300", "install", *packages]
    updated = not _has_lists()
    if updated:
        _call(update)
    status = _call(get)
    if status != 0 and not updated:
        print("deps: fetching newer package lists, then trying again",
              file=sys.stderr, flush=True)
        _call(update)
        status = _call(get)
    return "" if status == 0 else f"apt-get ended with status {status}"


def _privilege() -> Optional[List[str]]:
    """Return what to put before a command to run it as root, or None."""
    import subprocess
    # sudo drops the environment, so env comes after it.
    env = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    if os.geteuid() == 0:
        return env
    if shutil.which("sudo") is None:
        return None
    quiet = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    if quiet.returncode == 0:
        return ["sudo", "-n", *env]
    return ["sudo", *env] if sys.stdin.isatty() else None


def _has_lists() -> bool:
    """Tell whether apt has lists of packages."""
    try:
        return any("_Packages" in name
                   for name in os.listdir("/var/lib/apt/lists"))
    except OSError:
        return False


def _call(command: Sequence[str]) -> int:
    """Run a command with its output on standard error; return its status."""
    import subprocess
    print("+ " + " ".join(command), file=sys.stderr, flush=True)
    return subprocess.run(command, stdout=2).returncode


def by_hand(packages: Sequence[str]) -> str:
    """Return the command line that installs packages."""
    return ("apt-get update && apt-get install --no-install-recommends "
            + " ".join(packages))


def main(argv: Optional[List[str]] = None) -> int:
    """Run `build/deps`; return its exit status."""
    import argparse
    parser = argparse.ArgumentParser(
        prog="deps", description="Install the Debian packages that are"
        " missing for a purpose.")
    parser.add_argument("purpose", nargs="?", default="run",
                        choices=list(PURPOSES), help="default: run")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--install", action="store_true",
                     help="install what is missing (the default)")
    how.add_argument("--check", action="store_true",
                     help="only say what is missing; exit 1 if anything is")
    how.add_argument("--list", action="store_true",
                     help="print all packages of the purpose, there or not")
    words = parser.parse_args(argv)

    purpose_text, needs = PURPOSES[words.purpose]
    if words.list:
        print("\n".join(packages_of(needs)))
        return 0
    lacking = missing(words.purpose)
    if not lacking:
        return 0
    packages = packages_of(lacking)
    names = " ".join(packages)
    if words.check:
        print(f"deps: missing {purpose_text}: {names}\n"
              f"deps: install them with: {by_hand(packages)}",
              file=sys.stderr)
        return 1
    if shutil.which("apt-get") is None:
        print(f"deps: missing {purpose_text}, and there is no apt here: what"
              f" Debian calls {names}", file=sys.stderr)
        return 1
    print(f"deps: installing Debian packages {purpose_text}: {names}",
          file=sys.stderr, flush=True)
    try:
        failure = install(packages)
    except KeyboardInterrupt:
        return 130
    still = packages_of(missing(words.purpose))
    if still and not failure:
        failure = "apt-get ended well, yet they are not there: " \
            + " ".join(still)
    if failure:
        print(f"deps: {failure}\ndeps: install them by hand, as root:"
              f" {by_hand(packages)}", file=sys.stderr)
        return 1
    return 0
