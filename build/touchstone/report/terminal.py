# SPDX-License-Identifier: BSD-2-Clause
"""Text for people: a line an instance, a live line, the table."""

import math
import os
import shutil
import time
from typing import Callable, List, Optional, Sequence, TextIO

from ..runner.catalogue import Instance
from ..runner.scheduler import Listener
from ..base.verdict import Result, Verdict

_COLOURS = {Verdict.SUCCESS: "32", Verdict.SKIP: "33", Verdict.ERROR: "35",
            Verdict.FAILURE: "31", Verdict.CRASH: "31", Verdict.TIMEOUT: "31"}

# How many explaining lines follow the line of an instance that went wrong.
_FAIL_LINES = 20
_GUEST_LINES = 5
_LAST_LINES = 15


def explain(result: Result) -> List[str]:
    """Return the lines that say why an instance did not succeed."""
    if result.verdict is Verdict.SUCCESS:
        return noted(result)
    lines = [f"{case.status}: {case.text}" for case in result.cases
             if case.status in ("FAIL", "ERROR")
             or (case.status == "SKIP" and result.verdict is Verdict.SKIP)]
    if len(lines) > _FAIL_LINES:
        more = len(lines) - _FAIL_LINES
        lines = lines[:_FAIL_LINES] + [f"... and {more} more lines like these"]
    said = any(result.reason and result.reason in line for line in lines)
    if result.reason and not said:
        lines[:0] = result.reason.splitlines()
    lines += noted(result)
    if result.hint:
        lines.append(("KNOWN in this release: " if result.known
                      else "This is what it guards against: ") + result.hint)
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
    table only; `verbose` adds each guest's console.  `announce` writes what
    is about to run, too, where no live line tells.  `again` returns the
    command that runs what went wrong in an instance again.
    """

    def __init__(self, stream: TextIO, total: int,
                 describe: Callable[[], str] = str, *,
                 quiet: bool = False, verbose: bool = False,
                 announce: bool = False,
                 again: Optional[Callable[[Result], str]] = None) -> None:
        self._stream = stream
        self._describe = describe
        self._total = total
        self._quiet = quiet
        self._verbose = verbose
        self._again = again
        self._tty = stream.isatty()
        self._colour = (self._tty and "NO_COLOR" not in os.environ
                        and os.environ.get("TERM") != "dumb")
        self._live = (self._tty and not quiet
                      and os.environ.get("TERM") != "dumb")
        self._announce = announce and not quiet and not self._live
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
        if not self._quiet:
            self._write(self._line(result))
        self._show_live()

    def tick(self) -> None:
        self._show_live()

    def close(self, results: Sequence[Result], interrupted: bool) -> None:
        """Write the table of results and the summary."""
        self._clear_live()
        lines = ["Combined test results:"]
        for result in results:
            # Padded before coloured: escape sequences have no width.
            name = f"{result.instance.name:<40}"
            known = " (known)" if result.known else ""
            lines.append(f"{name} {self._paint(result.verdict, '')}{known}")
        counts = [f"{count} {verdict}" for verdict in Verdict
                  for count in [sum(result.verdict is verdict
                                    for result in results)] if count]
        seconds = time.monotonic() - self._begin
        part = f"{len(results)} of " if len(results) < self._total else ""
        plural = "" if self._total == 1 else "s"
        lines.append(f"{part}{self._total} instance{plural}:"
                     f" {', '.join(counts) or 'none ended'}"
                     f" in {seconds:.1f} s")
        if interrupted:
            lines.append("Interrupted; what was still running is not counted.")
        self._stream.write("\n".join(lines) + "\n")
        self._stream.flush()

    def _paint(self, verdict: Verdict, pad: str) -> str:
        text = f"{verdict!s:{pad}}"
        if not self._colour:
            return text
        return f"\033[{_COLOURS[verdict]}m{text}\033[0m"

    def _line(self, result: Result) -> str:
        lines = [f"{self._paint(result.verdict, '<8')}"
                 f" {result.instance.name:<40} {result.seconds:5.2f} s"]
        if self._verbose and result.log is not None:
            lines += ["    | " + printable(line)
                      for line in result.log.text().splitlines()]
        lines += ["    " + printable(line) for line in explain(result)]
        if (self._again is not None
                and result.verdict.exit_code > Verdict.SKIP.exit_code):
            lines.append("    run again: " + printable(self._again(result)))
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
        bad = sum(result.verdict.exit_code > Verdict.SKIP.exit_code
                  for result in self._done)
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
