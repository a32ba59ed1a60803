# SPDX-License-Identifier: BSD-2-Clause
"""From executed addresses to numbers: by line, by function, by file."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Set

from ..hypervisors.csource import functions
from .linetable import Span, hit


class FunctionCoverage(NamedTuple):
    """A function's first line, its lines with code, and those reached."""

    name: str
    line: int
    lines: int
    reached: int


class FileCoverage:
    """A source file: for each line with code, who got there."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: Dict[int, Set[str]] = {}
        self.source: List[str] = []
        self.functions: List[FunctionCoverage] = []

    @property
    def reached(self) -> int:
        """How many lines some environment reached."""
        return sum(bool(envs) for envs in self.lines.values())

    def attach(self, text: str) -> None:
        """Give it its source text, and so its functions."""
        self.source = text.splitlines()
        for function in functions(text):
            inside = [envs for line, envs in self.lines.items()
                      if function.first_line <= line <= function.last_line]
            # One without code was not built, or has no body to speak of.
            if inside:
                self.functions.append(FunctionCoverage(
                    function.name, function.first_line, len(inside),
                    sum(bool(envs) for envs in inside)))


def percent(reached: int, lines: int) -> float:
    """Return a share in percent; 100 of nothing."""
    return 100.0 * reached / lines if lines else 100.0


def analyse(spans: Sequence[Span], executed: Mapping[str, Set[int]],
            files: Sequence[str], tree: Optional[Path]) -> List[FileCoverage]:
    """Return the coverage of each of `files`, in their order.

    `executed` has addresses by environment.  `tree` is Xen's directory `xen`;
    files that it does not have stay without source text.
    """
    found = {path: FileCoverage(path) for path in files}
    for span in spans:
        found[span.file].lines.setdefault(span.line, set())
    for env, addresses in executed.items():
        for index in hit(spans, addresses):
            span = spans[index]
            found[span.file].lines[span.line].add(env)
    for coverage in found.values():
        source = tree / coverage.path if tree else None
        if source is not None and source.is_file():
            coverage.attach(source.read_text("utf-8", "replace"))
    return list(found.values())
