# SPDX-License-Identifier: BSD-2-Clause
"""Reports of a run that are written while it goes on.

A sink is one report: it is told of a run's begin, of each result as it comes,
and of the end.  What was told is on its way to the reader already, so that
nothing is lost when a run is killed.  To add a format, write a module with
functions that return its text, and a sink for it in `create`.
"""

import argparse
import sys
from pathlib import Path
from typing import Callable, List, Sequence, TextIO

from ..base.verdict import Result, RunnerError
from ..runner.catalogue import Instance
from ..runs import record
from ..runs.record import Run
from . import junit, kcidb, ktap, tap
from .files import (JOURNAL, GrowingFile, Journal, is_replaceable,
                    write_file)


class Sink:
    """A report under way.  Results are in `run` when they are told."""

    def begin(self, run: Run) -> None:
        """A run begins; RunnerError if the report cannot be written."""

    def started(self, run: Run, instance: Instance) -> None:
        """An instance is about to run."""

    def finished(self, run: Run, result: Result) -> None:
        """An instance has its result."""

    def tick(self, run: Run) -> None:
        """Some time has passed."""

    def end(self, run: Run) -> None:
        """The run has ended, or was interrupted.

        All is written once more; RunnerError if that cannot be.
        """


class Reports:
    """All reports of a run.

    What cannot be written before the first instance is a RunnerError, as is
    what cannot be written in the end.  In between the run goes on, after a
    word on standard error: a file system may fill up, and be emptied again.
    """

    def __init__(self, run: Run, sinks: Sequence[Sink]) -> None:
        self._run = run
        self._sinks = sinks
        self._complained = False

    def begin(self) -> None:
        """Say that the run begins."""
        for sink in self._sinks:
            sink.begin(self._run)

    def started(self, instance: Instance) -> None:
        """Say that an instance is about to run."""
        for sink in self._sinks:
            self._try(sink.started, self._run, instance)

    def finished(self, result: Result) -> None:
        """Say that an instance has its result, which is in the run."""
        for sink in self._sinks:
            self._try(sink.finished, self._run, result)

    def tick(self) -> None:
        """Say that some time has passed."""
        for sink in self._sinks:
            self._try(sink.tick, self._run)

    def end(self) -> None:
        """Say that the run has ended; RunnerError says what is not written."""
        errors = []
        for sink in self._sinks:
            try:
                sink.end(self._run)
            except RunnerError as error:
                errors.append(str(error))
        if errors:
            raise RunnerError("; ".join(dict.fromkeys(errors)))

    def _try(self, tell: Callable[..., None], *arguments: object) -> None:
        try:
            tell(*arguments)
        except RunnerError as error:
            if not self._complained:
                sys.stderr.write(f"xtf-runner: {error}; the run goes on, and"
                                 " all is written again at its end\n")
            self._complained = True


class Growing(Sink):
    """A file of a head, an item for each result, and a tail."""

    def __init__(self, path: Path, head: Callable[[Run], str],
                 item: Callable[[Run, Result], str],
                 tail: Callable[[Run], str]) -> None:
        self._path = path
        self._head, self._item, self._tail = head, item, tail

    def begin(self, run: Run) -> None:
        self._file = GrowingFile(self._path, self._head(run), self._tail(run))

    def finished(self, run: Run, result: Result) -> None:
        self._file.add(self._item(run, result), self._tail(run))

    def end(self, run: Run) -> None:
        try:
            self._file.add("", self._tail(run))
        finally:
            self._file.close()


class Replaced(Sink):
    """A file that is replaced by its next version.

    One that cannot be replaced, such as a pipe, is written in the end.
    """

    def __init__(self, path: Path, text: Callable[[Run, bool], str],
                 sync: bool) -> None:
        self._path = path
        self._text = text
        self._sync = sync

    def begin(self, run: Run) -> None:
        self._now(run)

    def finished(self, run: Run, result: Result) -> None:
        self._now(run)

    def _now(self, run: Run) -> None:
        if is_replaceable(self._path):
            write_file(self._path, self._text(run, False), self._sync)

    def end(self, run: Run) -> None:
        write_file(self._path, self._text(run, True), self._sync)


