# SPDX-License-Identifier: BSD-2-Clause
"""A comparison of two runs as text, as a page and as JUnit XML."""

from typing import List, Sequence

from ..runs.compare import KINDS, Change, Comparison
from . import junit
from .pages import Pages
from .terminal import printable


def text(comparison: Comparison) -> str:
    """Return a comparison for people at a terminal."""
    lines = [f"old: {comparison.old.title()}",
             f"new: {comparison.new.title()}"]
    for kind, title in KINDS.items():
        changes = comparison.of(kind)
        if changes:
            lines += ["", f"{title} ({len(changes)})"]
        if kind == "known":
            lines += _known(changes)
            continue
        for change in changes:
            lines += _lines(change)
    lines += ["", summary(comparison)]
    return "\n".join(printable(line) for line in lines) + "\n"


def _lines(change: Change) -> List[str]:
    name = change.instance
    if change.case:
        name += f": {change.case}"
    lines = [f"  {name}", f"      {change.old or 'not run'} ->"
             f" {change.new or 'not run'}"
             + (f": {change.message}" if change.message else "")]
    if change.hint:
        lines.append(f"      known: {change.hint}")
    if change.again and change.kind in ("newly-failing", "flaky"):
        lines.append(f"      run again: {change.again}")
    return lines


def _known(changes: Sequence[Change]) -> List[str]:
    """Return two lines an instance: what is known needs no more."""
    lines = []
    for name in dict.fromkeys(change.instance for change in changes):
        own = [change for change in changes if change.instance == name]
        words = ", ".join(dict.fromkeys(change.new for change in own))
        cases = sum(1 for change in own if change.case)
        lines.append(f"  {name}: {words}" + (
            f", {cases} case{'s' if cases > 1 else ''}" if cases else ""))
        lines += [f"      {hint}" for hint in
                  dict.fromkeys(change.hint for change in own) if hint]
    return lines


def summary(comparison: Comparison) -> str:
    """Return one line: what got worse, and how much stayed well."""
    counts = [f"{len(comparison.of(kind))} {title[0].lower()}{title[1:]}"
              for kind, title in KINDS.items() if comparison.of(kind)]
    counts.append(f"{comparison.passing} cases pass as before")
    worse = {0: "Nothing got worse", 3: "Less is tested than before"}.get(
        comparison.exit_code, "Something got worse")
    return f"{worse}: {', '.join(counts)}."


def html_page(comparison: Comparison, pages: Pages) -> str:
    """Return a comparison as a page."""
    sections = [{"title": title, "kind": kind, "changes": comparison.of(kind),
                 "open": kind not in ("known", "still-failing")}
                for kind, title in KINDS.items() if comparison.of(kind)]
    return pages.page("compare.html", summary=summary(comparison),
                      old=comparison.old.title(), new=comparison.new.title(),
                      sections=sections)


def junit_xml(comparison: Comparison) -> str:
    """Return a comparison as JUnit XML: what got worse is a failure.

    What failed before, too, and what is expected to, is skipped.
    """
    suites = []
    for kind, title in KINDS.items():
        cases = [_case(change, title) for change in comparison.of(kind)]
        suites.append(junit.make_suite(f"compare: {kind}", cases, 0.0,
                                       [("what", title)]))
    return junit.document(suites, comparison.new.seconds)


def _case(change: Change, title: str) -> str:
    message = (f"{change.old or 'not run'} -> {change.new or 'not run'}: "
               f"{change.message}").rstrip(": ")
    element = {"newly-failing": "failure", "flaky": "failure",
               "newly-passing": "", "slower": ""}.get(change.kind, "skipped")
    return junit.test_case(change.instance, change.case or "verdict",
                           element=element, kind=change.new or "not run",
                           message=f"{title}: {message}", known=change.hint)
