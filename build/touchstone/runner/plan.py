# SPDX-License-Identifier: BSD-2-Clause
"""What to run next, and how long the rest will take."""

import math
import statistics
import threading
import time
from typing import Dict, List, Optional, Sequence

from .catalogue import Instance
from ..hosts import Host
from ..base.process import Stop
from .timings import Timing, Timings
from ..base.verdict import InstanceError

# Period of looking whether `stop` was set (seconds).
_TICK = 0.25


class Plan:
    """Hands out instances to the threads that run them.

    An instance that keeps several processors busy takes as many of the
    `slots`.  With `timings` of earlier runs, those that take most slots come
    first, and of them the longest: so the short ones fill up what is left at
    the end.  Without, the given order is kept.
    """

    def __init__(self, host: Host, instances: Sequence[Instance], slots: int,
                 timings: Optional[Timings] = None) -> None:
        self._host = host
        self._slots = self._free = slots
        self._changed = threading.Condition()
        self._expected: Dict[Instance, Optional[float]] = {}
        self._weights: Dict[Instance, int] = {}
        self._running: Dict[Instance, float] = {}
        self._done_expected = self._done_taken = 0.0
        for instance in instances:
            known = timings.get(instance.name) if timings else None
            self._expected[instance] = known.seconds if known else None
            self._weights[instance] = self._weight(instance, known)
        self._todo: List[Instance] = list(instances)
        if timings is not None:
            # What is not known yet may be long.
            self._todo.sort(key=lambda instance: (
                -self._weights[instance], self._expected[instance] is not None,
                -(self._expected[instance] or 0.0)))

    def _weight(self, instance: Instance, known: Optional[Timing]) -> int:
        try:
            most = self._host.processors(instance)
        except InstanceError:
            return 1    # run() says what is wrong with it
        if known is not None and known.processors is not None:
            most = min(most, math.ceil(known.processors - 0.25))
        return max(1, min(most, self._slots))

    def take(self, stop: Stop) -> Optional[Instance]:
        """Return the next instance as soon as there is room for it.

        None when there is nothing left, or `stop` is set.
        """
        with self._changed:
            while self._todo and not stop.is_set:
                instance = self._next()
                if instance is not None:
                    self._todo.remove(instance)
                    self._free -= self._weights[instance]
                    self._running[instance] = time.monotonic()
                    return instance
                self._changed.wait(_TICK)
            return None

    def _next(self) -> Optional[Instance]:
        """Return the first instance with room and nothing to wait for."""
        fitting = (instance for instance in self._todo
                   if self._weights[instance] <= self._free)
        first = None
        for instance in fitting:
            if not self._host.would_wait(instance):
                return instance
            first = first or instance
        return first

    def give_back(self, instance: Instance) -> None:
        """Note that an instance has ended."""
        with self._changed:
            self._free += self._weights[instance]
            taken = time.monotonic() - self._running.pop(instance)
            expected = self._expected[instance]
            if expected is not None:
                weight = self._weights[instance]
                self._done_expected += weight * expected
                self._done_taken += weight * taken
            self._changed.notify_all()

    def remaining(self) -> Optional[float]:
        """Return how many seconds the rest will take; None if unknown.

        By the times of earlier runs, and how this run compares with them.
        """
        with self._changed:
            known = [value for value in self._expected.values()
                     if value is not None]
            if len(known) * 2 < len(self._expected):
                return None
            usual = statistics.median(known)
            now = time.monotonic()
            pace = 1.0
            if self._done_expected > 1.0:
                pace = self._done_taken / self._done_expected
            longest = work = 0.0
            for instance in [*self._todo, *self._running]:
                expected = self._expected[instance]
                left = pace * (usual if expected is None else expected)
                if instance in self._running:
                    left = max(0.0, left - (now - self._running[instance]))
                longest = max(longest, left)
                work += left * self._weights[instance]
            return max(longest, work / self._slots)