class Logs(Sink):
    """A directory with each instance's console, and a journal."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._journal = Journal(directory / JOURNAL)
        self._unwritten: List[Result] = []

    def begin(self, run: Run) -> None:
        self._journal.add(f"a run of {len(run.planned)} begins")

    def started(self, run: Run, instance: Instance) -> None:
        self._journal.add(f"started {instance.name}")

    def finished(self, run: Run, result: Result) -> None:
        self._unwritten.append(result)
        try:
            self._write(result)
            self._unwritten.remove(result)
        finally:
            self._journal.add(
                f"ended {result.instance.name} {result.verdict}")

    def end(self, run: Run) -> None:
        for result in self._unwritten:
            self._write(result)
        self._journal.add(f"the run ends: {len(run.results)} of"
                          f" {len(run.planned)}")

    def _write(self, result: Result) -> None:
        if result.log is not None:
            write_file(self._directory / f"{result.instance.name}.log",
                       result.log.text(), sync=True)


class TapStream(Sink):
    """TAP, point by point as results come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, run: Run) -> None:
        self._write(tap.plan(len(run.planned)))

    def finished(self, run: Run, result: Result) -> None:
        self._write(tap.point(result, len(run.results)))

    def end(self, run: Run) -> None:
        if not run.is_complete:
            self._write([tap.bail_out(len(run.results), len(run.planned))])

    def _write(self, lines: Sequence[str]) -> None:
        self._stream.write("".join(line + "\n" for line in lines))
        self._stream.flush()


def junit_file(path: Path, sync: bool, logs: str = "") -> Sink:
    """Return the sink of a JUnit file; `logs` is where the consoles are."""
    suites: List[junit.Suite] = []

    def text(run: Run, last: bool) -> str:
        # A suite's text does not change: only new ones are made.
        room = junit.room(len(run.planned))
        suites.extend(junit.suite(result, room, junit.log_name(result, logs))
                      for result in run.results[len(suites):])
        seconds = sum(result.seconds for result in run.results)
        return (junit.render(run.in_order(), logs) if last
                else junit.document(suites, seconds))

    return Replaced(path, text, sync)


def tap_file(path: Path, sync: bool) -> Sink:
    """Return the sink of a TAP file."""
    points: List[str] = []
    ends: List[int] = []

    def text(run: Run, last: bool) -> str:
        total = len(run.planned)
        if last:
            return tap.render(run.in_order(), total)
        for number in range(len(ends), len(run.results)):
            points.extend(tap.point(run.results[number], number + 1))
            ends.append(number)
        lines = tap.plan(total) + points
        if not run.is_complete:
            lines.append(tap.bail_out(len(run.results), total))
        return "\n".join(lines) + "\n"

    return Replaced(path, text, sync)


def saved(path: Path) -> Sink:
    """Return the sink that saves a run."""
    return Growing(path, record.head, lambda run, result: (
        "," if len(run.results) > 1 else "") + record.entry(result),
        record.tail)


def create(args: argparse.Namespace) -> List[Sink]:
    """Return the sinks that the options ask for."""
    sinks: List[Sink] = []
    sync = args.keep_logs is not None
    if args.keep_logs:
        sinks.append(Logs(args.keep_logs))
    if args.save:
        sinks.append(saved(args.save))
    if args.html:
        from .html import HtmlSink
        sinks.append(HtmlSink(args.html))
    if args.junit:
        sinks.append(junit_file(args.junit, sync, str(args.keep_logs or "")))
    if args.ktap:
        sinks.append(Growing(args.ktap, ktap.head, ktap.item, lambda _: ""))
    if args.kcidb:
        sinks.append(Growing(args.kcidb, kcidb.head, kcidb.item, kcidb.tail))
    if args.tap == "-":
        sinks.append(TapStream(sys.stdout))
    elif args.tap:
        sinks.append(tap_file(Path(args.tap), sync))
    return sinks


def replay(run: Run, sinks: Sequence[Sink]) -> None:
    """Write reports of a run that has ended."""
    past = Run(run.about, run.planned)
    past.seconds, past.xen = run.seconds, run.xen
    for sink in sinks:
        sink.begin(past)
    for result in run.in_order():
        past.add(result)
        for sink in sinks:
            sink.finished(past, result)
    for sink in sinks:
        sink.end(past)
