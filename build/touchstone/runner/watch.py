# SPDX-License-Identifier: BSD-2-Clause
"""Edit, build, run, again and again: --watch.

A round builds the tests that are selected and runs what the change affects:
the instances whose image or configuration is new, and, where the hypervisor
has changed, those whose test reaches the functions that were edited.  Where
the data of build/coverage cannot tell that, all of the selection runs.
"""

import argparse
import difflib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Set
from typing import Tuple

from ..base.verdict import RunnerError, UsageError
from . import listing
from .catalogue import ARM_ENVIRONMENTS, Instance

# Between two looks at the files, and how long they must be left alone before
# a round starts: an editor or a checkout writes several (seconds).
_PERIOD = 0.5
_SETTLED = 0.3

# What is built of the tests' tree, and of Xen's.
_TEST_SOURCES = ("arch", "common", "include", "tests", "build/make",
                 "build/common.mk", "build/gen.mk", "Makefile")
_SOURCE = re.compile(r"\.(?:[chS]|mk|ini|in|py|lst|awk|lds\.S|config)$"
                     r"|^(?:Makefile|Kconfig|extra-.*cfg)")
# What another build leaves.
_BUILT = re.compile(r"^test-|^info\.json$")

# File: modification time and size.
Snapshot = Dict[str, Tuple[int, int]]


def snapshot(places: Sequence[Path],
             wanted: "re.Pattern[str]" = _SOURCE) -> Snapshot:
    """Return the files of some places as they are now, by `wanted` names."""
    return {str(path): (status.st_mtime_ns, status.st_size)
            for place in places for path, status in _files(place, wanted)}


def _files(place: Path, wanted: "re.Pattern[str]"
           ) -> Iterator[Tuple[Path, os.stat_result]]:
    try:
        if not place.is_dir():
            yield place, place.stat()
            return
        with os.scandir(str(place)) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path), wanted)
                elif wanted.search(entry.name):
                    yield Path(entry.path), entry.stat()
    except OSError:
        pass        # it has gone meanwhile, which is a change as well


def changes(old: Snapshot, new: Snapshot) -> List[str]:
    """Return the files that came, went, or were written."""
    return sorted(name for name in old.keys() | new.keys()
                  if old.get(name) != new.get(name))


class Hypervisor:
    """Xen's source or file, and which tests an edit of it concerns.

    `reached` is the member `files` of coverage.json; {} if there is none.
    """

    def __init__(self, place: Optional[Path], is_tree: bool,
                 reached: Dict[str, dict]) -> None:
        self.places = [] if place is None else \
            [place / "xen"] if is_tree else [place]
        self._root = str(place / "xen") + os.sep if place and is_tree else ""
        self._reached = reached
        self._texts = {name: self._text(name) for name in reached}

    def owns(self, file: str) -> bool:
        """Tell whether a file is one of the hypervisor's."""
        return any(file == str(place) or file.startswith(str(place) + os.sep)
                   for place in self.places)

    def tests(self, changed: Sequence[str]) -> Optional[Set[str]]:
        """Return the tests that reach what was edited; None for all.

        What was edited since is not edited in the next round.
        """
        found: Optional[Set[str]] = set()
        for file in changed:
            name = file[len(self._root):] if self._root else ""
            if name not in self._reached:
                found = None
                continue
            old, new = self._texts[name], self._text(name)
            self._texts[name] = new
            tests = _reaching(old, new, self._reached[name]["functions"])
            if found is not None:
                found = None if tests is None else found | tests
        return found

    def _text(self, name: str) -> str:
        try:
            return Path(self._root + name).read_text("utf-8", "replace")
        except OSError:
            return ""


def _reaching(old: str, new: str,
              known: Sequence[dict]) -> Optional[Set[str]]:
    """Return the tests that reach the functions in which two texts differ.

    None if that is not to be told: an edit outside of all functions, or in
    one that the data does not have.
    """
    from ..hypervisors.csource import functions
    tests = {function["name"]: set(function["tests"]) for function in known}
    found: Set[str] = set()
    matcher = difflib.SequenceMatcher(None, old.splitlines(),
                                      new.splitlines(), autojunk=False)
    bodies = functions(old), functions(new)
    for word, first, last, start, end in matcher.get_opcodes():
        if word == "equal":
            continue
        # Of what was only added or only removed, the other side is between
        # two lines.
        inside = {function.name for side, low, high in (
            (bodies[0], first, last), (bodies[1], start, end))
            for function in side
            if low < function.last_line
            and max(high, low) >= function.first_line}
        if not inside or inside - tests.keys():
            return None
        for name in inside:
            found |= tests[name]
    return found


class Images:
    """Which instances are new since they ran: by image and configuration."""

    def __init__(self) -> None:
        self._ran: Dict[str, str] = {}

    def new(self, instances: Sequence[Instance]) -> Dict[str, str]:
        """Return the instances that are not as they were, for ran()."""
        now = {instance.name: self._digest(instance)
               for instance in instances}
        return {name: digest for name, digest in now.items()
                if self._ran.get(name) != digest}

    def ran(self, new: Dict[str, str]) -> None:
        """Note that what new() returned has run."""
        self._ran.update(new)

    @staticmethod
    def _digest(instance: Instance) -> str:
        digest = hashlib.sha256()
        for path in (*[part.image for part in instance.parts],
                     *[part.cfg for part in instance.parts],
                     instance.test.directory / "info.json"):
            try:
                digest.update(path.read_bytes())
            except OSError:
                digest.update(b"missing")
        return digest.hexdigest()


