# SPDX-License-Identifier: BSD-2-Clause
"""Long steps of host-side work: run a command with a log, show how far it is.

Work reports through a callable that takes one string, `step` or
`step: detail`.  A new step is news; a new detail only replaces the last one.
"""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import (Callable, IO, Mapping, NoReturn, Optional, Sequence,
                    TextIO)

Progress = Callable[[str], None]

# A pipe gets one line of detail in so many seconds, a terminal in so many.
PIPE_PERIOD = 10.0
TERMINAL_PERIOD = 0.1


def silent(_text: str) -> None:
    """Report nothing: the progress callable of callers that want none."""


class Reporter:
    """Shows progress on a stream: a terminal's live line, or plain lines."""

    def __init__(self, stream: Optional[TextIO] = None) -> None:
        """Report to `stream`; standard error when it is None."""
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._step = ""
        self._shown = 0.0

    def __call__(self, text: str) -> None:
        """Show `step` or `step: detail`."""
        step, _, _ = text.partition(": ")
        fresh = step != self._step
        now = time.monotonic()
        period = TERMINAL_PERIOD if self._live else PIPE_PERIOD
        if not fresh and now - self._shown < period:
            return
        if self._live:
            width = terminal_width(self._stream)
            end = "\n" if fresh and self._step else ""
            self._stream.write(f"{end}\r{text[:width - 1]}\x1b[K")
        else:
            self._stream.write(text + "\n")
        self._stream.flush()
        self._step, self._shown = step, now

    def close(self) -> None:
        """Leave the live line, so that what follows starts on its own."""
        if self._live and self._step:
            self._stream.write("\n")
            self._stream.flush()
        self._step = ""


def terminal_width(stream: TextIO) -> int:
    """Return the columns of the terminal behind `stream`; 80 without one."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


class CommandFailed(Exception):
    """A command ended with an error; `output` is all that it printed."""

    def __init__(self, command: Sequence[str], status: int,
                 output: str) -> None:
        super().__init__(f"{command[0]} ended with status {status}")
        self.status = status
        self.output = output

    def excerpt(self, telling: str, limit: int = 12) -> str:
        """Return the lines of the output that match a pattern, the first
        `limit` of them; the last lines of the output if none does.
        """
        lines = self.output.rstrip().splitlines()
        found = [line for line in lines if re.search(telling, line)]
        return "\n".join(found[:limit] or lines[-limit:])


def run(command: Sequence[str], log: Path, *, cwd: Optional[Path] = None,
        env: Optional[Mapping[str, str]] = None,
        keep_fds: Sequence[int] = (),
        on_line: Callable[[str], None] = silent,
        on_tick: Callable[[], None] = lambda: None) -> str:
    """Run a command, append its output to `log`, and return the output.

    `on_line` sees each line as it comes; `on_tick` is called at each line and
    at least once a second.  `keep_fds` stay open in the child.  Whatever ends
    this call early (Ctrl-C too) ends the command and all its children first.

    Raises CommandFailed for a status other than 0, OSError when it cannot
    be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    output = bytearray()
    with open(log, "ab") as sink:
        child = subprocess.Popen(
            list(command), cwd=cwd, env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, pass_fds=tuple(keep_fds),
            start_new_session=True)
        try:
            assert child.stdout is not None
            _pump(child.stdout, sink, output, on_line, on_tick)
            status = child.wait()
        except BaseException:
            _end_session(child)
            raise
        finally:
            if child.stdout is not None:
                child.stdout.close()
    text = output.decode("utf-8", "replace")
    if status != 0:
        raise CommandFailed(command, status, text)
    return text


def _pump(pipe: IO[bytes], sink: IO[bytes], output: bytearray,
          on_line: Callable[[str], None],
          on_tick: Callable[[], None]) -> None:
    """Move a command's output to its log and to the listeners, until EOF."""
    start = 0
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while True:
            if ready.select(1.0):
                chunk = os.read(pipe.fileno(), 65536)
                if not chunk:
                    return
                sink.write(chunk)
                sink.flush()
                output += chunk
                stop = output.find(b"\n", start)
                while stop >= 0:
                    on_line(output[start:stop].decode("utf-8", "replace"))
                    start = stop + 1
                    stop = output.find(b"\n", start)
            on_tick()


def _end_session(child: "subprocess.Popen[bytes]") -> None:
    """End a command and its children: asked first, then forced."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
        except ProcessLookupError:
            break
        try:
            child.wait(3.0)
        except subprocess.TimeoutExpired:
            continue
        # The leader may be gone before its children; the loop's second
        # round makes sure of these.
    child.wait()


def stop_on_signals() -> None:
    """Make SIGTERM and SIGHUP unwind the program as Ctrl-C does."""
    def stop(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
