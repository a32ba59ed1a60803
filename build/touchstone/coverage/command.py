# SPDX-License-Identifier: BSD-2-Clause
"""The command build/coverage: select, run, count, write the reports."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

from .. import hosts
from ..base import steps
from ..hypervisors import hypervisor
from ..runner import catalogue, scheduler, selection
from ..runner.catalogue import Instance
from ..base.process import Stop
from ..report.pages import Pages
from ..report.terminal import TerminalReport
from ..runs import shard
from ..base.verdict import Result, RunnerError, UsageError, Verdict, worst
from . import html, linetable, merge, render
from .analysis import FileCoverage, analyse
from .merge import Whole
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
    parser.add_argument("--shard", metavar="I/N",
                        help="run part I of N; also by the variables that"
                        " xtf-runner takes")
    parser.add_argument("--merge", nargs="+", type=Path, metavar="DIR",
                        help="put together what the parts wrote; run nothing")
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
    output = args.output or root / "out/coverage"
    pages = Pages()     # before anything takes long
    if args.merge:
        return _merge(args, output, pages)
    tests = catalogue.load(args.tests_dir or root / "tests")
    instances = selection.select(tests, args.words,
                                 everything=not args.words,
                                 exclude=args.exclude)
    part = shard.asked_for(args.shard, os.environ)
    selection_of_all = [instance.name for instance in instances]
    if part is not None:
        instances = shard.select(instances, part, {})
        print(f"Shard {part}, by {part.source}: {len(instances)} of"
              f" {len(selection_of_all)} instances", file=sys.stderr)
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
    verdicts = {result.instance.name: str(result.verdict)
                for result in results}
    _write(output, Whole(f"Xen {xen.version} ({xen.name})", covered,
                         render.tests_of(by_test), verdicts, [], []),
           pages, selection_of_all,
           {"index": part.index, "total": part.total} if part else None)
    _print(args, output, covered, verdicts)
    return worst(results).exit_code


def _merge(args: argparse.Namespace, output: Path, pages: Pages) -> int:
    """Put together what several machines wrote; return the exit status."""
    if args.words or args.shard:
        raise UsageError("--merge runs nothing: it cannot go with selection"
                         " words or --shard")
    whole = merge.merge([merge.load(path) for path in args.merge])
    _write(output, whole, pages, [*whole.verdicts, *whole.missing], None)
    _print(args, output, whole.files, whole.verdicts)
    if whole.missing:
        raise RunnerError(
            f"{len(whole.missing)} instances have no result"
            + (f"; shard {', '.join(whole.shards)} is missing"
               if whole.shards else ""))
    return max((Verdict[word] for word in whole.verdicts.values()),
               key=lambda verdict: verdict.exit_code,
               default=Verdict.SUCCESS).exit_code


def _print(args: argparse.Namespace, output: Path,
           covered: Sequence[FileCoverage],
           verdicts: Mapping[str, str]) -> None:
    print(render.table(covered), end="")
    if args.functions:
        print("\n" + render.function_table(covered), end="")
    print(f"{_summary(verdicts)}\n{output / 'index.html'}")


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


def _summary(verdicts: Mapping[str, str]) -> str:
    counts = Counter(verdicts.values())
    return (f"{len(verdicts)} instances: "
            + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _write(output: Path, whole: Whole, pages: Pages,
           all_names: Sequence[str], part: Optional[Dict[str, int]]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    files = whole.files
    (output / "coverage.json").write_text(
        render.as_json(files, whole.hypervisor, whole.verdicts, whole.tests,
                       all_names, part), encoding="utf-8")
    (output / "coverage.info").write_text(render.lcov(files))
    (output / "cobertura.xml").write_text(
        render.cobertura(files, int(time.time())), encoding="utf-8")
    (output / "index.html").write_text(
        html.page(files, whole.hypervisor, _summary(whole.verdicts), pages),
        encoding="utf-8")
    for file in files:
        if file.source:
            (output / (file.path.replace("/", "-") + ".txt")).write_text(
                render.listing(file), encoding="utf-8")
