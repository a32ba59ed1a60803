# SPDX-License-Identifier: BSD-2-Clause
"""A run of the command: from the selected instances to the exit code."""

import argparse
import os
import platform
import signal
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, TextIO

from .. import hosts
from ..base import cache
from ..base.process import Stop
from ..base.verdict import Result, RunnerError, UsageError, worst
from ..hosts import Host
from ..report import sink
from ..report.terminal import TerminalReport
from ..runs import flakes
from ..runs.record import Run
from . import (catalogue, known_defects, listing, options, scheduler,
               timings)
from .catalogue import Instance

EXIT_SIGNAL = 128


class _Interrupt:
    """Turns SIGINT and SIGTERM into `stop`; a second one ends at once."""

    def __init__(self, stop: Stop) -> None:
        self.signal = 0
        self._stop = stop
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: object) -> None:
        if self.signal:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.signal = number
        self._stop.set()


class _Desk(scheduler.Listener):
    """Completes results as they come, and passes them on to all reports."""

    def __init__(self, args: argparse.Namespace, run: Run,
                 marker: known_defects.Marker, terminal: TerminalReport,
                 reports: sink.Reports, host: Host) -> None:
        self._args = args
        self._host = host
        self._run = run
        self._marker = marker
        self._terminal = terminal
        self._reports = reports
        self._begin = time.monotonic()

    def planned(self, remaining) -> None:
        self._reports.begin()
        self._terminal.planned(remaining)

    def started(self, instance: Instance) -> None:
        self._reports.started(instance)
        self._terminal.started(instance)

    def finished(self, result: Result) -> None:
        if not result.endings:
            self._marker.mark(result)
        if result.is_bad:
            result.again = options.again(self._args, result)
        self._run.add(result)
        self._run.seconds = time.monotonic() - self._begin
        self._reports.finished(result)
        self._terminal.finished(result)
        if self._host.hopeless and not self._run.is_complete:
            raise RunnerError(self._host.hopeless)

    def tick(self) -> None:
        self._run.seconds = time.monotonic() - self._begin
        self._reports.tick()
        self._terminal.tick()


def _arch_of(instances: List[Instance]) -> str:
    """Return the architecture of all instances; UsageError if there are two.

    One hypervisor runs them.
    """
    archs = sorted({instance.arch for instance in instances})
    if len(archs) > 1:
        raise UsageError("one run takes instances of one architecture; these"
                         " are of " + " and ".join(archs))
    return archs[0]


def run(args: argparse.Namespace, selected: List[Instance],
        root: Path) -> int:
    """Run the selection or the part of it that is asked for.

    Writes the reports and returns the exit code.
    """
    host = hosts.create(args.host_kind, _host_options(args),
                        _arch_of(selected))
    if args.host:
        selected = [instance for instance in selected
                    if host.can_run(instance) is None]
    instances = listing.split(args, selected)
    if args.gdb:
        from . import debug
        return debug.run(host, instances)
    as_json = args.bench and args.json
    if as_json and args.tap == "-":
        raise UsageError("--json and --tap both write to standard output;"
                         " use --tap=FILE")
    stream: TextIO = (sys.stderr if args.tap == "-" or as_json
                      else sys.stdout)
    if args.bisect:
        from . import bisection
        if not bisection.builds(host.options.xen):
            return bisection.UNTESTABLE
    host.prepare()
    stop = Stop()
    interrupt = _Interrupt(stop)
    if args.bisect and not bisection.boots(
            host, catalogue.load(listing.tests_dir(args, root)), instances,
            stop):
        return (EXIT_SIGNAL + interrupt.signal if interrupt.signal
                else bisection.UNTESTABLE)
    sinks = sink.create(args)
    this = Run(_about(args, host, bool(sinks)),
               [instance.name for instance in instances])
    part = listing.shard_of(args)
    if part is not None:
        this.about["shard"] = {
            "index": part.index, "total": part.total,
            "selection": [instance.name for instance in selected]}
        stream.write(f"Shard {part}, by {part.source}: {len(instances)} of"
                     f" {len(selected)} instances\n")
    if args.retries and (args.stress_count or args.stress_duration):
        raise UsageError("--retries cannot go with --stress-count or"
                         " --stress-duration")
    reports = sink.Reports(this, sinks)
    results = _run_all(args, host, instances, this, reports, stop, stream,
                       interrupt)
    if args.bench:
        from ..report import bench
        if as_json:
            print(bench.document(results, host.clock(), host.describe()),
                  end="")
        else:
            stream.write("\n" + bench.table(results, host.clock()))
    if interrupt.signal:
        return EXIT_SIGNAL + interrupt.signal
    if args.bisect:
        return bisection.status(worst(results))
    return this.exit_code


