# SPDX-License-Identifier: BSD-2-Clause
"""What a run of an instance can end in: verdicts, cases, results."""

import enum
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Sequence

if TYPE_CHECKING:
    from ..runner.catalogue import Instance
    from ..runner.console import BoundedLog


class Verdict(enum.Enum):
    """The outcome of an instance, in rising order of severity.

    The value is the exit code of a run whose worst instance ended so.
    CRASH and TIMEOUT are the runner's own; the others come from the guest.
    """

    SUCCESS = (0, "SUCCESS")
    SKIP = (3, "SKIP")
    ERROR = (4, "ERROR")
    FAILURE = (5, "FAILURE")
    CRASH = (6, "CRASH")
    TIMEOUT = (6, "TIMEOUT")

    @property
    def exit_code(self) -> int:
        """Exit code of xtf-runner when this is the worst verdict."""
        return self.value[0]

    def __str__(self) -> str:
        return self.name


class Case(NamedTuple):
    """One case line of a guest: `PASS: name`, `SKIP: name: reason`."""

    status: str
    name: str
    reason: str = ""

    @property
    def text(self) -> str:
        """The line without its status."""
        return f"{self.name}: {self.reason}" if self.reason else self.name

    @classmethod
    def of_line(cls, status: str, text: str, titles: Sequence[str]) -> "Case":
        """Return the case of a line; `titles` are those of the image.

        Titles and reasons may both hold ": ".  The longest title that the
        line begins with is the name; the build sees to it that there is one
        at most.  If the image has not told its titles, two parts of three or
        more are taken for the name, and one of two.
        """
        if status == "PASS":
            return cls(status, text)
        known = [title for title in titles
                 if text == title or text.startswith(title + ": ")]
        if known:
            name = max(known, key=len)
        else:
            parts = text.split(": ")
            name = ": ".join(parts[:2] if len(parts) > 2 else parts[:1])
        return cls(status, name, text[len(name) + 2:])


# What an instance, or a case of it, is called beyond its verdict: a failure
# that was expected, a success that was not, and one verdict now, another then.
XFAIL, XPASS, FLAKY = "XFAIL", "XPASS", "FLAKY"

# Every word for an outcome, in rising order of severity.
OUTCOMES = (*[str(verdict) for verdict in Verdict][:2], XFAIL, FLAKY, XPASS,
            *[str(verdict) for verdict in Verdict][2:])


class Ending(NamedTuple):
    """How `count` runs of an instance, or of a case, ended."""

    word: str
    reason: str
    count: int

    @property
    def text(self) -> str:
        """The words for people."""
        return f"{self.count} x {self.word}" + (
            f": {self.reason}" if self.reason else "")


def _times(endings: Sequence[Ending], order: Sequence[str]) -> str:
    best = min((ending.word for ending in endings), key=order.index)
    return "{}/{}".format(
        sum(ending.count for ending in endings if ending.word != best),
        sum(ending.count for ending in endings))


class Result:
    """An instance, its verdict, and all that is needed to tell why."""

    def __init__(self, instance: "Instance", verdict: Verdict,
                 reason: str = "",
                 cases: Optional[List[Case]] = None,
                 log: "Optional[BoundedLog]" = None,
                 seconds: float = 0.0) -> None:
        self.instance = instance
        self.verdict = verdict
        self.reason = reason
        self.cases = cases if cases is not None else []
        self.log = log
        self.seconds = seconds
        self.wanted_seconds = 0.0
        self.notes: List[str] = []  # what Xen said meanwhile, if it matters
        self.outcome = str(verdict)     # the verdict, or XFAIL, XPASS, FLAKY
        self.words: Dict[str, str] = {}     # the same of cases, by title
        self.hint = ""      # which fix of Xen's the test guards
        self.known = False  # this very Xen is known to lack it
        self.forgiven = False   # FLAKY, and it does not count
        # If there were several runs: how they ended, and how those cases did
        # that are FLAKY.
        self.endings: List[Ending] = []
        self.case_endings: Dict[str, List[Ending]] = {}
        self.again = ""     # the command that runs what failed again

    @property
    def is_bad(self) -> bool:
        """Whether people should look at it: it fails, or is FLAKY or XPASS."""
        return self.outcome not in (str(Verdict.SUCCESS), str(Verdict.SKIP),
                                    XFAIL)

    @property
    def exit_code(self) -> int:
        """Exit code of xtf-runner when this is the worst result."""
        if self.outcome == XFAIL or self.forgiven:
            return Verdict.SUCCESS.exit_code
        if self.outcome in (XPASS, FLAKY):
            return max(Verdict.FAILURE.exit_code, self.verdict.exit_code)
        return self.verdict.exit_code

    def times(self, case: Optional[Case] = None) -> str:
        """Return how often it, or a case of it, did not end best: `k/n`."""
        if case is not None:
            return _times(self.case_endings[case.name],
                          ("PASS", "SKIP", "ERROR", "FAIL"))
        if len({ending.word for ending in self.endings}) > 1:
            return _times(self.endings, [str(verdict) for verdict in Verdict])
        # Only its cases differ.
        return max((self.times(one) for one in self.cases
                    if one.name in self.case_endings),
                   key=lambda text: int(text.partition("/")[0]))

    @property
    def label(self) -> str:
        """The outcome; with how often, if it is FLAKY."""
        return (f"{FLAKY} {self.times()}" if self.outcome == FLAKY
                else self.outcome)

    def word(self, case: Case) -> str:
        """Return what a case is called: its status, XFAIL, XPASS or FLAKY."""
        return self.words.get(case.name, case.status)


def worst(results: List[Result]) -> Verdict:
    """Return the most severe verdict; SUCCESS when there is none at all."""
    order = list(Verdict)
    return max((result.verdict for result in results),
               key=order.index, default=Verdict.SUCCESS)


class RunnerError(Exception):
    """The runner cannot do its work; the text says why.  Exit code 1."""


class UsageError(Exception):
    """The command line asks for what does not exist.  Exit code 2."""


class InstanceError(Exception):
    """An instance cannot run, others may; the text says why.  An ERROR."""
