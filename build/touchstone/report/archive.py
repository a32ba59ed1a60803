# SPDX-License-Identifier: BSD-2-Clause
"""What xtf-runner does with saved runs: compare them, show them beside
each other, put them together."""

import argparse
import sys

from ..base.verdict import RunnerError, UsageError
from ..runs import compare, merge, record
from ..runs.matrix import Column
from . import comparison, matrix, sink
from .files import write_file
from .terminal import TerminalReport


def compare_runs(args: argparse.Namespace) -> int:
    """Compare two saved runs; return the exit code of --compare."""
    _refuse(args, "compare", "save", "tap", "ktap", "kcidb", "keep_logs")
    old, new = (record.load(path) for path in args.compare)
    found = compare.compare(old, new)
    if args.html:
        from .pages import Pages
        page = comparison.html_page(found, Pages())
        write_file(args.html / "index.html", page)
    if args.junit:
        write_file(args.junit, comparison.junit_xml(found))
    sys.stdout.write(comparison.text(found))
    return found.exit_code


def show_matrix(args: argparse.Namespace) -> int:
    """Show saved runs beside each other; return the last one's exit code."""
    _refuse(args, "matrix", "save", "junit", "tap", "ktap", "kcidb",
            "keep_logs")
    columns = [Column(str(path), record.load(path)) for path in args.matrix]
    if args.html:
        from .pages import Pages
        write_file(args.html / "index.html",
                   matrix.html_page(columns, Pages()))
    sys.stdout.write(matrix.text(columns))
    return columns[-1].run.exit_code


def merge_runs(args: argparse.Namespace) -> int:
    """Put saved runs together and report them; return the exit code."""
    _refuse(args, "merge")
    runs = [(str(path), record.load(path)) for path in args.merge]
    whole = merge.merge(runs)
    stream = sys.stderr if args.tap == "-" else sys.stdout
    terminal = TerminalReport(stream, len(whole.planned), whole.title,
                              quiet=args.quiet, verbose=args.verbose)
    sink.replay(whole, sink.create(args))
    if not args.quiet:
        for result in whole.in_order():
            if result.is_bad or args.verbose:
                terminal.show(result)
    terminal.close(whole.in_order(), False, whole.seconds)
    if not whole.is_complete:
        shards = merge.missing(runs)
        raise RunnerError(
            f"{len(whole.planned) - len(whole.results)} of"
            f" {len(whole.planned)} instances have no result"
            + (f"; shard {', '.join(shards)} is missing" if shards else ""))
    return whole.exit_code


def _refuse(args: argparse.Namespace, option: str, *others: str) -> None:
    wrong = [f"--{other.replace('_', '-')}" for other in others
             if getattr(args, other)]
    if args.words:
        wrong.append(" ".join(args.words))
    if wrong:
        raise UsageError(f"--{option} cannot go with {', '.join(wrong)}")
