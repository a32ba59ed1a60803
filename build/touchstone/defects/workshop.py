# SPDX-License-Identifier: BSD-2-Clause
"""Builds hypervisors with a defect, in a private copy of the source tree.

    defects/xen-VERSION-HASH/tree/        the copy, with objects
    defects/xen-VERSION-HASH/variants/    finished hypervisors, by content

The tree itself is only read.  For one defect, one file differs from it, so a
build is one object and the link; together() builds many of them into one
hypervisor, in which a number chooses.  A user's tree may be built anew
meanwhile: the copy is of one moment, and all else comes from the copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import (Callable, Collection, Dict, List, NamedTuple, Sequence,
                    Tuple)

from ..base import cache
from ..hypervisors import xenbuild
from ..hosts.statemaker import SYMBOLS
from ..hypervisors.hypervisor import Hypervisor
from ..base.process import Stop
from ..base.verdict import RunnerError
from . import guards
from .rules import Defect

# What building the hypervisor needs of the source tree, where it has that.
_PARTS = ("xen", "config", "Config.mk", "version.sh", "tools/flask",
          "debian/changelog")

# The EFI binary is linked as often as the other one, and is not booted.
_TARGETS = ["efi-y="]

_UNFIT = "does not compile behind a number"


class Interrupted(Exception):
    """A build was ended because the user asked for it."""


class Together(NamedTuple):
    """A hypervisor with many defects.

    `numbers` has what chooses each, and `refused` why the others need a
    hypervisor of their own.
    """

    xen: Path
    numbers: Dict[str, int]
    refused: Dict[str, str]


class Workshop:
    """A copy of a hypervisor's tree to break.  Use as a context manager.

    While it is open, no other process works in the same copy.
    """

    def __init__(self, xen: Hypervisor,
                 progress: Callable[[str], None]) -> None:
        if xen.source is None:
            raise RunnerError(f"{xen.name}: planting defects needs the tree"
                              " that it was built in, and there is none")
        self._source = xen.source
        self._progress = progress
        self.directory = cache.root() / "defects" / xen.source.name
        self._tree = self.directory / "tree"
        self._open = False
        self._lock = cache.Lock(
            cache.root() / "locks" / f"defects-{xen.source.name}",
            lambda: progress("waiting for another process that builds"))
        self.stamp = self._built()

    def _built(self) -> str:
        """Return what tells one build of the source tree from another."""
        built = (self._source / "xen/xen-syms").stat()
        return f"{built.st_mtime_ns} {built.st_size}"

    def __enter__(self) -> "Workshop":
        self._lock.__enter__()
        try:
            self._prepare()
        except BaseException:
            self._lock.__exit__()
            raise
        self._open = True
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._restore()
        finally:
            self._open = False
            self._lock.__exit__()

    def text(self, file: str) -> str:
        """Return a file of Xen as it should be.

        A byte that is no UTF-8 survives the way back to the disk.
        """
        path = self._source / "xen" / file
        if self._open:
            path = self._kept(file)
            if not path.exists():
                path = self._tree / "xen" / file
        try:
            return path.read_text("utf-8", "surrogateescape")
        except OSError as error:
            raise RunnerError(str(error)) from None

    def _kept(self, file: str) -> Path:
        """Return where an edited file is as it should be."""
        return self.directory / "originals" / file.replace("/", "%")

    def key(self, defect: Defect) -> str:
        """Return what identifies the hypervisor with a defect.

        Raises RuleError.
        """
        text = "\n".join((self.stamp, defect.file,
                          defect.apply(self.text(defect.file))))
        return hashlib.sha256(
            text.encode("utf-8", "surrogateescape")).hexdigest()[:20]

    def build(self, defect: Defect, stop: Stop) -> Path:
        """Return the hypervisor with a defect, built if need be.

        Raises RuleError, xenbuild.BuildError, Interrupted.
        """
        variant = self.directory / "variants" / self.key(defect) / "xen"
        if variant.exists():
            return variant

        def check() -> None:
            if stop.is_set:
                raise Interrupted()

        check()
        self._make({defect.file: defect.apply(self.text(defect.file))}, check)
        self._publish(variant)
        return variant

    def together(self, defects: Sequence[Defect], stop: Stop) -> Together:
        """Return one hypervisor with as many of some defects as fit into one.

        Raises RuleError, xenbuild.BuildError, Interrupted.
        """
        def check() -> None:
            if stop.is_set:
                raise Interrupted()

        keys = {defect.name: self.key(defect) for defect in defects}
        unfit = self._unfit()
        refused: Dict[str, str] = {name: _UNFIT for name, key in keys.items()
                                   if key in unfit}
        while True:
            check()
            # What a rule overlapped that is not in it any more may now fit.
            refused = {name: why for name, why in refused.items()
                       if why != guards.OVERLAP}
            numbers = {defect.name: number for number, defect
                       in enumerate(defects, 1)}
            texts = {}
            lines = {}
            for file in sorted({defect.file for defect in defects}):
                guarded = guards.merge(self.text(file), [
                    (numbers[defect.name], defect) for defect in defects
                    if defect.file == file and defect.name not in refused],
                    refused)
                texts[file] = guarded.text
                lines[file] = guarded.lines
            home = texts.get(guards.HOME) or self.text(guards.HOME)
            texts[guards.HOME] = home + guards.DEFINITION
            key = hashlib.sha256("\n".join(
                [self.stamp, *(word for item in sorted(texts.items())
                               for word in item)]).encode(
                "utf-8", "surrogateescape")).hexdigest()[:20]
            variant = self.directory / "variants" / key / "xen"
            if variant.exists():
                break
            try:
                self._make(texts, check)
            except xenbuild.BuildError:
                bad = self._at_fault(lines)
                if not bad:
                    raise
                refused.update(dict.fromkeys(bad, _UNFIT))
                self._unfit([keys[name] for name in bad])
                continue
            self._publish(variant)
            break
        return Together(variant, {
            name: number for name, number in numbers.items()
            if name not in refused}, refused)

    def _unfit(self, more: Sequence[str] = ()) -> List[str]:
        """Return the keys of defects that do not compile behind a number.

        Add some more first.
        """
        path = self.directory / "unfit"
        keys = path.read_text().split() if path.exists() else []
        if more:
            keys += more
            path.write_text("\n".join(keys))
        return keys

    def _at_fault(self, lines: Dict[str, List[Tuple[int, int, str]]]) \
            -> List[str]:
        """Return the defects in whose lines the compiler met an error."""
        log = (self.directory / "build.log").read_text("utf-8", "replace")
        found = set()
        for file, line in re.findall(
                r"^(\S+?\.[ch]):(\d+):\d+: error", log, re.M):
            for name, spans in lines.items():
                if name.endswith(file.lstrip("./")) or file.endswith(name):
                    found |= {defect for first, last, defect in spans
                              if first <= int(line) <= last}
        return sorted(found)

    def _make(self, texts: Dict[str, str], check: Callable[[], None]) -> None:
        """Build with some files changed, and with no others."""
        self._restore(but=texts)
        for file, text in texts.items():
            self._edit(file, text)
        cache.remove(self.directory / "build.log")
        xenbuild.make(self._tree, _TARGETS, self.directory / "build.log",
                      on_tick=check, keep_fds=[self._lock.fileno()])

    def _publish(self, variant: Path) -> None:
        with cache.publish(variant.parent) as partial:
            shutil.copy2(self._tree / "xen/xen", partial / "xen")
            self._keep_symbols(partial / "xen-syms")

    def _keep_symbols(self, target: Path) -> None:
        """Keep of xen-syms what saving a machine's state needs.

        Without binutils, the trials boot from the start.
        """
        keep = [word for name in SYMBOLS for word in ("-K", name)]
        with contextlib.suppress(OSError):
            subprocess.run(["objcopy", "-S", *keep,
                            str(self._tree / "xen/xen-syms"), str(target)],
                           stderr=subprocess.DEVNULL)

    def prune(self, keys: List[str]) -> None:
        """Forget all finished hypervisors but those named by key()."""
        variants = self.directory / "variants"
        for entry in variants.glob("*"):
            if entry.name not in keys:
                cache.remove(entry)

    def _prepare(self) -> None:
        """Make the copy, or undo what an earlier process left in it."""
        note = self.directory / "stamp"
        if not note.exists() or note.read_text() != self.stamp:
            self._progress("copying the hypervisor's source tree")
            cache.remove(self.directory / "variants")
            cache.remove(self.directory / "build.log")
            cache.remove(self.directory / "originals")
            cache.remove(self.directory / "unfit")
            # The lock keeps builds out of a user's tree while it is copied.
            with cache.Lock(
                    cache.root() / "locks" / self._source.name,
                    lambda: self._progress("waiting for another process that"
                                           " builds the tree")):
                if self._built() != self.stamp:
                    raise RunnerError("the tree was built again just now; try"
                                      " again")
                with cache.publish(self._tree) as partial:
                    _copy(self._source, partial)
            note.write_text(self.stamp)
            return
        self._restore()

    def _edited(self) -> List[str]:
        """Return the files that differ from what they should be."""
        return [path.name.replace("%", "/")
                for path in (self.directory / "originals").glob("*")]

    def _restore(self, but: Collection[str] = ()) -> None:
        """Put the edited files back, except some."""
        for file in self._edited():
            if file not in but:
                self._write(file, self._kept(file).read_text(
                    "utf-8", "surrogateescape"))
                cache.remove(self._kept(file))

    def _edit(self, file: str, text: str) -> None:
        """Change a file of the copy; what it was is kept first."""
        kept = self._kept(file)
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            partial = kept.parent.with_name("original.partial")
            partial.write_text(self.text(file), "utf-8", "surrogateescape")
            partial.replace(kept)
        self._write(file, text)

    def _write(self, file: str, text: str) -> None:
        path = self._tree / "xen" / file
        if path.read_text("utf-8", "surrogateescape") != text:
            path.write_text(text, "utf-8", "surrogateescape")


def _copy(source: Path, into: Path) -> None:
    """Copy what a build needs, with time stamps, without debug information.

    Most of a link's time goes into debug information, and tests need none.
    """
    for part in _PARTS:
        if not (source / part).exists():
            continue
        (into / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, into / part, symlinks=True)
        else:
            shutil.copy2(source / part, into / part)
    # A check of each link's result that takes as long as the link.
    (into / "xen/tools/check-endbr.sh").write_text("exit 0\n")
    objects = [str(path) for path in (into / "xen").rglob("*.o")
               if path.is_file()]
    for at in range(0, len(objects), 100):
        # It complains about objects without any section; let it.
        subprocess.run(["strip", "-g", "--keep-file-symbols", "-p",
                        *objects[at:at + 100]],
                       stderr=subprocess.DEVNULL, check=False)
