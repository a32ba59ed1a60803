# SPDX-License-Identifier: BSD-2-Clause
"""The selection run again and again: --stress-count and --stress-duration."""

import time
from typing import Callable, Dict, List, Optional, Sequence, Set

from ..base.process import Stop
from ..base.verdict import Result
from ..hosts import Host
from ..report.terminal import TerminalReport
from ..runs.flakes import Tally
from . import scheduler
from .catalogue import Instance
from .timings import Timings


# Between two versions of the reports: so many times what one takes.
_IDLE = 20


class Rounds(scheduler.Listener):
    """Runs rounds, and keeps what each instance came to in all of them.

    `count` or `seconds` say when it is enough; a round is always finished.
    `mark` gives a result its outcome.
    """

    def __init__(self, host: Host, instances: Sequence[Instance], jobs: int,
                 *, count: Optional[int], seconds: Optional[float],
                 mark: Callable[[Result], None], forgive: bool,
                 terminal: TerminalReport) -> None:
        self._host = host
        self._instances = instances
        self._jobs = jobs
        self._count = count
        self._seconds = seconds
        self._mark = mark
        self._forgive = forgive
        self._terminal = terminal
        self._tallies: Dict[str, Tally] = {}
        self._bad: Set[str] = set()
        self.rounds = 0

    def run(self, stop: Stop, timings: Timings,
            started: Callable[[Instance], None],
            ended: Callable[[List[Result], int, bool], None]) -> None:
        """Run until it is enough.

        `ended` gets the results of all rounds so far, the number of rounds,
        and whether they are the last; it is called before the first round,
        after the last one and after some others.  `started` is called before
        an instance starts.
        """
        self._started = started
        begin = time.monotonic()
        due = 0.0
        ended([], 0, False)
        while not stop.is_set:
            scheduler.run(self._host, self._instances, self._jobs, self, stop,
                          timings)
            # A round that was interrupted is none; its results do count.
            self.rounds += not stop.is_set
            seconds = time.monotonic() - begin
            of = f" of {self._count}" if self._count else ""
            self._terminal.say(
                f"round {self.rounds}{of}" + (", interrupted" * stop.is_set)
                + f": {len(self._bad)} of {len(self._tallies)} instances went"
                f" wrong so far, {seconds:.0f} s")
            last = (stop.is_set or self.rounds == self._count
                    or bool(self._seconds) and seconds >= self._seconds)
            if last or time.monotonic() >= due:
                start = time.monotonic()
                ended(self._results(), self.rounds, last)
                due = start + _IDLE * (time.monotonic() - start)
            if last:
                break

    def _results(self) -> List[Result]:
        return [self._tallies[instance.name].result(self._forgive)
                for instance in self._instances
                if instance.name in self._tallies]

    def planned(self, remaining: Callable[[], Optional[float]]) -> None:
        if self._count is None:
            self._terminal.planned(remaining)

    def started(self, instance: Instance) -> None:
        self._started(instance)
        self._terminal.started(instance)

    def finished(self, result: Result) -> None:
        self._mark(result)
        name = result.instance.name
        self._tallies.setdefault(name, Tally()).add(result)
        if result.is_bad:
            self._bad.add(name)
        self._terminal.finished(result)

    def tick(self) -> None:
        self._terminal.tick()
