# SPDX-License-Identifier: BSD-2-Clause
"""Debian's xen source package: unpack it, configure it, build its hypervisor.

A source tree stays where it was built, objects and all, so that an interrupted
build goes on where it was and an edit of one file costs one file.  All paths
in its make rules are relative: a copy that keeps time stamps builds on too.
"""

from __future__ import annotations

import os
import platform
import re
import tarfile
import time
from pathlib import Path
from typing import Callable, Dict, List, Sequence, Set, Tuple

from ..base import steps

# What a build reports as made, where no former build says it exactly.
USUAL_OBJECTS = 620

# A line such as "  CC      common/argo.o" in make's output.
_MADE = re.compile(r"^ {2}[A-Z][A-Z_]* {2,}(\S+)")


class BuildError(Exception):
    """A source tree cannot be made or built; the text says why."""


def unpack(tars: Sequence[Path], into: Path, log: Path) -> None:
    """Unpack a `3.0 (quilt)` source package and apply its patches.

    `into` is an empty directory.  Raises BuildError naming a patch that does
    not apply or a tool that is missing.
    """
    upstream = [tar for tar in tars if ".orig.tar." in tar.name]
    packaging = [tar for tar in tars if ".debian.tar." in tar.name]
    if len(upstream) != 1 or len(packaging) != 1:
        raise BuildError("source package of an unknown form: "
                         + ", ".join(tar.name for tar in tars))
    _extract(upstream[0], into, strip=1)
    _extract(packaging[0], into, strip=0)
    series = into / "debian/patches/series"
    names = series.read_text().splitlines() if series.exists() else []
    for name in (line.partition("#")[0].strip() for line in names):
        if not name:
            continue
        # A fuzzy match could put a change in the wrong place: -F0.
        command = ["patch", "-p1", "-N", "-t", "-F0", "-E", "-s",
                   "-i", f"debian/patches/{name.split()[0]}"]
        try:
            steps.run(command, log, cwd=into)
        except FileNotFoundError:
            raise BuildError("the program patch is missing") from None
        except steps.CommandFailed as error:
            raise BuildError(f"{name} does not apply:\n{error.output}"
                             ) from error


def _extract(path: Path, into: Path, strip: int) -> None:
    """Extract a tar file without its first `strip` directory levels."""
    def stripped(name: str) -> str:
        return "/".join(name.split("/")[strip:])

    with tarfile.open(path) as tar:
        wanted = []
        for member in tar.getmembers():
            member.name = stripped(member.name)
            if member.islnk():
                member.linkname = stripped(member.linkname)
            if member.name.startswith("/") or ".." in member.name.split("/"):
                raise BuildError(f"{path.name}: bad file name {member.name}")
            if member.name:
                member.uid, member.gid = os.getuid(), os.getgid()
                member.uname = member.gname = ""
                wanted.append(member)
        tar.extractall(into, wanted)


