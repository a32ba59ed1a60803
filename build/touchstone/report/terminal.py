# SPDX-License-Identifier: BSD-2-Clause
"""Text for people: a line an instance, a live line, the table."""

import math
import os
import shutil
import time
from typing import Callable, List, Optional, Sequence, TextIO

from ..runner.catalogue import Instance
from ..runner.scheduler import Listener
from ..base.verdict import (FLAKY, OUTCOMES, XFAIL, XPASS, Case, Result,
                            Verdict)

_COLOURS = {"SUCCESS": "32", "SKIP": "33", "XFAIL": "33", "ERROR": "35",
            "FLAKY": "35", "XPASS": "31", "FAILURE": "31", "CRASH": "31",
            "TIMEOUT": "31"}

# How many explaining lines follow the line of an instance that went wrong.
_FAIL_LINES = 20
_GUEST_LINES = 5
_LAST_LINES = 15


def hint(result: Result) -> str:
    """Return what is known of a result beforehand, as a sentence."""
    if result.outcome == XFAIL:
        words = "expected: "
    elif result.outcome == XPASS:
        words = "expected to fail, and does not: "
    elif result.known:
        words = "KNOWN in this release: "
    else:
        words = "This is what it guards against: "
    return words + result.hint


def explain(result: Result) -> List[str]:
    """Return the lines that say why an instance did not succeed."""
    if result.outcome == str(Verdict.SUCCESS):
        return noted(result)
    lines = [_case_line(result, case) for case in result.cases
             if case.status in ("FAIL", "ERROR")
             or result.word(case) != case.status
             or (case.status == "SKIP" and result.verdict is Verdict.SKIP)]
    if len(lines) > _FAIL_LINES:
        more = len(lines) - _FAIL_LINES
        lines = lines[:_FAIL_LINES] + [f"... and {more} more lines like these"]
    if result.outcome == FLAKY:
        lines[:0] = [f"ended so: {ending.text}" for ending in result.endings]
    said = any(result.reason and result.reason in line for line in lines)
    if result.reason and not said:
        lines[:0] = result.reason.splitlines()
    lines += noted(result)
    if result.hint:
        lines.append(hint(result))
    if result.verdict in (Verdict.CRASH, Verdict.TIMEOUT) and result.log:
        guest = result.log.last_guest_lines(_GUEST_LINES)
        last = result.log.last_lines(_LAST_LINES)
        if guest and guest != last[-len(guest):]:
            lines += ["last lines of the guest:"]
            lines += ["| " + line for line in guest]
        if last:
            lines += ["last lines of the console:"]
            lines += ["| " + line for line in last]
    return lines


def _case_line(result: Result, case: Case) -> str:
    word = result.word(case)
    times = f" {result.times(case)}" if word == FLAKY else ""
    return f"{word}{times}: {case.text}"


def noted(result: Result) -> List[str]:
    """Return what Xen had to say while an instance ran."""
    return [f"Xen said meanwhile: {note}" for note in result.notes]


def printable(text: str) -> str:
    """Replace what would steer the terminal rather than show up on it."""
    return "".join(char if char.isprintable() or char == "\t" else "?"
                   for char in text)


def _rounded(seconds: float) -> str:
    """Return a duration no more precise than an estimate can be."""
    if seconds < 10:
        return f"{math.ceil(seconds)} s"
    if seconds < 100:
        return f"{math.ceil(seconds / 5) * 5} s"
    return f"{math.ceil(seconds / 30) / 2:g} min"


