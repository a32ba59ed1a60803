# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tests on a hypervisor with a defect until one of them notices."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import time
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from ..base import cache
from ..runner import scheduler
from ..runner.catalogue import Instance, Test
from ..runner.environments import ENVIRONMENTS
from ..hosts import Options
from ..hosts.dom0 import Dom0Host
from ..base.process import Stop
from ..base.verdict import Result, Verdict
from .rules import Defect

# An instance that takes so much longer than on the good hypervisor hangs.
_SLOWDOWN = 10.0
_PATIENCE = 8.0

# Instances that take so many seconds on the good hypervisor go last.
_LONG = 5.0

# How long to look for a FAIL line after a crash or a hang: instances that are
# bad in such a way, and seconds.
_CRASHES = 3
_CURIOSITY = 6.0

_GOOD = (Verdict.SUCCESS, Verdict.SKIP)


class Outcome(NamedTuple):
    """What became of a defect: `caught`, `escaped`, `no test`, or an error.

    `detail` is the line that tells it from the good hypervisor, or why not.
    """

    status: str
    instance: str = ""
    verdict: str = ""
    detail: str = ""


class _Host(Dom0Host):
    """Host `dom0` with a time limit by what an instance took before."""

    def __init__(self, options: Options, usual: Dict[str, float]) -> None:
        super().__init__(options)
        self._usual = usual

    def timeout(self, instance: Instance) -> float:
        limit = super().timeout(instance)
        usual = self._usual.get(instance.name)
        return limit if usual is None else min(
            limit, max(_PATIENCE, _SLOWDOWN * usual))


class _UntilTold(scheduler.Listener):
    """Ends a run at the first FAILURE: its line says what is wrong.

    A crash or a hang says less, so it only has the run end soon.
    """

    def __init__(self) -> None:
        self.stop = Stop()
        self.best: Optional[Result] = None
        self._bad = 0
        self._since = 0.0

    def finished(self, result: Result) -> None:
        if result.verdict not in _GOOD:
            self._bad += 1
            if self.best is None:
                self.best = result
                self._since = time.monotonic()
            elif result.verdict is Verdict.FAILURE:
                self.best = result
        self.tick()

    def tick(self) -> None:
        if self.best is not None and (
                self.best.verdict is Verdict.FAILURE
                or self._bad >= _CRASHES
                or time.monotonic() - self._since > _CURIOSITY):
            self.stop.set()


