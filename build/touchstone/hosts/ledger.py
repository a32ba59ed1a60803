# SPDX-License-Identifier: BSD-2-Clause
"""What this run has begun and not ended, where it survives the run.

A ledger is a file that its run keeps locked.  A file that nobody locks is of
a run that was killed, or that went down with the computer: the next run
reads there what was running, and which domains may still be there.
"""

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Abandoned(NamedTuple):
    """What the ledger of a run that did not end tells."""

    begun: str              # when the run began
    rebooted: bool          # the computer has been started again since
    instances: List[str]    # which were running
    domains: List[str]      # which were not destroyed


def _boot_id() -> str:
    try:
        with open(_BOOT_ID) as file:
            return file.read().strip()
    except OSError:
        return "unknown"


class Ledger:
    """The ledger of this run.  Without a place for it, it does nothing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._file: Optional[int] = None
        self._path = directory / f"{os.getpid()}.{time.time():.6f}"
        self._open: Dict[str, str] = {}

    def begin(self) -> None:
        """Make the file."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._file = os.open(
                str(self._path),
                os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        self._add(f"run {_boot_id()}"
                  f" {time.strftime('%Y-%m-%dT%H:%M:%S%z')}")

    def started(self, instance: str, domain: str) -> None:
        """Note, before it is made, a domain and what it is for."""
        with self._lock:
            self._open[domain] = instance
        self._add(f"domain {domain} {instance}")

    def ended(self, domain: str) -> None:
        """Note that a domain is gone."""
        with self._lock:
            self._open.pop(domain, None)
        self._add(f"gone {domain}")

    def close(self) -> None:
        """Remove the file, unless a domain has resisted."""
        with self._lock:
            file, self._file = self._file, None
            if file is None:
                return
            if not self._open:
                try:
                    self._path.unlink()
                except OSError:
                    pass
            os.close(file)

    def _add(self, line: str) -> None:
        """Add a line; it is on the disk when this returns.

        A disk that is full must not keep domains from being destroyed.
        """
        with self._lock:
            if self._file is not None:
                try:
                    os.write(self._file, f"{line}\n".encode())
                    os.fsync(self._file)
                except OSError:
                    pass


def read(text: str) -> Abandoned:
    """Return what a ledger's text tells."""
    begun, rebooted = "an unknown time", False
    domains: Dict[str, str] = {}
    for line in text.splitlines():
        words = line.split(" ")
        if words[0] == "run" and len(words) == 3:
            rebooted, begun = words[1] != _boot_id(), words[2]
        elif words[0] == "domain" and len(words) == 3:
            domains[words[1]] = words[2]
        elif words[0] == "gone" and len(words) == 2:
            domains.pop(words[1], None)
    return Abandoned(begun, rebooted, list(domains.values()), list(domains))


def take_abandoned(directory: Path) -> List[Abandoned]:
    """Return what runs left that did not end, and remove their ledgers."""
    found = []
    try:
        paths = sorted(directory.iterdir())
    except OSError:
        return []
    for path in paths:
        try:
            file = os.open(str(path), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(str(path), encoding="utf-8", errors="replace") as text:
                found.append(read(text.read()))
            path.unlink()
        except OSError:
            pass    # its run goes on
        finally:
            os.close(file)
    return [entry for entry in found if entry.domains]


def claimed(directory: Path) -> List[str]:
    """Return the domains of all ledgers that are there."""
    found: List[str] = []
    try:
        for path in directory.iterdir():
            with open(str(path), encoding="utf-8", errors="replace") as text:
                found += read(text.read()).domains
    except OSError:
        pass
    return found