class TerminalReport(Listener):
    """Writes to a stream as a run goes on.

    `describe` says what runs the instances; it is asked when the first ones
    are on their way, as the answer may take a moment.  `quiet` leaves the
    table only; `verbose` adds each guest's console.  Where no live line tells
    what is running, each instance has a line when it starts, too.  `brief`
    leaves out what went well.
    """

    def __init__(self, stream: TextIO, total: int,
                 describe: Callable[[], str] = str, *,
                 quiet: bool = False, verbose: bool = False,
                 brief: bool = False) -> None:
        self._stream = stream
        self._describe = describe
        self._total = total
        self._quiet = quiet
        self._verbose = verbose
        self._tty = stream.isatty()
        self._colour = (self._tty and "NO_COLOR" not in os.environ
                        and os.environ.get("TERM") != "dumb")
        self._live = (self._tty and not quiet
                      and os.environ.get("TERM") != "dumb")
        self._brief = brief
        self._announce = not (quiet or brief or self._live)
        self._begin = time.monotonic()
        self._running: List[str] = []
        self._done: List[Result] = []
        self._live_shown = False
        self._remaining: Callable[[], Optional[float]] = lambda: None

    def planned(self, remaining: Callable[[], Optional[float]]) -> None:
        self._remaining = remaining

    def started(self, instance: Instance) -> None:
        if not self._running and not self._done and not self._quiet:
            self._write(self._describe())
        self._running.append(instance.name)
        if self._announce:
            self._write(f"started  {instance.name}")
        self._show_live()

    def finished(self, result: Result) -> None:
        self._running.remove(result.instance.name)
        self._done.append(result)
        if not self._quiet and (result.is_bad or not self._brief):
            self.show(result)
        self._show_live()

    def tick(self) -> None:
        self._show_live()

    def say(self, text: str) -> None:
        """Write a line of another kind."""
        self._write(text)

    def show(self, result: Result) -> None:
        """Write a result with all that explains it."""
        self._write(self._line(result))

    def close(self, results: Sequence[Result], interrupted: bool,
              seconds: Optional[float] = None,
              total: Optional[int] = None) -> None:
        """Write the table of results and the summary.

        `seconds` are those of the run, if it was not this program's; `total`
        is how many results there should be, if that is not how many ran.
        """
        total = self._total if total is None else total
        self._clear_live()
        lines = ["Combined test results:"]
        for result in results:
            # Padded before coloured: escape sequences have no width.
            name = f"{result.instance.name:<40}"
            known = (" (known)" if result.known and result.outcome != XFAIL
                     else "")
            lines.append(f"{name} {self._paint(result, '')}{known}")
        counts = [f"{count} {outcome}" for outcome in OUTCOMES
                  for count in [sum(result.outcome == outcome
                                    for result in results)] if count]
        if seconds is None:
            seconds = time.monotonic() - self._begin
        part = f"{len(results)} of " if len(results) < total else ""
        plural = "" if total == 1 else "s"
        lines.append(f"{part}{total} instance{plural}:"
                     f" {', '.join(counts) or 'none ended'}"
                     f" in {seconds:.1f} s")
        if interrupted:
            lines.append("Interrupted; what was still running is not counted.")
        self._stream.write("\n".join(lines) + "\n")
        self._stream.flush()

    def _paint(self, result: Result, pad: str) -> str:
        text = f"{result.label:{pad}}"
        if not self._colour:
            return text
        return f"\033[{_COLOURS[result.outcome]}m{text}\033[0m"

    def _line(self, result: Result) -> str:
        lines = [f"{self._paint(result, '<8')}"
                 f" {result.instance.name:<40} {result.seconds:5.2f} s"]
        if self._verbose and result.log is not None:
            lines += ["    | " + printable(line)
                      for line in result.log.text().splitlines()]
        lines += ["    " + printable(line) for line in explain(result)]
        if result.again:
            lines.append("    run again: " + printable(result.again))
        return "\n".join(lines)

    def _write(self, text: str) -> None:
        self._clear_live()
        self._stream.write(text + "\n")
        self._stream.flush()

    def _clear_live(self) -> None:
        if self._live_shown:
            self._stream.write("\r\033[K")
            self._live_shown = False

    def _show_live(self) -> None:
        if not self._live:
            return
        bad = sum(result.is_bad for result in self._done)
        failed = f", {bad} bad" if bad else ""
        seconds = self._remaining()
        left = "" if seconds is None else f", {_rounded(seconds)} left"
        text = (f"[{len(self._done)}/{self._total}{failed},"
                f" {time.monotonic() - self._begin:.0f} s{left}]"
                f" {' '.join(self._running)}")
        width = shutil.get_terminal_size().columns - 1
        self._stream.write("\r\033[K" + text[:width])
        self._stream.flush()
        self._live_shown = True
