# SPDX-License-Identifier: BSD-2-Clause
"""The list of defects, and how a rule changes a source file.

The list is build/defects.d/*.ini, a file a subject, a section a defect;
docs/defects.md describes the keys.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Iterable, List, NamedTuple, Sequence, Tuple

from ..base import inifile
from ..hypervisors.csource import functions
from ..base.verdict import UsageError

_KEYS = {"what", "kind", "file", "function", "within", "find", "replace",
         "tests", "environments", "release", "undoes", "by"}

# A second change of a rule, a third: these keys with -2, -3.
_PLACE = ("function", "within", "find", "replace")
_MORE = re.compile(rf"({'|'.join(_PLACE)})-([2-9])")
_KEYS |= {f"{key}-{number}" for key in _PLACE for number in range(2, 10)}

# Who wrote a rule: somebody who had not seen the tests, the same when these
# were thought complete, or the tests' author.
AUTHORS = ("blind", "blind-2", "before", "author")
_NEEDED = ("what", "kind", "file", "function", "find", "replace", "tests")


class RuleError(Exception):
    """A rule does not fit the source; the text says how."""


class Edit(NamedTuple):
    """Text to put in the place of [start, end) of a source text."""

    start: int
    end: int
    text: str


class Place(NamedTuple):
    """Where a rule changes a file once more, and what it puts there."""

    function: str
    within: str
    find: str
    replace: str

    def edit(self, text: str, file: str) -> Edit:
        """Return the change of the source text.

        Raises RuleError unless there is exactly one place.
        """
        bodies = [function for function in functions(text)
                  if function.name == self.function]
        if not bodies:
            raise RuleError(f"there is no function {self.function}"
                            f" in {file}")
        spans = [(body.start, body.end) for body in bodies]
        if self.within:
            spans = [_one(self.within, text, spans, "within").span()]
        match = _one(self.find, text, spans, "find")
        changed = match.expand(self.replace)
        if changed == match[0]:
            raise RuleError("the replacement is what was there before")
        return Edit(match.start(), match.end(), changed)


class Defect(NamedTuple):
    """An edit rule, and which tests are to notice it."""

    name: str
    subject: str
    what: str
    kind: str
    file: str
    function: str
    within: str
    find: str
    replace: str
    tests: Tuple[str, ...]
    environments: Tuple[str, ...]
    releases: Tuple[str, ...]
    by: str = "author"
    undoes: Tuple[str, ...] = ()
    more: Tuple[Place, ...] = ()

    def applies_to(self, version: str) -> bool:
        """Tell whether it is meant for a version of Xen, e.g. `4.17.5+1`."""
        return not self.releases or any(
            re.match(re.escape(release) + r"\b", version)
            for release in self.releases)

    def apply(self, text: str) -> str:
        """Return the source text with the defect in it.

        Raises RuleError unless the rule matches in exactly one place.
        """
        for edit in reversed(self.edits(text)):
            text = text[:edit.start] + edit.text + text[edit.end:]
        return text

    def edits(self, text: str) -> List[Edit]:
        """Return the changes of the source text, by their places.

        Raises RuleError unless each matches in exactly one place.
        """
        first = Place(self.function, self.within, self.find, self.replace)
        found = sorted(place.edit(text, self.file)
                       for place in (first, *self.more))
        for one, other in zip(found, found[1:]):
            if one.end > other.start:
                raise RuleError("two of its changes overlap")
        return found


def _compile(pattern: str) -> re.Pattern:
    """Compile a pattern; a space in it stands for any white space."""
    return re.compile(re.sub(r"\s+", r"\\s+", pattern), re.DOTALL)


def _one(pattern: str, text: str, spans: Iterable[Tuple[int, int]],
         key: str) -> re.Match:
    """Return the only match of a pattern in some spans of text."""
    compiled = _compile(pattern)
    found = [match for start, end in spans
             for match in compiled.finditer(text, start, end)]
    if len(found) != 1:
        raise RuleError(f"`{key}' matches {len(found) or 'no'} places,"
                        " not one")
    return found[0]


def load(directory: Path) -> List[Defect]:
    """Return all defects of a directory's *.ini, by file, then as listed.

    Raises RunnerError for a file that breaks the format.
    """
    return [_defect(section)
            for section in inifile.read_all(directory, _KEYS, _NEEDED)]


def _defect(section: inifile.Section) -> Defect:
    if section.get("by", "author") not in AUTHORS:
        raise section.fault(f"by is none of {', '.join(AUTHORS)}")
    for key in section:
        if not key.startswith(("within", "find")):
            continue
        try:
            _compile(section[key])
        except re.error as error:
            raise section.fault(f"{key}: {error}") from None
    return Defect(
        section.name, section.path.stem, " ".join(section["what"].split()),
        section["kind"], section["file"], section["function"],
        section.get("within"), section["find"], section["replace"],
        section.words("tests"), section.words("environments"),
        section.words("release"), section.get("by", "author"),
        section.words("undoes"), _more(section))


def _more(section: inifile.Section) -> Tuple[Place, ...]:
    """Return the second and further places of a rule."""
    numbers = sorted({match[2] for match in map(_MORE.fullmatch, section)
                      if match})
    return tuple(Place(
        section.get(f"function-{number}", section["function"]),
        section.get(f"within-{number}"), section.get(f"find-{number}"),
        section.get(f"replace-{number}")) for number in numbers)


def select(defects: Sequence[Defect], words: Sequence[str]) -> List[Defect]:
    """Return the defects that words name: names, globs of names, subjects,
    and those who wrote them.

    All without any word.  Raises UsageError for a word that names nothing.
    """
    if not words:
        return list(defects)
    chosen = set()
    for word in words:
        named = {defect.name for defect in defects
                 if word in (defect.subject, defect.by)
                 or fnmatch.fnmatchcase(defect.name, word)}
        if not named:
            import difflib
            close = difflib.get_close_matches(
                word, [defect.name for defect in defects], n=3)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise UsageError(f"there is no defect `{word}'{hint}"
                             " (--list shows all)")
        chosen |= named
    return [defect for defect in defects if defect.name in chosen]
