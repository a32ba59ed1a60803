# SPDX-License-Identifier: BSD-2-Clause
"""What xtf-runner does with saved runs: compare them."""

from __future__ import annotations

import argparse
import sys

from ..runs import compare, record
from . import comparison
from .files import write_file
from .pages import Pages


def compare_runs(args: argparse.Namespace) -> int:
    """Compare two saved runs; return the exit code of --compare."""
    old, new = (record.load(path) for path in args.compare)
    found = compare.compare(old, new)
    if args.html:
        page = comparison.html_page(found, Pages())
        write_file(args.html / "index.html", page)
    if args.junit:
        write_file(args.junit, comparison.junit_xml(found))
    sys.stdout.write(comparison.text(found))
    return found.exit_code