class Range:
    """The place where hypervisors are tried.

    Remembers in `notes` how instances do on the good hypervisor and which of
    them caught a defect, so that the same question is quicker the next time.
    """

    def __init__(self, options: Options, jobs: Optional[int],
                 notes: Path) -> None:
        self._options = options
        self._jobs = jobs
        self._notes = notes
        self._current: Optional[Stop] = None
        self._interrupted = False
        self._usual: Dict[str, float] = {}
        try:
            self._known = json.loads(notes.read_text())
        except (OSError, ValueError):
            self._known = {}

    def interrupt(self) -> None:
        """End what is running, and start nothing more."""
        self._interrupted = True
        if self._current is not None:
            self._current.set()

    def baseline(self, xen: Path, stamp: str, instances: Sequence[Instance],
                 progress: Callable[[str], None]) -> List[Result]:
        """Run instances on the good hypervisor; return those that fail there.

        What passed before and has not changed since is not run again.
        """
        known = self._known.setdefault("baseline", {})
        keys = {instance.name: _key(instance, stamp)
                for instance in instances}
        todo = [instance for instance in instances
                if known.get(instance.name, {}).get("key")
                != keys[instance.name]]
        for instance in todo:
            known.pop(instance.name, None)
        bad: List[Result] = []
        if todo:
            progress(f"running {len(todo)} instances on the hypervisor"
                     " without a defect")
            for result in self._run(xen, todo, scheduler.Listener(),
                                    Stop()):
                if result.verdict in _GOOD:
                    known[result.instance.name] = {
                        "key": keys[result.instance.name],
                        "verdict": str(result.verdict),
                        "seconds": round(result.seconds, 2)}
                else:
                    bad.append(result)
            self._save()
        # What is skipped anyway cannot notice anything either.
        self._usual = {name: entry["seconds"] for name, entry in known.items()
                       if name in keys
                       and entry["verdict"] == str(Verdict.SUCCESS)}
        return bad

    def attempt(self, defect: Defect, xen: Path,
                instances: Sequence[Instance], number: int = 0) -> Outcome:
        """Run instances on a hypervisor with a defect until one notices.

        `number` is what chooses the defect in a hypervisor with several.
        """
        catchers = self._known.setdefault("catchers", {})
        usable = [instance for instance in instances
                  if instance.name in self._usual]
        usable.sort(key=lambda instance: (
            instance.name != catchers.get(defect.name),
            self._usual[instance.name] > _LONG,
            ENVIRONMENTS[instance.envs[0]].turn,
            _place(instance, defect.tests), instance.name))
        if not usable:
            return Outcome("no test", detail="no instance of "
                           + " ".join(defect.tests)
                           + " passes on the good hypervisor")
        listener = _UntilTold()
        # Nobody needs the states of a hypervisor with one defect again.
        states = None if number else self._notes.with_name("states")
        if states is not None:
            cache.remove(states)
        try:
            results = self._run(xen, usable, listener, listener.stop, states,
                                number)
        finally:
            if states is not None:
                cache.remove(states)
        if listener.best is not None:
            best = listener.best
            catchers[defect.name] = best.instance.name
            self._save()
            return Outcome("caught", best.instance.name, str(best.verdict),
                           telling_line(best))
        catchers.pop(defect.name, None)
        self._save()
        skipped = sum(result.verdict is Verdict.SKIP for result in results)
        return Outcome("escaped", detail=f"{len(results)} instances noticed"
                       " nothing" + (f" ({skipped} were skipped that are not"
                                     " without it)" if skipped else ""))

    def _run(self, xen: Path, instances: Sequence[Instance],
             listener: scheduler.Listener, stop: Stop,
             states: Optional[Path] = None, number: int = 0) -> List[Result]:
        options = Options()
        vars(options).update(vars(self._options))
        options.defect = number
        options.xen = str(xen)
        options.states = states
        host = _Host(options, self._usual)
        host.prepare()
        # The same accelerator for all: a broken Xen must not choose.
        self._options.accel = host.qemu.accel
        self._current = stop
        if self._interrupted:
            stop.set()
        return scheduler.run(host, instances,
                             self._jobs or host.default_jobs(), listener, stop)

    def _save(self) -> None:
        self._notes.parent.mkdir(parents=True, exist_ok=True)
        partial = self._notes.with_suffix(".partial")
        partial.write_text(json.dumps(self._known, indent=1))
        partial.replace(self._notes)


def telling_line(result: Result) -> str:
    """Return the line that best says what is wrong."""
    for case in result.cases:
        if case.status in ("FAIL", "ERROR"):
            return f"{case.status}: {case.text}"
    return result.reason or "no reason given"


def instances_for(defect: Defect, tests: Sequence[Test],
                  names: Sequence[str],
                  environments: Sequence[str]) -> List[Instance]:
    """Return the instances that should notice a defect.

    `names` (of tests, globs) replace the defect's own if there are any.  A
    test of category special takes long, and runs only where it is named.
    """
    globs = names or defect.tests
    allowed = set(environments or ENVIRONMENTS) & set(
        defect.environments or ENVIRONMENTS)
    return [instance for test in tests
            if test.category not in ("broken", "bench")
            and (test.name in globs or test.category != "special")
            and any(fnmatch.fnmatchcase(test.name, glob) for glob in globs)
            for instance in test.instances()
            if set(instance.envs) <= allowed and not instance.on_request]


def _place(instance: Instance, globs: Sequence[str]) -> int:
    """Return which of some globs of test names an instance is of first."""
    return next((place for place, glob in enumerate(globs)
                 if fnmatch.fnmatchcase(instance.test.name, glob)),
                len(globs))


def _key(instance: Instance, stamp: str) -> str:
    """Return what an instance's behaviour depends on, as a hash."""
    digest = hashlib.sha256(stamp.encode())
    for path in (*[part.image for part in instance.parts],
                 *[part.cfg for part in instance.parts],
                 instance.test.directory / "info.json"):
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:20]
