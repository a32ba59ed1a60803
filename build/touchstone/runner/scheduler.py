# SPDX-License-Identifier: BSD-2-Clause
"""Runs instances on a host, several at once, and collects the results."""

import queue
import threading
import time
from typing import Callable, List, Optional, Sequence, Tuple

from .catalogue import Instance
from ..hosts import Host
from .plan import Plan
from ..base.process import Stop
from ..runs.flakes import Retries
from .timings import Timings
from ..base.verdict import InstanceError, Result, Verdict

# Period of Listener.tick (seconds).
_TICK = 0.25


class Listener:
    """Is told how a run goes; all calls come from the thread of `run`."""

    def planned(self, remaining: Callable[[], Optional[float]]) -> None:
        """A run begins; `remaining` returns its seconds, None if unknown."""

    def started(self, instance: Instance) -> None:
        """An instance is about to run: it waits until this returns."""

    def finished(self, result: Result) -> None:
        """An instance has its verdict."""

    def tick(self) -> None:
        """Some time has passed."""


# What happened, to what, and what is set when the listener has been told.
_Event = Tuple[str, object, Optional[threading.Event]]


def run(host: Host, instances: Sequence[Instance], jobs: int,
        listener: Listener, stop: Stop,
        timings: Optional[Timings] = None,
        retries: Optional[Retries] = None) -> List[Result]:
    """Run instances, at most `jobs` at once, and return what has a verdict.

    In the order of `instances`.  When `stop` is set, running instances are
    ended and left out.  A RunnerError of the host ends the run likewise, and
    is raised after the last instance is gone.  With `timings`, those of
    earlier runs decide what starts first, and those of this run are added.
    `retries` may have an instance run again before it has its result.
    """
    plan = Plan(host, instances, jobs, timings)
    listener.planned(plan.remaining)
    events: "queue.Queue[_Event]" = queue.Queue()
    threads = [threading.Thread(target=_work, daemon=True,
                                args=(host, plan, events, stop, retries))
               for _ in range(min(jobs, len(instances)))]
    results: List[Result] = []
    failure: Optional[BaseException] = None
    for thread in threads:
        thread.start()
    working = len(threads)
    while working:
        told = None
        try:
            kind, value, told = events.get(timeout=_TICK)
            if kind == "started":
                assert isinstance(value, Instance)
                if failure is None:
                    listener.started(value)
            elif kind == "finished":
                assert isinstance(value, Result)
                results.append(value)
                listener.finished(value)
            elif kind == "failed":
                assert isinstance(value, BaseException)
                failure = failure or value
                stop.set()
            else:
                working -= 1
        except queue.Empty:
            listener.tick()
        except Exception as error:  # pylint: disable=broad-except
            # Of the listener, e.g. a reader that hung up: what runs must end
            # all the same, or a host keeps its domains.
            failure = failure or error
            stop.set()
        finally:
            if told is not None:
                told.set()
    for thread in threads:
        thread.join()
    if timings is not None:
        timings.save(results)
    order = {instance: at for at, instance in enumerate(instances)}
    results.sort(key=lambda result: order[result.instance])
    if failure is not None:
        raise failure
    return results


def _work(host: Host, plan: Plan, events: "queue.Queue[_Event]",
          stop: Stop, retries: Optional[Retries]) -> None:
    try:
        while True:
            instance = plan.take(stop)
            if instance is None:
                break
            told = threading.Event()
            events.put(("started", instance, told))
            told.wait()
            try:
                result = _run_until(host, instance, stop, retries)
            finally:
                plan.give_back(instance)
            if result is not None:
                events.put(("finished", result, None))
    except BaseException as error:  # pylint: disable=broad-except
        events.put(("failed", error, None))
    events.put(("ended", None, None))


def _run_until(host: Host, instance: Instance, stop: Stop,
               retries: Optional[Retries]) -> Optional[Result]:
    """Run an instance, again if `retries` says so; None if it did not end."""
    attempts: List[Result] = []
    while not stop.is_set:
        result = _run_one(host, instance, stop)
        if result is None:
            break
        attempts.append(result)
        if retries is None:
            return result
        if not retries.again(attempts):
            break
    return retries.combine(attempts) if retries and attempts else None


def _run_one(host: Host, instance: Instance, stop: Stop) -> Optional[Result]:
    start = time.monotonic()
    try:
        obstacle = host.can_run(instance)
        if obstacle is not None:
            return Result(instance, Verdict.SKIP, obstacle)
        result = host.run(instance, stop)
    except InstanceError as error:
        result = Result(instance, Verdict.ERROR, str(error))
    if result is not None:
        result.seconds = time.monotonic() - start
    return result
