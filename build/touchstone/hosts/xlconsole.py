# SPDX-License-Identifier: BSD-2-Clause
"""Where a domain's output is read: the terminal or the log of xenconsoled."""

import os
import select
import termios
import time
import tty
from typing import List

from ..base.process import Stop

# How often a log file is looked at (seconds); no system tells of its growth
# on all file systems.
_LOOK = 0.05


class Reader:
    """A source of a domain's output."""

    # Whether the other side has closed it: nothing more will come.
    hung_up = False

    def read(self) -> bytes:
        """Return the output that has come since the last call; b"" if none."""
        raise NotImplementedError

    def wait(self, stop: Stop, seconds: float) -> bool:
        """Wait for output or `stop`; False if there was neither."""
        raise NotImplementedError

    def fault(self) -> str:
        """Return what keeps output from coming; "" if nothing does."""
        return ""

    def doubt(self) -> str:
        """Return what may have kept it, to follow a verdict's reason."""
        return ""

    def close(self) -> None:
        """Let go of it."""


class Terminal(Reader):
    """The pseudo terminal that xenconsoled made for a domain.

    OSError if it cannot be opened, since it is gone already, or because we
    may not.
    """

    def __init__(self, path: str) -> None:
        # Not for writing: what we wrote would be the guest's input.
        self._file = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK
                             | os.O_CLOEXEC)
        try:
            # At once: what the terminal holds already must stay.
            tty.setraw(self._file, termios.TCSANOW)
        except termios.error:
            pass    # hung up, which the first read tells

    def read(self) -> bytes:
        if self.hung_up:
            return b""
        try:
            data = os.read(self._file, 65536)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        # A terminal without output blocks; one that ends has hung up.
        self.hung_up = not data
        return data

    def wait(self, stop: Stop, seconds: float) -> bool:
        poll = select.poll()
        poll.register(stop.fileno(), select.POLLIN)
        # A terminal that has hung up always counts as readable.
        if not self.hung_up:
            poll.register(self._file, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def close(self) -> None:
        os.close(self._file)


class LogFile(Reader):
    """The file that xenconsoled appends a domain's output to.

    Only what is appended after this object was made counts.  A file that is
    rotated (another one under its name) or truncated is followed.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._files: List[int] = []
        self._offset = 0
        self._read_any = False
        try:
            status = os.stat(path)
        except OSError:
            self._before = None
        else:
            self._before = (status.st_dev, status.st_ino)
            self._offset = status.st_size

    def exists(self) -> bool:
        """Tell whether there is such a file."""
        return os.path.exists(self.path)

    def is_full(self) -> bool:
        """Tell whether its file system has no room."""
        try:
            system = os.statvfs(os.path.dirname(self.path) or ".")
        except OSError:
            return False
        return system.f_blocks > 0 and system.f_bfree == 0

    def read(self) -> bytes:
        self._follow()
        for file in self._files:
            data = os.read(file, 65536)
            if data:
                self._read_any = True
                return data
        return b""

    def _follow(self) -> None:
        """Open what is under the name now, if that is another file."""
        try:
            status = os.stat(self.path)
        except OSError:
            return      # renamed, and not there again: the old one goes on
        identity = (status.st_dev, status.st_ino)
        if self._files:
            last = os.fstat(self._files[-1])
            if identity == (last.st_dev, last.st_ino):
                # Truncated, as `logrotate` does with copytruncate.
                if status.st_size < os.lseek(self._files[-1], 0, os.SEEK_CUR):
                    os.lseek(self._files[-1], 0, os.SEEK_SET)
                return
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return
        if (not self._files and identity == self._before
                and status.st_size >= self._offset):
            os.lseek(file, self._offset, os.SEEK_SET)
        # xenconsoled may write to the old one until it is told to reopen.
        self._files.append(file)
        while len(self._files) > 2:
            os.close(self._files.pop(0))

    def wait(self, stop: Stop, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not stop.is_set:
            self._follow()
            if any(os.fstat(file).st_size > os.lseek(file, 0, os.SEEK_CUR)
                   for file in self._files):
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            poll = select.poll()
            poll.register(stop.fileno(), select.POLLIN)
            poll.poll(min(left, _LOOK) * 1000)
        return True

    def fault(self) -> str:
        if self.is_full():
            return (f"the file system of {self.path} is full, so xenconsoled"
                    " cannot write the guest's output there; make room, or"
                    " use -m console")
        return ""

    def doubt(self) -> str:
        if self._read_any:
            return ""
        return (f"\nnothing was written to {self.path}; if that goes for all"
                " instances, restart xenconsoled with"
                " XENCONSOLED_TRACE=guest, or use -m console")

    def close(self) -> None:
        while self._files:
            os.close(self._files.pop())


def no_directory(path: str) -> str:
    """Return what is wrong if a log cannot appear; "" if it can."""
    directory = os.path.dirname(path) or "."
    if os.path.isdir(directory):
        return ""
    return (f"there is no directory {directory}; name the one of xenconsoled"
            " with --logfile-dir, or use -m console")


def missing_log(path: str) -> str:
    """Return what is wrong where no log appears."""
    return (f"xenconsoled writes no {path}; set XENCONSOLED_TRACE=guest"
            " (Debian: /etc/default/xen, else /etc/default/xencommons or"
            " /etc/sysconfig/xencommons) and restart xenconsoled, or use -m"
            " console")
