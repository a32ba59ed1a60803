# SPDX-License-Identifier: BSD-2-Clause
"""The command build/coverage: select, run, count, write the reports."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import List, Optional, Sequence

from .. import hosts
from ..base import steps
from ..hypervisors import hypervisor
from ..runner import catalogue, scheduler, selection
from ..runner.catalogue import Instance
from ..base.process import Stop
from ..report.terminal import TerminalReport
from ..base.verdict import Result, RunnerError, UsageError, worst
from . import html, linetable, render
from .analysis import FileCoverage, analyse
from .record import RecordingHost

# The subjects of the suite.
FILES = ("common/grant_table.c", "common/compat/grant_table.c",
         "common/event_channel.c", "common/event_2l.c",
         "common/event_fifo.c", "common/argo.c")


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; return its exit status, which is xtf-runner's."""
    args = _parser().parse_intermixed_args(argv)
    root = Path(__file__).resolve().parents[3]
    try:
        return _run(args, root)
    except UsageError as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2
    except (RunnerError, hypervisor.HypervisorError, OSError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coverage", usage="%(prog)s [options] [selection word ...]",
        description="Run instances and count which lines of the hypervisor"
        " they reach.  Selection words are xtf-runner's; everything without"
        " any.")
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("-x", "--exclude", action="append", default=[],
                        metavar="WORD", help="leave out what a word names")
    hypervisor.add_options(parser, "full|FILE")
    parser.add_argument("--source", type=Path, metavar="DIR",
                        help="Xen's directory `xen` with the sources of FILE"
                        " (default: where FILE is)")
    parser.add_argument("--file", action="append", default=[], metavar="PATH",
                        dest="files", help="look at this file of Xen, e.g."
                        " common/memory.c, in place of the usual (repeatable)")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR",
                        help="where to write (default: out/coverage)")
    parser.add_argument("--functions", action="store_true",
                        help="print the functions with lines not reached, too")
    parser.add_argument("-j", "--jobs", type=int, metavar="N",
                        help="instances at once (default: the processors)")
    parser.add_argument("--timeout", type=float, metavar="S",
                        help="seconds an instance may take")
    parser.add_argument("--qemu", default="qemu-system-x86_64", metavar="PATH")
    parser.add_argument("--tests-dir", type=Path, metavar="DIR",
                        help=argparse.SUPPRESS)
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="a line for each instance")
    return parser


def _run(args: argparse.Namespace, root: Path) -> int:
    tests = catalogue.load(args.tests_dir or root / "tests")
    instances = selection.select(tests, args.words,
                                 everything=not args.words,
                                 exclude=args.exclude)
    spec = hypervisor.chosen(args)
    reporter = steps.Reporter()
    try:
        xen = hypervisor.resolve(spec, reporter)
    finally:
        reporter.close()
    if xen.syms is None:
        raise RunnerError(f"{spec}: its xen-syms is not known; coverage"
                          " needs the one of the same build")
    files = tuple(args.files) or FILES
    spans = linetable.read(xen.syms, files)
    built = {span.file for span in spans}
    for file in set(files) - built:
        print(f"coverage: {file} is not part of this hypervisor",
              file=sys.stderr)
    files = tuple(file for file in files if file in built)

    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with tempfile.TemporaryDirectory(prefix="coverage-") as logs:
        host = RecordingHost(_options(args, xen), Path(logs))
        host.watch(linetable.ranges(spans))
        results = _run_all(host, instances, args, stop)
    if stop.is_set:
        print("coverage: interrupted", file=sys.stderr)
        return 130

    tree = _tree(args, xen)
    covered = analyse(spans, host.reached, files, tree)
    by_test = analyse(spans, host.reached_by, files, tree)
    output = args.output or root / "out/coverage"
    _write(output, covered, f"Xen {xen.version} ({xen.name})", results,
           by_test)
    print(render.table(covered), end="")
    if args.functions:
        print("\n" + render.function_table(covered), end="")
    print(f"{_summary(results)}\n{output / 'index.html'}")
    return worst(results).exit_code


def _options(args: argparse.Namespace,
             xen: hypervisor.Hypervisor) -> hosts.Options:
    options = hosts.Options()
    options.xen = str(xen.xen)
    options.qemu = args.qemu
    options.accel = "tcg"
    options.timeout = args.timeout
    return options


def _run_all(host: RecordingHost, instances: List[Instance],
             args: argparse.Namespace, stop: Stop) -> List[Result]:
    report = TerminalReport(sys.stderr, len(instances),
                            quiet=not (args.verbose or sys.stderr.isatty()))
    host.prepare()
    results = scheduler.run(host, instances,
                            args.jobs or host.default_jobs(), report, stop)
    report.close(results, stop.is_set)
    return results


def _tree(args: argparse.Namespace,
          xen: hypervisor.Hypervisor) -> Optional[Path]:
    """Return Xen's directory `xen` with the sources."""
    if args.source is not None:
        return args.source
    if xen.source is not None:
        return xen.source / "xen"
    return xen.xen.parent


def _summary(results: Sequence[Result]) -> str:
    counts = {}
    for result in results:
        counts[str(result.verdict)] = counts.get(str(result.verdict), 0) + 1
    return (f"{len(results)} instances: "
            + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _write(output: Path, files: List[FileCoverage], name: str,
           results: Sequence[Result],
           by_test: List[FileCoverage]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    verdicts = {result.instance.name: str(result.verdict)
                for result in results}
    (output / "coverage.json").write_text(
        render.as_json(files, name, verdicts, by_test))
    (output / "coverage.info").write_text(render.lcov(files))
    (output / "cobertura.xml").write_text(
        render.cobertura(files, int(time.time())), encoding="utf-8")
    (output / "index.html").write_text(
        html.page(files, name, _summary(results)), encoding="utf-8")
    for file in files:
        if file.source:
            (output / (file.path.replace("/", "-") + ".txt")).write_text(
                render.listing(file), encoding="utf-8")
