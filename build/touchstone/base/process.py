# SPDX-License-Identifier: BSD-2-Clause
"""Child processes that never outlive the runner, and fair deadlines."""

import os
import select
import shutil
import signal
import subprocess
import time
from typing import List, Optional, Sequence, Tuple

# How much longer than its time an instance may take on an overloaded machine.
STARVATION_LIMIT = 4

# QEMU writes byte by byte: without a pause between reads (in seconds), each
# byte would cost a wake-up.
READ_SPACING = 0.002


class Stop:
    """A flag that wakes up every thread that waits for a child's output."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self.is_set = False

    def set(self) -> None:
        """Make all waits end, now and later.  Safe in signal handlers."""
        if not self.is_set:
            self.is_set = True
            os.close(self._write)

    def fileno(self) -> int:
        """The descriptor that becomes ready when the flag is set."""
        return self._read


class Deadline:
    """A time limit whose clock stands still while the child waits for a CPU.

    On an overloaded machine a child gets less than its share; that is no
    reason for a TIMEOUT.  Where the kernel does not tell the waiting time,
    and beyond STARVATION_LIMIT times the limit, wall clock time counts.
    """

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._seconds = seconds
        self._end = self._start + seconds

    def remaining(self) -> float:
        """Seconds until the next look at the clock is due; may be negative."""
        return self._end - time.monotonic()

    def is_over(self, pid: int) -> bool:
        """Tell whether the limit is reached for process `pid`."""
        now = time.monotonic()
        if now < self._end:
            return False
        elapsed = now - self._start
        left = self._seconds - (elapsed - _starved(pid))
        if left < 0.01 or elapsed >= STARVATION_LIMIT * self._seconds:
            return True
        self._end = now + left
        return False


def _starved(pid: int) -> float:
    """Return the seconds that a process was ready to run but had no CPU."""
    return max((waited for _, waited in _schedules(pid)), default=0.0)


def _schedules(pid: int) -> List[Tuple[float, float]]:
    """Return for each thread how long it has run, and waited for a CPU.

    In seconds; nothing where the kernel does not tell.
    """
    found: List[Tuple[float, float]] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                run, waited, _ = file.read().split()
                found.append((int(run) / 1e9, int(waited) / 1e9))
    except (OSError, ValueError):
        return []
    return found


def guarded(argv: Sequence[str]) -> List[str]:
    """Return a command that the kernel kills when the thread behind it ends.

    Without util-linux' setpriv, the command itself.
    """
    setpriv = shutil.which("setpriv")
    guard = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
    return [*guard, *argv]


class Child:
    """A process group of its own, with its output as a pipe.

    Killed when the runner dies, too, even by SIGKILL (as far as util-linux'
    setpriv is there).  Use as a context manager: leaving it kills the group.
    """

    def __init__(self, argv: Sequence[str], cwd: Optional[str] = None,
                 pass_fds: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(
            guarded(argv), cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            start_new_session=True, pass_fds=pass_fds)
        self.pid = self._process.pid
        self.errors = b""
        self._errors_ended = False

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def returncode(self) -> Optional[int]:
        """Exit status, negative for a signal; None as long as it runs."""
        return self._process.poll()

    def output_fileno(self) -> int:
        """The descriptor that becomes ready when there is output."""
        assert self._process.stdout
        return self._process.stdout.fileno()

    def processor_seconds(self) -> float:
        """Return the processor time of the child, while it is there."""
        return sum(run for run, _ in _schedules(self.pid))

    def wanted_seconds(self) -> float:
        """Return its processor time on a computer that is free for it."""
        return sum(run + waited for run, waited in _schedules(self.pid))

    def end(self) -> None:
        """End the whole group at once and reap the child.

        What it has written can still be read.
        """
        if self._process.returncode is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()

    def kill(self) -> None:
        """End the whole group at once and close its pipes."""
        self.end()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def last_errors(self) -> str:
        """Return what an ended child has written to its standard error."""
        assert self._process.stderr
        while not self._errors_ended:
            data = os.read(self._process.stderr.fileno(), 4096)
            self.errors = (self.errors + data)[-4096:]
            self._errors_ended = not data
        return self.errors.decode("utf-8", "replace")

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process; False if it is still running."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def read(self, seconds: float, stop: Stop) -> Optional[bytes]:
        """Return output as soon as there is some; b"" at its end.

        None if there was none for `seconds`, or `stop` was set.  What the
        process writes to its standard error is kept in `errors` (last 4 KiB).
        """
        assert self._process.stdout and self._process.stderr
        out = self._process.stdout.fileno()
        err = self._process.stderr.fileno()
        poll = select.poll()
        for fileno in (out, stop.fileno()):
            poll.register(fileno, select.POLLIN)
        if not self._errors_ended:
            poll.register(err, select.POLLIN)
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            ready = [fileno for fileno, _ in poll.poll(left * 1000)]
            if stop.fileno() in ready or not ready:
                return None
            if err in ready:
                data = os.read(err, 4096)
                self.errors = (self.errors + data)[-4096:]
                if not data:
                    self._errors_ended = True
                    poll.unregister(err)
            elif out in ready:
                time.sleep(READ_SPACING)
                return os.read(out, 65536)
