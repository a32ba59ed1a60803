# SPDX-License-Identifier: BSD-2-Clause
"""Coverage as text: a table, JSON, and listings in the manner of gcov."""

from __future__ import annotations

import json
from typing import List, Mapping, Sequence

from .analysis import FileCoverage, percent


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
            verdicts: Mapping[str, str]) -> str:
    """Return everything as JSON; docs/coverage.md describes it."""
    return json.dumps({
        "hypervisor": hypervisor,
        "instances": dict(verdicts),
        "files": {file.path: {
            "lines": len(file.lines),
            "reached": file.reached,
            "functions": [function._asdict() for function in file.functions],
            "reached-by": {str(line): sorted(file.lines[line])
                           for line in sorted(file.lines)},
        } for file in files},
    }, indent=1) + "\n"


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
