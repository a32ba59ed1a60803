# SPDX-License-Identifier: BSD-2-Clause
"""Results as TAP 14: one test point an instance, its cases as a subtest."""

from typing import List, Optional, Sequence

from ..base.verdict import FLAKY, XFAIL, Result
from .terminal import explain, noted, printable


def _escape(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace("#", "\\#")


def _point(good: bool, number: int, text: str, skip: str = "",
           todo: str = "") -> str:
    directive = f" # SKIP {skip}".rstrip() if skip else ""
    if todo:
        directive = f" # TODO {todo}"
    return (f"{'ok' if good else 'not ok'} {number} -"
            f" {_escape(text)}{directive}")


def _subtest(result: Result) -> List[str]:
    lines = [f"# Subtest: {_escape(result.instance.name)}"]
    for number, case in enumerate(result.cases, 1):
        # What is behind a hash is the directive: a skip's reason goes there.
        word = result.word(case)
        good = word in ("PASS", "SKIP") or word == FLAKY and result.forgiven
        lines.append(_point(
            good, number, case.name,
            printable(case.reason) or "skipped" if word == "SKIP" else "",
            printable(result.hint) if word == XFAIL else ""))
        if word not in ("PASS", "SKIP"):
            lines += ["  ---", "  message: " + _quoted(case.reason),
                      f"  severity: {case.status.lower()}"]
            if word != case.status:
                lines.append(f"  outcome: {word}")
            lines += [*_known(result, "  "), "  ..."]
    lines.append(f"1..{len(result.cases)}")
    return ["    " + line for line in lines]


def _one_line(text: str) -> str:
    return printable("; ".join(text.splitlines()))


def _known(result: Result, indent: str) -> List[str]:
    if not result.hint:
        return []
    return [f"{indent}known-defect: {_quoted(result.hint)}"]


def _quoted(text: str) -> str:
    text = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def point(result: Result, number: int) -> List[str]:
    """Return the lines of a result, the test point of a number."""
    lines = _subtest(result) if result.cases else []
    good = result.outcome in ("SUCCESS", "SKIP") or result.forgiven
    skip = todo = ""
    if result.outcome == "SKIP":
        skip = _one_line(result.reason) or "skipped"
    elif result.outcome == XFAIL:
        todo = printable(result.hint)
    lines.append(_point(good, number, result.instance.name, skip, todo))
    if result.outcome in ("SUCCESS", "SKIP"):
        return lines + ["# " + printable(line) for line in noted(result)]
    lines += ["  ---", f"  verdict: {result.verdict}"]
    if result.outcome != str(result.verdict):
        lines.append(f"  outcome: {result.outcome}" + (
            f" {result.times()}" if result.outcome == FLAKY else ""))
    lines += [f"  seconds: {result.seconds:.2f}", *_known(result, "  ")]
    detail = explain(result)
    if detail:
        lines.append("  detail:")
        lines += ["    - " + _quoted(line) for line in detail]
    return lines + ["  ..."]


def plan(count: int) -> List[str]:
    """Return the first lines of a document with `count` test points."""
    return ["TAP version 14", f"1..{count}"]


def bail_out(ended: int, total: int) -> str:
    """Return the last line of a document that lacks test points."""
    return (f"Bail out! The run did not end: {ended} of {total} instances"
            " have a verdict")


def render(results: Sequence[Result], total: Optional[int] = None) -> str:
    """Return the results as a TAP document, of `total` that were wanted."""
    if total is None:
        total = len(results)
    lines = plan(total)
    for number, result in enumerate(results, 1):
        lines += point(result, number)
    if len(results) < total:
        lines.append(bail_out(len(results), total))
    return "\n".join(lines) + "\n"
