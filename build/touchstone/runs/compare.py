# SPDX-License-Identifier: BSD-2-Clause
"""What differs between two saved runs, and whether anything got worse."""

from typing import Dict, List, NamedTuple, Optional, Tuple

from ..base.verdict import FLAKY, XFAIL, Result, Verdict
from .record import Run

# What can be said of an instance or a case, the worst first.
KINDS = {
    "newly-failing": "Newly failing",
    "flaky": "Flaky",
    "lost": "No longer tested",
    "still-failing": "Still failing",
    "known": "Known or expected failures",
    "newly-passing": "Newly passing",
    "slower": "Slower",
}

_GOOD = ("PASS", "SUCCESS")
_NEUTRAL = (*_GOOD, "SKIP", XFAIL, "")

# An instance is slower if it takes so many times as long, and so many seconds
# more: less is what a busy computer makes of it.
_SLOWER = 1.5
_SLOWER_SECONDS = 2.0


class Change(NamedTuple):
    """Something about one case, or about an instance if `case` is empty.

    `old` and `new` are words for outcomes; empty where there was no such.
    """

    kind: str
    instance: str
    case: str
    old: str
    new: str
    message: str = ""
    hint: str = ""
    again: str = ""


class Comparison(NamedTuple):
    """All that differs, and how much does not."""

    old: Run
    new: Run
    changes: List[Change]
    passing: int        # cases, and instances without cases, that pass in both

    def of(self, kind: str) -> List[Change]:
        """Return the changes of a kind."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def exit_code(self) -> int:
        """5 if something fails newly, 3 if something is not looked at now."""
        if any(change.kind == "newly-failing"
               or change.kind == "flaky" and change.old in _NEUTRAL
               for change in self.changes):
            return Verdict.FAILURE.exit_code
        if self.of("lost"):
            return Verdict.SKIP.exit_code
        return 0


def compare(old: Run, new: Run) -> Comparison:
    """Compare two runs, case by case."""
    before = {result.instance.name: result for result in old.results}
    changes: List[Change] = []
    passing = 0
    now = {result.instance.name: result for result in new.in_order()}
    for name in [*now, *(name for name in before if name not in now)]:
        found, same = _instance(name, before.get(name), now.get(name))
        changes += found
        passing += same
    order = list(KINDS)
    changes.sort(key=lambda change: order.index(change.kind))
    return Comparison(old, new, changes, passing)


def _instance(name: str, old: Optional[Result],
              new: Optional[Result]) -> Tuple[List[Change], int]:
    """Return what changed in an instance, and how many cases pass still."""
    # Without cases on one side, there is one thing to compare.
    whole = (new is None or not new.cases
             or old is not None and not old.cases)
    before, after = _words(old, whole), _words(new, whole)
    if "" in after and old:
        before.setdefault("", old.outcome)
    if "" in before and new:
        after.setdefault("", new.outcome)
    changes: List[Change] = []
    passing = 0
    for case in [*after, *(case for case in before if case not in after)]:
        was, word = before.get(case, ""), after.get(case, "")
        if word == "" and new is not None and _ended_early(new):
            continue        # it did not come to that: one change says so
        if was == "" and old is not None and _ended_early(old) \
                and word in _NEUTRAL:
            continue
        kind = _kind(was, word, new)
        if kind:
            changes.append(_change(kind, name, case, was, word, new))
        elif word in _GOOD and was in _GOOD:
            passing += 1
    if old and new and old.verdict is new.verdict is Verdict.SUCCESS and (
            new.seconds > old.seconds * _SLOWER
            and new.seconds > old.seconds + _SLOWER_SECONDS):
        changes.append(Change("slower", name, "", f"{old.seconds:.1f} s",
                              f"{new.seconds:.1f} s"))
    return changes, passing


def _words(result: Optional[Result], whole: bool) -> Dict[str, str]:
    """Return the outcome of each case by title.

    That of the instance is under "" where the cases do not tell it; alone
    if `whole`.
    """
    if result is None:
        return {}
    if whole:
        return {"": result.outcome}
    words = {case.name: result.word(case) for case in result.cases}
    told = any(word not in _NEUTRAL for word in words.values())
    if _ended_early(result) or (
            result.outcome not in _NEUTRAL and not told):
        words[""] = result.outcome
    return words


def _ended_early(result: Result) -> bool:
    """Whether cases may be missing since the instance did not end well."""
    return result.verdict in (Verdict.CRASH, Verdict.TIMEOUT, Verdict.ERROR)


def _kind(was: str, word: str, new: Optional[Result]) -> str:
    if word == XFAIL or (word not in _NEUTRAL and new and new.known):
        return "known"
    if word == FLAKY:
        return "flaky"
    if word not in _NEUTRAL:
        return "newly-failing" if was in _NEUTRAL else "still-failing"
    if was in _GOOD and word not in _GOOD:
        return "lost"
    if word in _GOOD and was not in _GOOD and was not in ("", "SKIP"):
        return "newly-passing"
    return ""


def _change(kind: str, name: str, title: str, was: str, word: str,
            new: Optional[Result]) -> Change:
    message = hint = again = ""
    if new is not None and word not in _GOOD:
        hint, again = new.hint, new.again
        message = new.reason
        for case in new.cases:
            if title and case.name == title:
                message = case.reason
                break
    return Change(kind, name, title, was, word, message, hint, again)
