# SPDX-License-Identifier: BSD-2-Clause
"""Failures that are expected: build/known-defects.ini, and files of users.

The project's list names defects that releases of Xen have.  A bad verdict of
a test that guards a fix says which fix that is; where this very Xen lacks it,
the verdict is known.  With --known-defects=allow such a failure is expected,
as are those of --expect FILE, in the same format: an expected failure is
XFAIL and does not count, one that does not show is XPASS and does.
"""

import datetime
import fnmatch
import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from .catalogue import Instance
from ..base import inifile
from ..base.verdict import XFAIL, XPASS, Case, Result, Verdict

PROJECT = Path(__file__).resolve().parents[2] / "known-defects.ini"
_KEYS = ("tests", "environments", "cases", "verdicts", "commit", "broken",
         "fixed", "shows", "reason", "xen", "until")
_SHOWS = ("always", "sometimes")

Version = Tuple[int, int, int]


def parse_version(text: str) -> Optional[Version]:
    """Return the numbers of a version, e.g. of `4.17.5+72-g1`."""
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0)


class KnownDefect(NamedTuple):
    """What is wrong, in which releases, and which tests show it."""

    name: str
    tests: Tuple[str, ...]
    environments: Tuple[str, ...]
    cases: Tuple[str, ...]      # none: any case may fail
    verdicts: Tuple[str, ...]
    commit: str
    broken: Optional[Version]
    fixed: Tuple[Version, ...]
    fixed_text: str
    always: bool                # a race shows only sometimes
    reason: str
    xen: Tuple[str, ...]
    until: Optional[datetime.date]
    excused: bool               # its failures do not count

    def guards(self, instance: Instance) -> bool:
        """Tell whether an instance is one that shows it."""
        return (_matches(instance.test.name, self.tests)
                and _matches(instance.env, self.environments))

    def has(self, case: Case) -> bool:
        """Tell whether a case is one that shows it."""
        return not self.cases or any(
            fnmatch.fnmatchcase(case.text, glob + "*") for glob in self.cases)

    def is_in(self, version: str, today: datetime.date) -> bool:
        """Tell whether a Xen has it; one of unknown version has not.

        One that names no versions is in all of them.
        """
        if self.is_over(today):
            return False
        if self.xen and not _matches(version, self.xen):
            return False
        if self.broken is None and not self.fixed:
            return True
        numbers = parse_version(version)
        if numbers is None or (self.broken and numbers < self.broken):
            return False
        branches = {fixed[:2]: fixed for fixed in self.fixed}
        fixed = branches.get(numbers[:2])
        if fixed is not None:
            return numbers < fixed
        return not branches or numbers[:2] < max(branches)

    def is_over(self, today: datetime.date) -> bool:
        """Tell whether it was to be gone by now."""
        return self.until is not None and today > self.until

    def hint(self, today: datetime.date) -> str:
        """Return the sentence for a report."""
        parts = [self.name]
        if self.reason:
            parts.append(self.reason)
        if self.commit:
            parts.append(f"fixed by {self.commit}, in"
                         f" {', '.join(self.fixed_text.split())}")
        if self.until is not None:
            parts.append(f"expected until {self.until}"
                         + (", which has passed" if self.is_over(today)
                            else ""))
        return "; ".join(parts)


def _matches(text: str, globs: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(text, glob) for glob in globs)


def load(path: Path = PROJECT, excused: bool = False) -> List[KnownDefect]:
    """Return the list; RunnerError for a file that breaks the format."""
    return [_known_defect(section, excused)
            for section in inifile.read(path, _KEYS)]


def _known_defect(section: inifile.Section, excused: bool) -> KnownDefect:
    wrong = _faults(section)
    if wrong:
        raise section.fault(f"wrong or missing: {' '.join(wrong)}")
    until = section.get("until")
    fixed = [parse_version(word) for word in section.words("fixed")]
    return KnownDefect(
        section.name, section.words("tests"),
        section.words("environments", "*"), section.lines("cases"),
        section.words("verdicts", "FAILURE"), section.get("commit"),
        parse_version(section.get("broken")),
        tuple(version for version in fixed if version),
        section.get("fixed"), section.get("shows", "always") == "always",
        section.get("reason"), section.words("xen"),
        _date(until) if until else None, excused)