def _is_built_here(args: argparse.Namespace, root: Path) -> bool:
    return args.tests_dir is None and (root / "Makefile").exists()


def _make(args: argparse.Namespace, root: Path) -> bool:
    """Build the tests that the words name, or all; tell whether it worked."""
    if not _is_built_here(args, root):
        return True
    names = []
    for word in args.words:
        bare = word.rstrip("/").rsplit("/", 1)[-1].partition("~")[0]
        match = re.match(r"test-[a-z0-9]+-(.+)$", bare)
        for name in (bare, match.group(1) if match else bare):
            if (root / "tests" / name / "Makefile").exists():
                names.append("tests/" + name)
    command = ["make", f"-j{len(os.sched_getaffinity(0))}"]
    if names:
        command.append("TESTS=" + " ".join(dict.fromkeys(names)))
    if not {"arm64", *ARM_ENVIRONMENTS}.isdisjoint(args.words):
        command.append("ARCH=arm64")
    sys.stdout.flush()
    return subprocess.run(command, cwd=str(root),
                          stdin=subprocess.DEVNULL).returncode == 0


def _coverage(args: argparse.Namespace, root: Path) -> Dict[str, dict]:
    """Return what build/coverage knows of files; {} if nothing."""
    path = args.coverage or root / "out/coverage/coverage.json"
    try:
        files = json.loads(path.read_text("utf-8"))["files"]
        return files if all("tests" in function for entry in files.values()
                            for function in entry["functions"]) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class Watch:
    """The rounds; `run` runs some instances and returns the exit code."""

    def __init__(self, args: argparse.Namespace, root: Path,
                 run: Callable[[List[Instance]], int],
                 make: Callable[[argparse.Namespace, Path], bool] = _make
                 ) -> None:
        self._args = args
        self._root = root
        self._run = run
        self._make = make
        self._images = Images()
        place = args.tree or (args.xen if Path(args.xen).is_file() else None)
        self._xen = Hypervisor(Path(place).resolve() if place else None,
                               bool(args.tree), _coverage(args, root))
        # Before the first round, all is new.
        self._renewed: Optional[Set[str]] = None

    def look(self) -> Snapshot:
        """Return all that is watched as it is now."""
        found = snapshot(self._xen.places)
        if _is_built_here(self._args, self._root):
            found.update(snapshot([self._root / name
                                   for name in _TEST_SOURCES]))
        else:
            found.update(snapshot(
                [listing.tests_dir(self._args, self._root)], _BUILT))
        return found

    def note(self, changed: Sequence[str]) -> None:
        """Take in which files have changed since the last round began."""
        of_xen = [file for file in changed if self._xen.owns(file)]
        if not of_xen:
            return
        tests = self._xen.tests(of_xen)
        self._renewed = None if tests is None or self._renewed is None \
            else self._renewed | tests

    def round(self) -> Optional[int]:
        """Build, and run what is affected; return the exit code, if any."""
        if not self._make(self._args, self._root):
            _say("the build failed")
            return None
        try:
            selected = listing.select(self._args, self._root)
            new = self._images.new(selected)
            affected = [instance for instance in selected
                        if instance.name in new or self._renewed is None
                        or instance.test.name in self._renewed]
            if not affected:
                _say("no selected instance is affected")
                return None
            code = self._run(affected)
        except (RunnerError, UsageError) as error:
            _say(str(error))
            return None
        self._images.ran(new)
        self._renewed = set()
        return code

    def forever(self) -> None:
        """Rounds until the user ends them."""
        while True:
            before = self.look()
            self.round()
            _say(f"waiting for a change in {len(before)} files"
                 " (Ctrl-C ends this)")
            self.note(wait(self.look, before))


def wait(look: Callable[[], Snapshot], before: Snapshot) -> List[str]:
    """Return which files have changed, once some have and no more do."""
    now = look()
    while now == before:
        time.sleep(_PERIOD)
        now = look()
    while True:
        time.sleep(_SETTLED)
        last, now = now, look()
        if now == last:
            break
    changed = changes(before, now)
    for name in changed[:3]:
        _say(f"changed: {name}")
    if len(changed) > 3:
        _say(f"and {len(changed) - 3} more")
    return changed


def _say(text: str) -> None:
    print(f"watch: {text}", file=sys.stderr, flush=True)


def run(args: argparse.Namespace, root: Path) -> int:
    """Run rounds until Ctrl-C; return the exit code."""
    from . import session
    wrong = [f"--{name.replace('_', '-')}" for name in (
        "bisect", "gdb", "git_range", "shard", "stress_count",
        "stress_duration") if getattr(args, name)]
    if wrong or args.tap == "-":
        raise UsageError("--watch cannot go with "
                         + ", ".join(wrong or ["--tap without a file"]))
    handlers = {number: signal.getsignal(number) for number in (
        signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def once(instances: List[Instance]) -> int:
        try:
            code = session.run(args, instances, root)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        if code > session.EXIT_SIGNAL:
            raise KeyboardInterrupt
        return code

    Watch(args, root, once).forever()
    return 0
