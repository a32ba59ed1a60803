# SPDX-License-Identifier: BSD-2-Clause
"""A test's program for dom0, beside the domain that runs its image.

Both report as images do.  Their lines go to one log, each behind the name of
the side that printed it, and both verdicts become one.
"""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from ..base.process import Stop
from ..base.verdict import Case, InstanceError, Verdict
from ..runner.catalogue import Instance
from ..runner.console import BoundedLog, Console, Line

GUEST, DOM0 = "guest", "dom0"

# How long the program may go on when the guest has reported (seconds).
_LAST_SECONDS = 20.0

_LOOK = 0.05

NOT_BUILT = ("its program for dom0 is not built: that takes a C library to"
             " link statically (Debian: libc6-dev), then `make`")
NEEDS_LINUX = "needs a dom0 of Linux, where its program runs: host box or xl"


def obstacle(instance: Instance) -> Optional[str]:
    """Return why an instance's program cannot run here; None if it can."""
    program = instance.test.dom0_program
    if program is None or program.exists():
        return None
    return NOT_BUILT


class Transcript:
    """The log of several speakers, line by line."""

    def __init__(self) -> None:
        self.log = BoundedLog()
        self._guard = threading.Lock()

    def add(self, speaker: str, lines: Sequence[str]) -> None:
        """Append a speaker's lines."""
        text = "".join(f"{speaker:5} | {line}\n" for line in lines)
        with self._guard:
            self.log.append(text.encode())


class Voice(Console):
    """The console of one speaker, whose lines go to the transcript, too."""

    def __init__(self, speaker: str, transcript: Transcript,
                 titles: Sequence[str]) -> None:
        super().__init__(domain=None, titles=titles)
        self._speaker = speaker
        self._transcript = transcript

    def feed(self, data: bytes) -> List[Line]:
        lines = super().feed(data)
        self._transcript.add(self._speaker, [line.text for line in lines
                                             if line.text])
        return lines

    def end(self) -> None:
        """No more will come: what has no end of line is a line, too."""
        if self.verdict is None and self.unfinished:
            self._transcript.add(self._speaker, [self.unfinished])


class Pair(Voice):
    """The console of a guest whose test has a program for dom0, and that."""

    def __init__(self, instance: Instance) -> None:
        self._both = Transcript()
        super().__init__(GUEST, self._both, instance.titles())
        self._instance = instance
        self._program: Optional[Dom0Program] = None

    @property
    def record(self) -> BoundedLog:
        return self._both.log

    @property
    def cases(self) -> List[Case]:
        there = self._program.console.cases if self._program else []
        return [*there, *super().cases]

    def start(self, domid: int, words: str) -> "Dom0Program":
        """Start the program."""
        self._program = Dom0Program(self._instance, domid, words, self._both)
        return self._program

    def combine(self, verdict: Verdict, reason: str,
                stop: Stop) -> Tuple[Verdict, str]:
        """Return the worse verdict of the two, and which side says why."""
        assert self._program is not None
        sides = [(GUEST, verdict, reason)]
        # A guest that has come to no verdict of its test keeps the program
        # from coming to one.
        waits = verdict in (Verdict.SUCCESS, Verdict.FAILURE)
        if waits or self._program.console.verdict is not None:
            sides.append((DOM0, *self._program.verdict(stop)))
        order = list(Verdict)
        speaker, verdict, reason = max(
            sides, key=lambda side: order.index(side[1]))
        return verdict, f"{speaker}: {reason}" if reason else ""


class Dom0Program:
    """The running program.  Use as a context manager: leaving it ends it."""

    def __init__(self, instance: Instance, domid: int, words: str,
                 transcript: Transcript) -> None:
        path = instance.test.dom0_program
        assert path is not None
        self.console = Voice(DOM0, transcript, instance.titles())
        self._process = _start(path, [str(domid), *words.split()])
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Dom0Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while True:
            data = self._process.stdout.read(65536)
            if not data:
                return
            self.console.feed(data)

    def verdict(self, stop: Stop) -> Tuple[Verdict, str]:
        """Wait for the program's verdict; return it and its reason."""
        end = time.monotonic() + _LAST_SECONDS
        while (self.console.verdict is None and self._reader.is_alive()
               and time.monotonic() < end and not stop.is_set):
            self._reader.join(_LOOK)
        if self.console.verdict is not None:
            return self.console.verdict, self.console.reason
        if self._reader.is_alive():
            return Verdict.TIMEOUT, (f"no verdict within {_LAST_SECONDS:g} s"
                                     " after the guest's")
        status = self._process.wait()
        return Verdict.CRASH, ("it ended " + (
            f"by signal {_name(-status)}" if status < 0
            else f"with status {status}") + " without a verdict")

    def end(self) -> None:
        """End the program and its children."""
        if self._process.poll() is None or self._reader.is_alive():
            _kill_group(self._process.pid)
        self._process.wait()
        self._reader.join(1.0)
        if not self._reader.is_alive():
            assert self._process.stdout is not None
            self._process.stdout.close()
        self.console.end()


def _start(path: Path, words: List[str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            [str(path), *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
            start_new_session=True)
    except OSError as error:
        raise InstanceError(f"cannot run {path.name} in dom0:"
                            f" {error.strerror}") from None


def _kill_group(process: int) -> None:
    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
