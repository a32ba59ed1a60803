# SPDX-License-Identifier: BSD-2-Clause
"""Many saved runs beside each other: releases, or the nights of one branch."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..base.verdict import OUTCOMES, Result
from .record import Run

_GOOD = "SUCCESS"


class Column(NamedTuple):
    """A run: the name of its file, and what it was."""

    file: str
    run: Run

    @property
    def version(self) -> str:
        """The version of Xen, as far as the run knows it."""
        return (self.run.xen.get("version")
                or self.run.about.get("xen-version", ""))

    @property
    def day(self) -> str:
        return self.run.about.get("started", "")[:16].replace("T", " ")


class Row(NamedTuple):
    """An instance: its result in each run, None where it did not run."""

    name: str
    results: List[Optional[Result]]

    @property
    def outcomes(self) -> List[str]:
        """The words for the results; empty where it did not run."""
        return [result.outcome if result else "" for result in self.results]

    @property
    def worst(self) -> str:
        """The worst outcome of all runs."""
        return max((word for word in self.outcomes if word),
                   key=OUTCOMES.index)

    @property
    def is_same(self) -> bool:
        """Whether it ended well, or was skipped, in each run alike."""
        return len(set(self.outcomes)) == 1 and self.worst in (_GOOD, "SKIP")

    @property
    def changes(self) -> int:
        """How often one run's outcome is another than that of the run before.

        Runs without the instance do not count.
        """
        words = [word for word in self.outcomes if word]
        return sum(old != new for old, new in zip(words, words[1:]))

    def reasons(self) -> List[Tuple[str, str, List[int]]]:
        """Return outcome and reason of what was not good, and in which runs.

        Runs count from 1.
        """
        found: Dict[Tuple[str, str], List[int]] = {}
        for at, result in enumerate(self.results, 1):
            if result is None or result.outcome == _GOOD:
                continue
            failing = [f"{case.status}: {case.text}" for case in result.cases
                       if result.word(case) not in ("PASS", "SKIP")]
            why = "\n".join(failing) or result.reason or "no reason was given"
            found.setdefault((result.outcome, why), []).append(at)
        return [(*key, runs) for key, runs in found.items()]


def rows(columns: Sequence[Column]) -> List[Row]:
    """Return a row for each instance of any run; the worst come first.

    Of equally bad ones, those that changed most do: they are no steady fault.
    """
    by_name: Dict[str, List[Optional[Result]]] = {}
    for at, column in enumerate(columns):
        for result in column.run.in_order():
            by_name.setdefault(result.instance.name,
                               [None] * len(columns))[at] = result
    found = [Row(name, results) for name, results in by_name.items()]
    return sorted(found, key=lambda row: (
        row.is_same, -OUTCOMES.index(row.worst), -row.changes))
