# SPDX-License-Identifier: BSD-2-Clause
"""Outcomes of instances on hypervisors as one matrix: text, Markdown, JSON.

An instance that ran several times counts with its worst outcome; where the
runs differ, the cell says how often that one was seen.
"""

from __future__ import annotations

import json
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from ..report.terminal import printable
from ..base.verdict import Verdict
from .store import Outcome

_ORDER = list(Verdict)

# What a cell shows.
_WORDS = {Verdict.SUCCESS: ".", Verdict.SKIP: "skip", Verdict.ERROR: "ERROR",
          Verdict.FAILURE: "FAIL", Verdict.CRASH: "CRASH",
          Verdict.TIMEOUT: "TIME"}

# What a cell shows of a defect that the release is known to have.
_KNOWN = "known"


def is_skip(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.SKIP


def is_known(outcome: Outcome) -> bool:
    return bool(outcome.known)


def is_wrong(outcome: Outcome) -> bool:
    return outcome.is_bad


# Reasons: the heading, and which outcomes have them.
_SECTIONS: Sequence[Tuple[str, Callable[[Outcome], bool]]] = (
    ("What goes wrong", is_wrong),
    ("Defects that the release is known to have", is_known),
    ("What is skipped", is_skip))

BEGIN = "<!-- build/releases: begin -->"
END = "<!-- build/releases: end -->"


class Column(NamedTuple):
    """A hypervisor: how it is called, what it is, and what happened on it.

    `problem` says why there are no outcomes, where it could not be had or
    does not boot.
    """

    name: str
    version: str
    outcomes: Dict[str, List[Outcome]]
    problem: str = ""

    def worst(self, instance: str) -> Outcome:
        """Return the most severe outcome of an instance that has one.

        That of a known defect counts less than any other bad one.
        """
        return max(self.outcomes[instance],
                   key=lambda outcome: (outcome.is_bad, _ORDER.index(
                       outcome.verdict)))

    def cell(self, instance: str) -> str:
        """Return the word for an instance."""
        runs = self.outcomes.get(instance)
        if not runs:
            return "-"
        worst = self.worst(instance)
        word = _KNOWN if worst.known else _WORDS[worst.verdict]
        seen = sum((outcome.verdict, bool(outcome.known))
                   == (worst.verdict, bool(worst.known)) for outcome in runs)
        return word + (f" {seen}/{len(runs)}" if seen < len(runs) else "")

    def counts(self) -> Dict[Verdict, int]:
        """Return how many instances ended in each verdict.

        Those with known defects count in known() instead.
        """
        found = [self.worst(name) for name, runs in self.outcomes.items()
                 if runs]
        return {verdict: sum(outcome.verdict is verdict and not outcome.known
                             for outcome in found) for verdict in Verdict}

    def known(self) -> int:
        """Return how many instances show a known defect, and no other."""
        return sum(bool(self.worst(name).known)
                   for name, runs in self.outcomes.items() if runs)

    def counted(self) -> str:
        """Return the counts in words."""
        parts = [f"{count} {verdict}"
                 for verdict, count in self.counts().items() if count]
        if self.known():
            parts.append(f"{self.known()} {_KNOWN}")
        return ", ".join(parts)


def rows(columns: Sequence[Column]) -> List[str]:
    """Return the instances that did not succeed everywhere."""
    names = {name: None for column in columns for name in column.outcomes}
    return [name for name in names
            if any(column.cell(name) not in (".", "-") for column in columns)]


def reasons(columns: Sequence[Column], wanted: Callable[[Outcome], bool]
            ) -> List[Tuple[str, List[Tuple[str, str]]]]:
    """Return why instances had the outcomes that are wanted.

    Each reason comes with pairs of hypervisors and the tests there, the
    reason of the most instances first.
    """
    found: Dict[str, Dict[str, List[str]]] = {}
    for column in columns:
        for name, runs in column.outcomes.items():
            for outcome in runs:
                if not wanted(outcome):
                    continue
                why = outcome.known or outcome.why or "no reason was given"
                if outcome.is_bad and not why.startswith(("FAIL:", "ERROR:")):
                    why = f"{outcome.verdict}: {why}"
                names = found.setdefault(why, {}).setdefault(column.name, [])
                if name not in names:
                    names.append(name)
    weights = {why: sum(map(len, places.values()))
               for why, places in found.items()}
    return [(why, _merged(found[why]))
            for why in sorted(found, key=lambda why: (-weights[why], why))]


def _merged(places: Dict[str, List[str]]) -> List[Tuple[str, str]]:
    """Join the hypervisors on which it is the same instances."""
    merged: Dict[str, List[str]] = {}
    for column, names in places.items():
        merged.setdefault(_by_test(names), []).append(column)
    return [(", ".join(merged[tests]), tests) for tests in merged]


def _by_test(names: Sequence[str]) -> str:
    """Return names of instances in short: `gnttab-map (pv64 hvm64), ...`."""
    tests: Dict[str, List[str]] = {}
    for name in names:
        _, env, test = name.split("-", 2)
        tests.setdefault(test, []).append(env)
    return ", ".join(f"{test} ({' '.join(tests[test])})"
                     for test in sorted(tests))


def _summary(column: Column) -> str:
    """Return the counts of a hypervisor, or why there are none."""
    return "; ".join(part for part in (column.counted(),
                                       printable(column.problem))
                     if part) or "nothing ran yet"


def text(columns: Sequence[Column]) -> str:
    """Return the matrix for a terminal."""
    width = max((len(column.name) for column in columns), default=0)
    versions = max((len(column.version) for column in columns), default=0)
    lines = [f"{at:>3}  {column.name:<{width}}  {column.version:<{versions}}"
             f"  {_summary(column)}" for at, column in enumerate(columns, 1)]
    wrong = rows(columns)
    if wrong:
        cells = {name: [column.cell(name) for column in columns]
                 for name in wrong}
        widths = [max(len(str(at + 1)), *(len(cells[name][at])
                                          for name in wrong))
                  for at in range(len(columns))]
        label = max(map(len, wrong))
        lines += ["", f"{'':<{label}}  " + "  ".join(
            f"{at:>{wide}}" for at, wide in enumerate(widths, 1))]
        lines += [f"{name:<{label}}  " + "  ".join(
            f"{cell:>{wide}}" for cell, wide in zip(cells[name], widths))
            for name in wrong]
    for title, wanted in _SECTIONS:
        found = reasons(columns, wanted)
        if found:
            lines += ["", f"{title}:"]
        for why, places in found:
            lines.append(f"  {printable(why)}")
            lines += [f"      {where}: {tests}" for where, tests in places]
    return "\n".join(lines) + "\n"


def markdown(columns: Sequence[Column]) -> str:
    """Return the matrix for a document, between its marks."""
    lines = [BEGIN, "", "| hypervisor | version | "
             + " | ".join([*map(str, Verdict), _KNOWN]) + " | |",
             "| --- | --- |" + " ---: |" * (len(Verdict) + 1) + " --- |"]
    for column in columns:
        counts = column.counts()
        lines.append(f"| {column.name} | {column.version} | "
                     + " | ".join(str(count or "") for count in (
                         *(counts[verdict] for verdict in Verdict),
                         column.known()))
                     + f" | {_cell_text(column.problem)} |")
    wrong = rows(columns)
    if wrong:
        lines += ["", "Instances that do not succeed everywhere (`.` is"
                  " SUCCESS, `-` did not run):", "",
                  "| | " + " | ".join(column.name for column in columns)
                  + " |", "| --- |" + " --- |" * len(columns)]
        lines += [f"| {name} | " + " | ".join(column.cell(name)
                                              for column in columns) + " |"
                  for name in wrong]
    for title, wanted in _SECTIONS:
        found = reasons(columns, wanted)
        if found:
            lines += ["", f"{title}:", ""]
        for why, places in found:
            lines.append(f"- `{printable(why).replace('`', chr(39))}`")
            lines += [f"    - {where}: {tests}" for where, tests in places]
    return "\n".join([*lines, "", END]) + "\n"


def _cell_text(line: str) -> str:
    return printable(line).replace("|", "\\|")


def into_document(document: str, section: str) -> str:
    """Put the section in the place of the one that a document has.

    A document without the marks gets it at its end.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        return document + ("\n" if document else "") + section
    return before + section + after


def as_json(columns: Sequence[Column]) -> str:
    """Return all that is known, for programs."""
    return json.dumps({"hypervisors": [{
        "name": column.name,
        "version": column.version,
        "problem": column.problem or None,
        "instances": {name: [{
            "verdict": str(outcome.verdict),
            "why": outcome.why or None,
            "cases": list(outcome.cases),
            "seconds": outcome.seconds,
            "known": outcome.known or None,
        } for outcome in runs] for name, runs in column.outcomes.items()},
    } for column in columns]}, indent=1) + "\n"
