# SPDX-License-Identifier: BSD-2-Clause
"""Results as KTAP 1, the kernel's dialect of TAP: cases nested in instances.

`kunit.py parse` reads it.  A name ends at a #, so that it must not have one.
"""

from typing import List

from ..base.verdict import FLAKY, XFAIL, Case, Result
from ..runs.record import Run
from .terminal import explain, printable

_GOOD = ("PASS", "SUCCESS", "SKIP", XFAIL)


def head(run: Run) -> str:
    """Return the first lines."""
    return f"KTAP version 1\n1..{len(run.planned)}\n"


def item(run: Run, result: Result) -> str:
    """Return the lines of the result that came last."""
    lines: List[str] = []
    name = _name(result.instance.name)
    if result.cases:
        lines += ["  KTAP version 1", f"  # Subtest: {name}",
                  f"  1..{len(result.cases)}"]
        for number, case in enumerate(result.cases, 1):
            lines += ["  " + line for line in _case(result, case, number)]
    lines += [f"# {printable(line)}" for line in explain(result)]
    lines.append(_line(
        result.outcome in _GOOD or result.forgiven, len(run.results), name,
        _directive(result.outcome, result.reason, result)))
    return "".join(line + "\n" for line in lines)


def _case(result: Result, case: Case, number: int) -> List[str]:
    word = result.word(case)
    lines = []
    if case.reason and word != "SKIP":
        lines.append(f"# {printable(case.reason)}")
    good = word in _GOOD or word == FLAKY and result.forgiven
    lines.append(_line(good, number, _name(case.name),
                       _directive(word, case.reason, result)))
    return lines


def _line(good: bool, number: int, name: str, directive: str) -> str:
    return f"{'ok' if good else 'not ok'} {number} {name}{directive}"


def _directive(word: str, reason: str, result: Result) -> str:
    if word == "SKIP":
        return f" # SKIP {printable(reason.replace('#', ''))}".rstrip()
    if word == XFAIL:
        return f" # XFAIL {printable(result.hint.replace('#', ''))}"
    if word == "TIMEOUT":
        return " # TIMEOUT"
    return ""


def _name(text: str) -> str:
    return printable(text).replace("#", "")