def _date(text: str) -> datetime.date:
    """Return the date that YYYY-MM-DD names; ValueError if none."""
    return datetime.datetime.strptime(text, "%Y-%m-%d").date()


def _faults(section: inifile.Section) -> List[str]:
    """Return the keys and words of a section that break the format."""
    needed = ["tests"]
    # A defect of Xen has a fix, an expectation a reason.
    needed += (["commit", "fixed"] if "commit" in section
               or "fixed" in section else ["reason"])
    wrong = [key for key in needed if not section.get(key)]
    wrong += [word for word in section.words("verdicts")
              if word not in Verdict.__members__]
    for key in ("broken", "fixed"):
        wrong += [f"{key}: {word}" for word in section.words(key)
                  if parse_version(word) is None]
    if section.get("shows", "always") not in _SHOWS:
        wrong.append("shows")
    try:
        _date(section.get("until", "2000-01-01"))
    except ValueError:
        wrong.append("until")
    return wrong


class Marker:
    """Says in results which defect they show, and whether that is expected.

    `whole` is false for a run of some cases only: a defect whose cases are
    not named may be in the others then.
    """

    def __init__(self, defects: Sequence[KnownDefect], version: str,
                 whole: bool = True,
                 today: Optional[datetime.date] = None) -> None:
        self._defects = defects
        self._version = version
        self._whole = whole
        self._today = today or datetime.date.today()

    def mark(self, result: Result) -> None:
        """Set a result's hint, `known`, outcome and words of its cases."""
        guards = [defect for defect in self._defects
                  if defect.guards(result.instance)]
        present = [defect for defect in guards
                   if defect.is_in(self._version, self._today)]
        shown: List[KnownDefect] = []
        if result.verdict.exit_code > Verdict.SKIP.exit_code:
            shown = self._shown(result, present)
            self._hint(result, shown or guards)
        self._surprise(result, [defect for defect in present
                                if defect not in shown])

    def _shown(self, result: Result,
               present: Sequence[KnownDefect]) -> List[KnownDefect]:
        """Return the defects that a bad result shows; set what follows.

        The result is known if it is what these defects, and no more, make of
        it: each case that went wrong is one of theirs.
        """
        able = [defect for defect in present
                if str(result.verdict) in defect.verdicts]
        bad = [case for case in result.cases
               if case.status in ("FAIL", "ERROR")]
        owners: Dict[str, List[KnownDefect]] = {
            case.name: [defect for defect in able if defect.has(case)]
            for case in bad}
        shown = [defect for defect in able if not bad
                 or any(defect in found for found in owners.values())]
        for title, found in owners.items():
            if any(defect.excused for defect in found):
                result.words[title] = XFAIL
        result.known = bool(shown) and all(owners.values())
        if result.known and (all(title in result.words for title in owners)
                             if bad else any(d.excused for d in shown)):
            result.outcome = XFAIL
        return shown

    def _hint(self, result: Result, defects: Sequence[KnownDefect]) -> None:
        result.hint = " / ".join(defect.hint(self._today)
                                 for defect in defects)

    def _surprise(self, result: Result,
                  absent: Sequence[KnownDefect]) -> None:
        """Turn a result into XPASS if a defect should show, and does not."""
        if result.verdict not in (Verdict.SUCCESS, Verdict.FAILURE):
            return
        missed = []
        for defect in absent:
            if not (defect.excused and defect.always
                    and (defect.cases or self._whole)):
                continue
            passed = [case.name for case in result.cases
                      if case.status == "PASS" and defect.has(case)]
            if passed or not result.cases:
                missed.append(defect)
            if defect.cases:
                result.words.update((title, XPASS) for title in passed)
        if missed and result.outcome in (str(Verdict.SUCCESS), XFAIL):
            result.outcome = XPASS
            self._hint(result, missed)