def _host_options(args: argparse.Namespace) -> hosts.Options:
    found = hosts.Options()
    for name in vars(found):
        if hasattr(args, name):
            setattr(found, name, getattr(args, name))
    return found


def _about(args: argparse.Namespace, host: Host,
           wanted: bool) -> Dict[str, Any]:
    """Return what reports say of a run; docs/reports.md lists the members."""
    if not wanted:
        return {}
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command": args.command_line,
        "host": host.kind,
        "description": host.describe(),
        "xen-version": host.xen_version(),
        "machine": platform.node(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "shuffle": args.shuffle,
        "amplify": args.amplify,
        "cases": args.cases,
        "shard": None,
        "rounds": 1,
        "rounds-planned": None,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _run_all(args: argparse.Namespace, host: Host, instances: List[Instance],
             this: Run, reports: sink.Reports, stop: Stop, stream: TextIO,
             interrupt: _Interrupt) -> List[Result]:
    """Run all, with a report on the terminal; finish the other reports."""
    # Neighbours do not disturb a count of instructions; they do take time.
    alone = args.bench and not host.clock().emulated
    jobs = args.jobs or (1 if alone else host.default_jobs())
    expected = known_defects.load(excused=args.known_defects == "allow")
    for file in args.expect:
        expected += known_defects.load(file, excused=True)
    marker = known_defects.Marker(expected, host.xen_version(),
                                  not args.cases)
    stressed = bool(args.stress_count or args.stress_duration)
    terminal = TerminalReport(
        stream, len(instances) * (args.stress_count or 1),
        lambda: f"{host.describe()}; {min(jobs, len(instances))} at once",
        quiet=args.quiet, verbose=args.verbose, brief=stressed)
    known = timings.Timings(cache.root() / "timings.json", host.kind)
    try:
        if stressed:
            _stress(args, host, instances, jobs, this, marker, terminal, stop,
                    known)
        else:
            forgive = args.flaky_result == "pass"
            scheduler.run(
                host, instances, jobs,
                _Desk(args, this, marker, terminal, reports, host), stop,
                known, flakes.Retries(args.retries, marker.mark, forgive)
                if args.retries else None)
    except (RunnerError, OSError):
        # What has ended is worth a report all the same.
        terminal.close(this.in_order(), False, total=len(instances))
        reports.end()
        raise
    results = this.in_order()
    if args.verbose:
        for remark in host.remarks():
            stream.write(f"note: {remark}\n")
    if not stressed:
        reports.end()
    terminal.close(results, bool(interrupt.signal), total=len(instances))
    return results


def _stress(args: argparse.Namespace, host: Host, instances: List[Instance],
            jobs: int, this: Run, marker: known_defects.Marker,
            terminal: TerminalReport, stop: Stop,
            known: timings.Timings) -> None:
    """Run rounds; write the reports of all so far after each of them.

    TAP on standard output comes once, in the end.
    """
    from .stress import Rounds
    journals = [one for one in sink.create(args) if isinstance(one, sink.Logs)]
    begin = time.monotonic()

    def started(instance: Instance) -> None:
        for journal in journals:
            journal.started(this, instance)

    def ended(results: List[Result], count: int, last: bool) -> None:
        this.results = []
        this.about["rounds"] = count
        this.about["rounds-planned"] = args.stress_count
        for result in results:
            result.again = (options.again(args, result) if result.is_bad
                            else "")
            this.add(result)
        this.seconds = time.monotonic() - begin
        sink.replay(this, [one for one in sink.create(args)
                           if last or not isinstance(one, sink.TapStream)])

    Rounds(host, instances, jobs, count=args.stress_count,
           seconds=args.stress_duration, mark=marker.mark,
           forgive=args.flaky_result == "pass", terminal=terminal
           ).run(stop, known, started, ended)
