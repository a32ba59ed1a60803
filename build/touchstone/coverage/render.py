# SPDX-License-Identifier: BSD-2-Clause
"""Coverage as text: a table, JSON, lcov, Cobertura, and listings like gcov."""

from __future__ import annotations

import hashlib
import json
from typing import Dict, List, Mapping, Optional, Sequence, Set
from xml.sax.saxutils import quoteattr

from ..hypervisors.csource import functions
from .analysis import FileCoverage, percent


# File: function: the tests that reach it.
Tests = Mapping[str, Mapping[str, Sequence[str]]]


def table(files: Sequence[FileCoverage]) -> str:
    """Return a table of the files, with a line for them all."""
    rows = [(file.path, len(file.lines), file.reached) for file in files]
    rows.append(("together", sum(row[1] for row in rows),
                 sum(row[2] for row in rows)))
    text = [f"{'file':<28} {'lines':>6} {'reached':>8} {'%':>6}"]
    text += [f"{name:<28} {lines:>6} {reached:>8}"
             f" {percent(reached, lines):>6.1f}"
             for name, lines, reached in rows]
    return "\n".join(text) + "\n"


def function_table(files: Sequence[FileCoverage]) -> str:
    """Return a table of the functions with lines not reached, worst first."""
    rows = [(function.lines - function.reached, file.path, function)
            for file in files for function in file.functions
            if function.reached < function.lines]
    rows.sort(key=lambda row: (-row[0], row[1], row[2].line))
    text = [f"{'not reached':>11} {'of':>5}  function"]
    text += [f"{missed:>11} {function.lines:>5}  {function.name}"
             f" ({path}:{function.line})" for missed, path, function in rows]
    return "\n".join(text) + "\n"


def as_json(files: Sequence[FileCoverage], hypervisor: str,
            verdicts: Mapping[str, str], tests: Tests,
            selection: Sequence[str] = (),
            shard: Optional[Mapping[str, int]] = None) -> str:
    """Return everything as JSON; docs/coverage.md describes it.

    `selection` has the names of all instances, those of other shards, too.
    """
    return json.dumps({
        "hypervisor": hypervisor,
        "selection": list(selection or verdicts),
        "shard": shard,
        "instances": dict(verdicts),
        "files": {file.path: {
            "lines": len(file.lines),
            "reached": file.reached,
            "source": digest("\n".join(file.source)),
            "text": "\n".join(file.source),
            "functions": [{
                **function._asdict(),
                "tests": list(tests.get(file.path, {}).get(function.name,
                                                           [])),
            } for function in file.functions],
            "reached-by": {str(line): sorted(file.lines[line])
                           for line in sorted(file.lines)},
        } for file in files},
    }, indent=1) + "\n"


def digest(text: str) -> str:
    """Return what tells whether a source is the one that was looked at."""
    lines = "\n".join(text.splitlines())
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()


def tests_of(by_test: Sequence[FileCoverage]) -> Tests:
    """Return which tests reach which functions.

    `by_test` has names of tests where others have environments.
    """
    return {file.path: _tests(file) for file in by_test}


def _tests(file: FileCoverage) -> Dict[str, List[str]]:
    found: Dict[str, Set[str]] = {}
    for function in functions("\n".join(file.source)):
        here = found.setdefault(function.name, set())
        for line, tests in file.lines.items():
            if function.first_line <= line <= function.last_line:
                here |= tests
    return {name: sorted(tests) for name, tests in found.items()}


def lcov(files: Sequence[FileCoverage], root: str = "xen/") -> str:
    """Return a tracefile of lcov; a line's count is that of environments.

    `root` is what comes before the files' names in Xen's repository.
    """
    text: List[str] = []
    for file in files:
        text += ["TN:touchstone", f"SF:{root}{file.path}"]
        text += [f"FN:{function.line},{function.name}"
                 for function in file.functions]
        text += [f"FNDA:{int(function.reached > 0)},{function.name}"
                 for function in file.functions]
        text += [f"FNF:{len(file.functions)}", "FNH:{}".format(
            sum(function.reached > 0 for function in file.functions))]
        text += [f"DA:{line},{len(file.lines[line])}"
                 for line in sorted(file.lines)]
        text += [f"LF:{len(file.lines)}", f"LH:{file.reached}",
                 "end_of_record"]
    return "".join(line + "\n" for line in text)


def cobertura(files: Sequence[FileCoverage], started: int,
              root: str = "xen/") -> str:
    """Return Cobertura's XML; the counts and `root` are as for lcov()."""
    valid = sum(len(file.lines) for file in files)
    reached = sum(file.reached for file in files)
    rate = _rate(reached, valid)
    text = ['<?xml version="1.0" encoding="UTF-8"?>',
            f'<coverage line-rate="{rate}" branch-rate="0"'
            f' lines-covered="{reached}" lines-valid="{valid}"'
            ' branches-covered="0" branches-valid="0" complexity="0"'
            f' version="touchstone" timestamp="{started}">',
            "  <sources><source>.</source></sources>",
            "  <packages>",
            f'    <package name="xen" line-rate="{rate}" branch-rate="0"'
            ' complexity="0">', "      <classes>"]
    for file in files:
        text += [f"        <class name={quoteattr(file.path)}"
                 f" filename={quoteattr(root + file.path)}"
                 f' line-rate="{_rate(file.reached, len(file.lines))}"'
                 ' branch-rate="0" complexity="0">', "          <methods/>",
                 "          <lines>"]
        text += [f'            <line number="{line}"'
                 f' hits="{len(file.lines[line])}" branch="false"/>'
                 for line in sorted(file.lines)]
        text += ["          </lines>", "        </class>"]
    text += ["      </classes>", "    </package>", "  </packages>",
             "</coverage>"]
    return "\n".join(text) + "\n"


def _rate(reached: int, lines: int) -> str:
    return f"{reached / lines if lines else 1:.4f}"


def listing(file: FileCoverage) -> str:
    """Return a file's source with a mark at each line that has code.

    The mark is the number of environments that reached it, or #####.
    """
    text: List[str] = []
    for number, line in enumerate(file.source, 1):
        envs = file.lines.get(number)
        mark = "" if envs is None else str(len(envs)) if envs else "#####"
        text.append(f"{mark:>6} {number:>5}: {line}".rstrip())
    return "\n".join(text) + "\n"
