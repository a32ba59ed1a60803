# SPDX-License-Identifier: BSD-2-Clause
"""Several runs of one instance, and what they come to together.

What ends one way now and another way then is FLAKY, and never silently good.
"""

from collections import Counter
from typing import Callable, Counter as Counts, Dict, List, Optional, Sequence
from typing import Tuple

from ..base.verdict import (FLAKY, XFAIL, Case, Ending, Result, Verdict)

_STATUSES = ("PASS", "SKIP", "ERROR", "FAIL")
_VERDICTS = tuple(str(verdict) for verdict in Verdict)

# A verdict or status, the outcome that it was given, and the reason.
_Key = Tuple[str, str, str]


class Tally:
    """Counts how the runs of an instance ended.

    Each result that is added has its outcome.  Of all of them only the worst
    is kept, so that there may be many.
    """

    def __init__(self) -> None:
        self._count = 0
        self._seconds = 0.0
        self._worst: Optional[Result] = None
        self._ends: Counts[_Key] = Counter()
        self._cases: Dict[str, Case] = {}
        self._case_ends: Dict[str, Counts[_Key]] = {}

    def add(self, result: Result) -> None:
        """Take a run in."""
        self._count += 1
        self._seconds += result.seconds
        if self._worst is None or _severity(result) > _severity(self._worst):
            self._worst = result
        self._ends[str(result.verdict), result.outcome, result.reason] += 1
        for case in result.cases:
            worst = self._cases.setdefault(case.name, case)
            if _STATUSES.index(case.status) > _STATUSES.index(worst.status):
                self._cases[case.name] = case
            self._case_ends.setdefault(case.name, Counter())[
                case.status, result.word(case), case.reason] += 1

    def result(self, forgive: bool = False) -> Result:
        """Return what the runs come to; there is one at least.

        It has the verdict of the worst, with its console.  `forgive` lets
        FLAKY ones not count.
        """
        worst = self._worst
        assert worst is not None
        if self._count == 1:
            return worst
        whole = Result(worst.instance, worst.verdict, worst.reason,
                       list(self._cases.values()), worst.log,
                       self._seconds / self._count)
        whole.notes, whole.known, whole.hint = (worst.notes, worst.known,
                                                worst.hint)
        whole.wanted_seconds = worst.wanted_seconds
        whole.endings = _endings(self._ends)
        whole.outcome = _together(outcome for _, outcome, _ in self._ends)
        for title, ends in self._case_ends.items():
            word = _together(outcome for _, outcome, _ in ends)
            if word != self._cases[title].status:
                whole.words[title] = word
            if word == FLAKY:
                whole.case_endings[title] = _endings(ends)
        if whole.case_endings and not whole.is_bad:
            whole.outcome = FLAKY
        whole.forgiven = forgive and whole.outcome == FLAKY
        return whole


def _severity(result: Result) -> Tuple[bool, int]:
    return result.is_bad, _VERDICTS.index(str(result.verdict))


def _endings(ends: Counts[_Key]) -> List[Ending]:
    return [Ending(word, reason, count)
            for (word, _, reason), count in ends.most_common()]


def _together(words) -> str:
    """Return what several outcomes are together.

    A failure that is expected may be one that shows only sometimes.
    """
    different = set(words)
    if len(different) == 1:
        return different.pop()
    if XFAIL in different and different <= {XFAIL, "PASS", "SUCCESS"}:
        return XFAIL
    return FLAKY


class Retries:
    """Says whether an instance is to run again, and what that comes to.

    It is, up to `times` times, while each of its runs is bad by `mark`, which
    gives a result its outcome.
    """

    def __init__(self, times: int, mark: Callable[[Result], None],
                 forgive: bool = False) -> None:
        self._times = times
        self._mark = mark
        self._forgive = forgive

    def again(self, attempts: Sequence[Result]) -> bool:
        """Tell whether an instance runs again after the last attempt."""
        self._mark(attempts[-1])
        return attempts[-1].is_bad and len(attempts) <= self._times

    def combine(self, attempts: Sequence[Result]) -> Result:
        """Return the one result of all attempts."""
        tally = Tally()
        for result in attempts:
            tally.add(result)
        return tally.result(self._forgive)
