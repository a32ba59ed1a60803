# SPDX-License-Identifier: BSD-2-Clause
"""The command build/defects: plant each defect, run tests, tell the rate."""

from __future__ import annotations

import argparse
import difflib
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple, Union

from .. import hosts
from ..base import steps
from ..hypervisors import hypervisor, xenbuild
from ..runner import catalogue
from ..runner.catalogue import ENVIRONMENTS, Instance
from ..base.process import Stop
from ..runs import shard
from ..base.verdict import RunnerError, UsageError
from . import guards, outcomes, rules
from .rules import Defect, RuleError
from .trial import Outcome, Range, instances_for
from .workshop import Interrupted, Workshop

# How many hypervisors are built ahead of the tests.
_AHEAD = 2

_EXPLANATION = """\
Words are names of defects, globs of names (map-*), subjects (the names of the
files in build/defects.d), and who wrote them (blind, blind-2, before,
author); all defects without any.

exit codes: 0 every defect was caught; 5 some escaped; 4 some could not be
tried; 1 the command cannot work; 2 bad command line; 130 interrupted
"""


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; return its exit status."""
    root = Path(__file__).resolve().parents[3]
    args = _parser().parse_intermixed_args(argv)
    steps.stop_on_signals()
    try:
        everything = rules.load(args.defects_dir or root / "build/defects.d")
        defects = rules.select(everything, args.words)
        if args.list:
            return _list(defects)
        if args.merge:
            return _merge(args)
        xen = _resolve(hypervisor.chosen(args))
        defects = [defect for defect in defects
                   if defect.applies_to(xen.version)]
        workshop = Workshop(xen, _say)
        if args.check:
            return _check(defects, workshop)
        if args.diff:
            return _diff(defects, workshop)
        with workshop:
            if args.build:
                return _build(defects, workshop)
            subjects = {defect.subject for defect in defects}
            company = [defect for defect in everything
                       if defect.subject in subjects
                       and defect.applies_to(xen.version)]
            names = [defect.name for defect in defects]
            part = shard.asked_for(args.shard, os.environ)
            if part is not None:
                defects = shard.select(defects, part, {})
                _say(f"Shard {part}, by {part.source}: {len(defects)} of"
                     f" {len(names)} defects")
            return _Run(args, root, defects, company, names, part, xen,
                        workshop).run()
    except UsageError as error:
        print(f"defects: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except (RunnerError, RuleError, hypervisor.HypervisorError,
            xenbuild.BuildError, OSError) as error:
        print(f"defects: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="defects", usage="%(prog)s [options] [word ...]",
        description="Plant known defects in the `full` hypervisor, one at a"
        " time, and see whether the tests notice.", epilog=_EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("words", nargs="*", help=argparse.SUPPRESS)
    add("-l", "--list", action="store_true", help="list them; do nothing")
    add("--check", action="store_true",
        help="only see whether each rule fits the source")
    add("--diff", action="store_true", help="only show the changed lines")
    add("--build", action="store_true",
        help="only build, and print the paths, for xtf-runner's --xen")
    add("-t", "--test", action="append", default=[], metavar="TEST",
        help="run this test (a name, a glob, or a directory; repeatable) in"
        " place of those that the defect names")
    add("-e", "--environment", action="append", default=[],
        choices=ENVIRONMENTS, metavar="ENV",
        help="run it in this environment only (repeatable)")
    hypervisor.add_options(parser, "full|nodebug")
    add("-j", "--jobs", type=int, metavar="N",
        help="instances at once (default: the processors)")
    add("--together", action="store_true",
        help="build one hypervisor with all defects that fit into one, and"
        " have its command line choose")
    add("--json", type=Path, metavar="FILE", help="write the outcomes there")
    add("--shard", metavar="I/N",
        help="try part I of N; also by the variables that xtf-runner takes")
    add("--merge", nargs="+", type=Path, metavar="FILE",
        help="put together what --json of the parts wrote; try nothing")
    add("--amplify", type=int, metavar="SEED",
        help="widen the windows of races, as xtf-runner does")
    add("--qemu", default="qemu-system-x86_64", metavar="PATH")
    add("--accel", choices=("auto", "tcg", "kvm"), default="auto")
    add("--tests-dir", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add("--defects-dir", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _resolve(spec: str) -> hypervisor.Hypervisor:
    reporter = steps.Reporter()
    try:
        return hypervisor.resolve(spec, reporter)
    finally:
        reporter.close()


# --- what needs no tests ---------------------------------------------------

def _merge(args: argparse.Namespace) -> int:
    """Put together what several machines wrote; return the exit status."""
    if args.words or args.shard:
        raise UsageError("--merge runs nothing: it cannot go with words or"
                         " --shard")
    parts = [outcomes.load(path) for path in args.merge]
    whole = outcomes.merge(parts)
    for name, one in whole["defects"].items():
        if one["status"] != "caught":
            print(f"{one['status'].upper():<8} {name}  {one['what']}:"
                  f" {one['detail']}")
    print(outcomes.summary(whole, len(whole["selection"])))
    if args.json:
        args.json.write_text(outcomes.text(whole))
    lacking = len(whole["selection"]) - len(whole["defects"])
    if lacking:
        shards = outcomes.missing(parts)
        raise RunnerError(f"{lacking} defects have no outcome" + (
            f"; shard {', '.join(shards)} is missing" if shards else ""))
    return outcomes.exit_status(whole)


def _list(defects: Sequence[Defect]) -> int:
    for defect in defects:
        print(f"{defect.name:<34} {defect.subject:<14} {defect.by:<8}"
              f" {defect.kind}:"
              f" {defect.what}")
    return 0


def _check(defects: Sequence[Defect], workshop: Workshop) -> int:
    bad = 0
    for defect in defects:
        try:
            workshop.key(defect)
        except RuleError as error:
            print(f"{defect.name}: {error}")
            bad += 1
    print(f"{len(defects)} rules: {len(defects) - bad} fit, {bad} do not")
    return 4 if bad else 0


def _diff(defects: Sequence[Defect], workshop: Workshop) -> int:
    for defect in defects:
        text = workshop.text(defect.file)
        sys.stdout.writelines(difflib.unified_diff(
            text.splitlines(keepends=True),
            defect.apply(text).splitlines(keepends=True),
            f"a/xen/{defect.file}", f"b/xen/{defect.file} ({defect.name})",
            n=1))
    return 0


def _build(defects: Sequence[Defect], workshop: Workshop) -> int:
    status = 0
    for defect in defects:
        try:
            print(workshop.build(defect, Stop()), flush=True)
        except (RuleError, xenbuild.BuildError) as error:
            _say(f"{defect.name}: {error}")
            status = 4
    return status


# --- the run ---------------------------------------------------------------

# A defect, and its hypervisor and number there, or why there is none.
_Built = Tuple[Defect, Union[Tuple[Path, int], Outcome]]


class _Run:
    """Builds in one thread, tries what is built in the main thread."""

    def __init__(self, args: argparse.Namespace, root: Path,
                 defects: Sequence[Defect], company: Sequence[Defect],
                 selection: Sequence[str], part: Optional[shard.Shard],
                 xen: hypervisor.Hypervisor, workshop: Workshop) -> None:
        self._args = args
        self._defects = defects
        self._company = company
        self._xen = xen
        self._workshop = workshop
        self._stop = Stop()
        self._signal = 0
        options = hosts.Options()
        options.qemu = args.qemu
        options.accel = args.accel
        options.amplify = args.amplify
        self._range = Range(options, args.jobs,
                            workshop.directory / "notes.json")
        tests = catalogue.load(args.tests_dir or root / "tests")
        names = [name.rstrip("/").rsplit("/", 1)[-1] for name in args.test]
        self._instances: Dict[str, List[Instance]] = {
            defect.name: instances_for(defect, tests, names,
                                       args.environment)
            for defect in defects}
        self._outcomes: Dict[str, Outcome] = {}
        self._selection = selection
        self._part = part
        self._status = 0

    def run(self) -> int:
        """Try all defects and report; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        begin = time.monotonic()
        built: queue.Queue[Optional[_Built]] = queue.Queue(_AHEAD)
        builder = threading.Thread(target=self._build_all, args=(built,),
                                   daemon=True)
        builder.start()
        try:
            self._baseline()
            self._try_all(built)
        finally:
            self._stop.set()
            # The builder may wait for room to say that it is done.
            while builder.is_alive():
                try:
                    built.get(timeout=0.1)
                except queue.Empty:
                    pass
        self._finish(time.monotonic() - begin)
        if self._signal:
            _say("defects: interrupted; what is built is kept, and the next"
                 " call goes on from there")
            return 128 + self._signal
        return self._status

    def _interrupt(self, number: int, _frame: object) -> None:
        if self._signal:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self._signal = number
        self._stop.set()
        self._range.interrupt()

    def _build_all(self, built: "queue.Queue[Optional[_Built]]") -> None:
        try:
            left = self._together(built) if self._args.together \
                else self._defects
            for defect in left:
                if self._stop.is_set:
                    break
                try:
                    built.put((defect, (self._workshop.build(
                        defect, self._stop), 0)))
                except (RuleError, xenbuild.BuildError) as error:
                    built.put((defect, Outcome("unusable",
                                               detail=str(error))))
        except Interrupted:
            pass
        except BaseException as error:  # pylint: disable=broad-except
            _say(f"defects: {error!r}")
        built.put(None)

    def _together(self, built: "queue.Queue[Optional[_Built]]") \
            -> List[Defect]:
        """Build one hypervisor with all that fit into it; return the rest.

        The others of their subjects are built into it as well, so that the
        same hypervisor does for another choice.
        """
        chosen = set(self._defects)
        fit, left = [], []
        for defect in self._company:
            try:
                self._workshop.key(defect)
                fit.append(defect)
            except RuleError:
                left.append(defect)
        while len(fit) > 1 and chosen & set(fit):
            one = self._workshop.together(fit, self._stop)
            _say(f"{len(one.numbers)} defects in one hypervisor, {one.xen}")
            again = []
            for defect in fit:
                if defect.name in one.numbers:
                    if defect in chosen:
                        built.put((defect, (one.xen,
                                            one.numbers[defect.name])))
                elif one.refused[defect.name] == guards.OVERLAP:
                    again.append(defect)
                else:
                    left.append(defect)
            fit = again
        left = [defect for defect in left + fit if defect in chosen]
        for defect in left:
            _say(f"not in it: {defect.name}")
        return left

    def _baseline(self) -> None:
        """See what passes on the good hypervisor: only that can tell."""
        wanted = {instance.name: instance
                  for instances in self._instances.values()
                  for instance in instances}
        for result in self._range.baseline(
                self._xen.xen, self._workshop.stamp, list(wanted.values()),
                _say):
            _say(f"not used: {result.instance.name} ends in {result.verdict}"
                 f" without a defect: {result.reason}")

    def _try_all(self, built: "queue.Queue[Optional[_Built]]") -> None:
        width = max((len(defect.name) for defect in self._defects), default=0)
        while True:
            item = built.get()
            if item is None or self._stop.is_set:
                return
            defect, what = item
            begin = time.monotonic()
            outcome = what if isinstance(what, Outcome) else \
                self._range.attempt(defect, what[0],
                                    self._instances[defect.name], what[1])
            if self._stop.is_set and outcome.status == "escaped":
                return
            self._outcomes[defect.name] = outcome
            _show(defect, outcome, width, time.monotonic() - begin)

    def _finish(self, seconds: float) -> None:
        whole = outcomes.document(self._xen.version, seconds, self._defects,
                                  self._outcomes, self._selection, self._part)
        print(outcomes.summary(whole, len(self._defects)), flush=True)
        if self._args.json:
            self._args.json.write_text(outcomes.text(whole))
        self._status = outcomes.exit_status(whole)
        if not self._signal and not self._args.words and not self._part:
            self._workshop.prune([key for key in map(self._key, self._defects)
                                  if key])

    def _key(self, defect: Defect) -> str:
        try:
            return self._workshop.key(defect)
        except RuleError:
            return ""


def _show(defect: Defect, outcome: Outcome, width: int,
          seconds: float) -> None:
    if outcome.status == "caught":
        text = f"{outcome.instance}: {outcome.verdict}: {outcome.detail}"
        if outcome.detail.startswith(("FAIL: ", "ERROR: ")):
            text = f"{outcome.instance}: {outcome.detail}"
    else:
        text = f"{defect.what}: {outcome.detail}"
    status = outcome.status.upper() if outcome.status != "caught" else "caught"
    print(f"{status:<8} {defect.name:<{width}} {seconds:5.1f} s  {text}",
          flush=True)
