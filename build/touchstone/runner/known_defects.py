# SPDX-License-Identifier: BSD-2-Clause
"""Defects that releases of Xen are known to have: build/known-defects.ini.

A bad verdict of a test that guards a fix says which fix that is; where this
very Xen lacks it, the verdict is known, and --known-defects=allow does not
count it.
"""

import configparser
import fnmatch
import re
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple

from .scheduler import Listener
from ..base.verdict import Result, RunnerError, Verdict

_LIST = Path(__file__).resolve().parents[2] / "known-defects.ini"
_KEYS = ("tests", "cases", "verdicts", "commit", "broken", "fixed",
         "shows")

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
    cases: Tuple[str, ...]
    verdicts: Tuple[str, ...]
    commit: str
    broken: Optional[Version]
    fixed: Tuple[Version, ...]
    fixed_text: str
    always: bool            # a race shows only sometimes

    def guards(self, test: str) -> bool:
        """Tell whether a test is one that shows it."""
        return any(fnmatch.fnmatchcase(test, glob) for glob in self.tests)

    def shows_in(self, result: Result) -> bool:
        """Tell whether a result is what the defect, and no more, makes of it.

        An instance that ended by itself must fail in these cases only.
        """
        if str(result.verdict) not in self.verdicts:
            return False
        bad = [case.text for case in result.cases
               if case.status in ("FAIL", "ERROR")]
        return all(any(fnmatch.fnmatchcase(text, glob + "*")
                       for glob in self.cases) for text in bad)

    def is_in(self, version: Optional[Version]) -> bool:
        """Tell whether a version of Xen has it; an unknown one has not."""
        if version is None or (self.broken and version < self.broken):
            return False
        branches = {fixed[:2]: fixed for fixed in self.fixed}
        fixed = branches.get(version[:2])
        if fixed is not None:
            return version < fixed
        return version[:2] < max(branches)

    def hint(self) -> str:
        """Return the sentence for a report."""
        return (f"{self.name}; fixed by {self.commit}, in"
                f" {', '.join(self.fixed_text.split())}")


def load(path: Path = _LIST) -> List[KnownDefect]:
    """Return the list; RunnerError for a file that breaks the format."""
    parser = configparser.RawConfigParser(delimiters="=",
                                          comment_prefixes="#")
    try:
        parser.read_string(path.read_text("utf-8"), str(path))
    except (configparser.Error, OSError) as error:
        raise RunnerError(f"{path}: {error}") from None
    found = []
    for name in parser.sections():
        section = parser[name]
        wrong = ([key for key in section if key not in _KEYS]
                 + [key for key in ("tests", "verdicts", "commit", "fixed")
                    if key not in section])
        wrong += [word for word in section.get("verdicts", "").split()
                  if word not in Verdict.__members__]
        fixed = [parse_version(word)
                 for word in section.get("fixed", "").split()]
        if wrong or not fixed or None in fixed:
            raise RunnerError(f"{path}: [{name}]: wrong or missing:"
                              f" {' '.join(wrong) or 'fixed'}")
        found.append(KnownDefect(
            name, tuple(section["tests"].split()),
            tuple(section.get("cases", "*").splitlines()),
            tuple(section["verdicts"].split()), section["commit"],
            parse_version(section.get("broken", "")),
            tuple(version for version in fixed if version),
            section["fixed"], section.get("shows", "always") == "always"))
    return found


class Marker(Listener):
    """Passes on how a run goes, with known defects marked in the results."""

    def __init__(self, listener: Listener, defects: Sequence[KnownDefect],
                 version: str) -> None:
        self._listener = listener
        self._defects = defects
        self._version = parse_version(version)

    def planned(self, remaining) -> None:
        self._listener.planned(remaining)

    def started(self, instance) -> None:
        self._listener.started(instance)

    def finished(self, result: Result) -> None:
        self.mark(result)
        self._listener.finished(result)

    def tick(self) -> None:
        self._listener.tick()

    def mark(self, result: Result) -> None:
        """Say in a result which fix its test guards, and if it is known."""
        if result.verdict.exit_code <= Verdict.SKIP.exit_code:
            return
        for defect in self._defects:
            if defect.guards(result.instance.test.name):
                result.hint = defect.hint()
                result.known = (defect.is_in(self._version)
                                and defect.shows_in(result))

    def absent(self, results: Sequence[Result]) -> List[str]:
        """Return defects that this Xen should have shown, and did not.

        Only those of which an instance ended well, and none was marked.
        """
        found = []
        for defect in self._defects:
            own = [result for result in results
                   if defect.guards(result.instance.test.name)]
            if (defect.always and defect.is_in(self._version)
                    and any(r.verdict is Verdict.SUCCESS for r in own)
                    and not any(r.known for r in own)):
                found.append(defect.hint())
        return found