def environment(tree: Path) -> Dict[str, str]:
    """Return the environment to build a tree's hypervisor in.

    It is the same for each call: variables of a calling make (MAKEFLAGS, CC,
    CFLAGS and the like) do not come through, and Xen's banner gets the date
    of the package, or a fixed one outside of a package, and no name of this
    machine or its user.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR")
            if name in os.environ}
    date = "Thu, 01 Jan 1970 00:00:00 +0000"
    if (tree / "debian/changelog").exists():
        kept["DEB_VERSION"], date = _changelog_head(tree)
        kept["DEB_MAINTAINER"] = "Touchstone <full@touchstone>"
    return {**kept, "LC_ALL": "C.UTF-8",
            "XEN_WHOAMI": "touchstone", "XEN_DOMAIN": "localdomain",
            "XEN_BUILD_HOST": "touchstone",
            "XEN_BUILD_DATE": date, "XEN_BUILD_TIME": "00:00:00"}


def _changelog_head(tree: Path) -> Tuple[str, str]:
    """Return version and date of the newest entry of debian/changelog."""
    text = (tree / "debian/changelog").read_text("utf-8", "replace")
    version = re.search(r"^\S+ \((\S+)\)", text)
    date = re.search(r"^ -- .*>  (.+)$", text, re.MULTILINE)
    if version is None or date is None:
        raise BuildError(f"{tree}/debian/changelog is not one")
    return version[1], date[1]


def configure(tree: Path, options: Sequence[str], log: Path,
              keep_fds: Sequence[int] = (),
              variables: Sequence[str] = ()) -> None:
    """Turn on Kconfig options, or !OPTIONs off, and check that each took.

    A tree that has just this configuration already is left alone, and its
    objects with it.  Raises BuildError naming the options that did not.
    """
    lines = {option: f"# CONFIG_{option[1:]} is not set"
             if option.startswith("!") else f"CONFIG_{option}=y"
             for option in options}
    wanted = "".join(f"{line}\n" for line in lines.values())
    config = tree / "xen/.config"
    request = tree / "xen/.config.touchstone"
    if not (config.exists() and request.exists()
            and request.read_text() == wanted):
        config.write_text(wanted)
        make(tree, ["olddefconfig", *variables], log, keep_fds=keep_fds)
        request.write_text(wanted)
    taken = set(config.read_text().splitlines())
    missing = [line for line in lines.values() if line not in taken]
    if missing:
        request.unlink()
        raise BuildError("this Xen's configuration does not take "
                         + ", ".join(missing)
                         + " (unknown there, or a dependency is off)")


def build_shown(tree: Path, log: Path, version: str, total: str,
                say: Callable[[str], object], keep_fds: Sequence[int] = (),
                variables: Sequence[str] = ()) -> int:
    """Do build(), and say how far it is.

    `total` goes behind the number of objects that are made, as in ` of 70`.
    """
    step = f"building Xen {version}"
    began = time.monotonic()

    def show(made: int) -> None:
        say(f"{step}: {made}{total} objects,"
            f" {time.monotonic() - began:.0f} s")

    say(step)
    made = build(tree, log, show, keep_fds, variables)
    say(f"built Xen {version} in {time.monotonic() - began:.0f} s")
    return made


def build(tree: Path, log: Path, progress: Callable[[int], None],
          keep_fds: Sequence[int] = (),
          variables: Sequence[str] = ()) -> int:
    """Build `xen/xen` and `xen/xen-syms`; return how many things were made.

    `progress` gets the number of things made, those of interrupted builds in
    the same log included.  `variables` are make's, as in `efi-y=`.
    Raises BuildError with what went wrong.
    """
    made: Set[str] = set()

    def count(line: str) -> None:
        match = _MADE.match(line)
        if match:
            made.add(match[1])

    if log.exists():
        for line in log.read_text("utf-8", "replace").splitlines():
            count(line)
    make(tree, list(variables), log, on_line=count,
         on_tick=lambda: progress(len(made)), keep_fds=keep_fds)
    for name in ("xen/xen", "xen/xen-syms"):
        if not (tree / name).is_file():
            raise BuildError(f"the build ended well but made no {name};"
                             f" its log is {log}")
    return len(made)


def make(tree: Path, targets: List[str], log: Path,
         on_line: Callable[[str], None] = steps.silent,
         on_tick: Callable[[], None] = lambda: None,
         keep_fds: Sequence[int] = ()) -> None:
    """Run make in a tree's hypervisor directory, on all processors.

    Raises BuildError with what went wrong.
    """
    if platform.machine() != "x86_64" and not any(
            word.startswith("XEN_TARGET_ARCH=") for word in targets):
        raise BuildError(f"Xen for x86 is built on x86_64, and this is"
                         f" {platform.machine()}")
    jobs = len(os.sched_getaffinity(0))
    command = ["make", "-C", "xen", f"-j{jobs}", *targets]
    try:
        steps.run(command, log, cwd=tree, env=environment(tree),
                  keep_fds=keep_fds, on_line=on_line, on_tick=on_tick)
    except FileNotFoundError:
        raise BuildError("the program make is missing") from None
    except steps.CommandFailed as error:
        raise BuildError(f"building Xen failed; the whole log is {log}\n"
                         + error.excerpt(r"\b[Ee]rror\b|undefined reference"
                                         r"|: not found")) from error
