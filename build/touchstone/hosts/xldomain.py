# SPDX-License-Identifier: BSD-2-Clause
"""One domain of host `xl`, from its creation to its destruction."""

import os
import re
import select
import threading
import time
from typing import Callable, List, Optional

from ..runner.catalogue import ENVIRONMENTS, Instance
from ..base.process import Stop
from ..base.verdict import InstanceError, RunnerError
from . import Options, xenstore, xlhints, xltools
from .ledger import Ledger
from .xlconsole import LogFile, Reader, Terminal, missing_log, no_directory
from .xltools import ToolError

# How long xenconsoled may take to take up a domain, and how soon we look
# whether it is there at all (seconds).
CONSOLE_SECONDS = 30.0
CONSOLE_LOOK = 2.0

# How long xenstored's silence is believed that no domain has ended.
LOOK_SECONDS = 10.0

# How long it may take to make a log.
LOG_SECONDS = 10.0

# How long the destruction of a domain may take.
DESTROY_SECONDS = 30.0

# A domain whose name is in use, though none of ours should be, gets another.
_NAMES = 5

# Pauses between attempts to get memory that no domain of ours will give back,
# and when to leave it: xl itself may have waited for dom0 to get smaller.
_MEMORY_PAUSES = (0.5, 1.0, 2.0)
_MEMORY_SECONDS = 10.0

# Xen's name for a domain of ours: instance, process, number.
_MARK = "xtf"
_OWN_NAME = re.compile(
    rf"test-(?:{'|'.join(ENVIRONMENTS)})-.+-{_MARK}-(\d+)-\d+")


def owner(name: str) -> Optional[int]:
    """Return the process that named a domain; None for a foreign name."""
    match = _OWN_NAME.fullmatch(name)
    return None if match is None else int(match[1])


class NoMemory(Exception):
    """Xen has too little memory for a domain; the text says how much."""


class EndedEarly(Exception):
    """A domain ended before it could be heard; the text says how."""


class Memory:
    """Wakes up those who wait until a domain of this run gives memory back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live = 0
        self._freed = 0

    def take(self) -> None:
        """A domain is there."""
        with self._changed:
            self._live += 1

    def give_back(self) -> None:
        """A domain is gone."""
        with self._changed:
            self._live -= 1
            self._freed += 1
            self._changed.notify_all()

    def freed(self) -> int:
        """Return how many domains gave memory back so far."""
        with self._changed:
            return self._freed

    def wait(self, freed: int, stop: Stop) -> bool:
        """Wait until more than `freed` have; False if none is left to."""
        with self._changed:
            while self._freed == freed and self._live and not stop.is_set:
                self._changed.wait(0.25)
            return self._freed != freed


class Domain:
    """A domain: made paused, started once it is heard, ended for certain."""

    def __init__(self, instance: Instance, options: Options,
                 words: List[str], names: Callable[[], int],
                 ledger: Ledger) -> None:
        self._instance = instance
        self._options = options
        self._words = words
        self._names = names
        self._ledger = ledger
        self._logfile = options.results_mode == "logfile"
        self.name = ""
        # Whether the domain waits until its console is open.  If not, it may
        # print before that only what xenconsoled and the terminal keep.
        self.paused = True
        self.domid: Optional[int] = None
        self.reader: Optional[Reader] = None
        self._ends: Optional[xenstore.EndWatch] = None
        self._looked = 0.0

    def create(self, stop: Stop, memory: Memory, seconds: float) -> bool:
        """Make the domain; False if `stop` was set meanwhile.

        NoMemory if Xen lacks memory and no other domain of this run has any.
        A name that somebody else uses is waited for, for so many seconds, if
        it must be that one.
        """
        pauses = list(_MEMORY_PAUSES)
        end = time.monotonic() + seconds
        attempt = 0
        enough = time.monotonic() + _MEMORY_SECONDS
        while not stop.is_set:
            freed = memory.freed()
            attempt += 1
            self.name = self._next_name()
            reader = LogFile(self._log_path()) if self._logfile else None
            try:
                self._create_once()
            except ToolError as error:
                if xlhints.matches(xlhints.NAME_IN_USE, error.lines):
                    self._wait_for_name(attempt, end, stop)
                elif xlhints.matches(xlhints.NO_MEMORY, error.lines):
                    if not memory.wait(freed, stop):
                        if not pauses or time.monotonic() > enough:
                            raise NoMemory(_complaint(error)) from None
                        _sleep(pauses.pop(0), stop)
                elif xlhints.matches(xlhints.NO_CONSOLE, error.lines):
                    raise no_console() from None
                else:
                    raise InstanceError(
                        "\n".join([_first_line(error), *error.lines,
                                   *xlhints.of(error.lines)])) from None
                continue
            memory.take()
            self.reader = reader
            self._ends = xenstore.EndWatch()
            self._looked = time.monotonic() if self.paused else 0.0
            return True
        return False

    def _next_name(self) -> str:
        # A log file's name is part of its user's configuration, so there the
        # domain's name stays; elsewhere two runs must not meet in a name.
        if self._logfile:
            return str(self._instance.settings().get("name",
                                                     self._instance.name))
        return (f"{self._instance.name}-{_MARK}-{os.getpid()}"
                f"-{self._names()}")

    def _create_once(self) -> None:
        self._ledger.started(self._instance.name, self.name)
        try:
            # -e: no process of xl stays to watch the domain, which would
            # cost a third of the creation.
            xltools.run("xl", "create", *(["-p"] if self.paused else []), "-e",
                        str(self._instance.cfg), f'name="{self.name}"',
                        *self._words)
        except (ToolError, RunnerError) as error:
            lines = error.lines if isinstance(error, ToolError) else []
            in_use = xlhints.matches(xlhints.NAME_IN_USE, lines)
            # Half a domain may be there, unless the name is another's.
            if isinstance(error, ToolError) and not in_use:
                self._remove()
            if in_use or isinstance(error, ToolError):
                self._ledger.ended(self.name)
            raise

    def _wait_for_name(self, attempt: int, end: float, stop: Stop) -> None:
        """Wait until the name is free, or another one can be tried."""
        if not self._logfile:
            if attempt >= _NAMES:
                raise InstanceError(f"Xen says that there is a domain"
                                    f" {self.name} already")
            return
        while not stop.is_set:
            if not _is_listed(self.name):
                return
            if time.monotonic() >= end:
                raise InstanceError(
                    f"a domain {self.name} is there already: of another run,"
                    " or left behind.  Wait for it, or end it by `xl destroy"
                    f" {self.name}`, or use -m console, where two runs cannot"
                    " meet in a name")
            _sleep(0.5, stop)

    def _log_path(self) -> str:
        return os.path.join(self._options.logfile_dir,
                            self._options.logfile_pattern.replace(
                                "%s", self.name))

    def start(self, stop: Stop) -> None:
        """Open the console and let the domain run.

        EndedEarly if it is gone by then.
        """
        if isinstance(self.reader, LogFile):
            fault = self.reader.fault() or no_directory(self.reader.path)
            if fault:
                raise RunnerError(fault)
        if not self._logfile:
            self.reader = self._open_terminal(stop)
        if stop.is_set:
            return
        try:
            if self.paused:
                xltools.run("xl", "unpause", self.name)
        except ToolError as error:
            self._check_end("before it ran")
            raise InstanceError(str(error)) from None
        if isinstance(self.reader, LogFile):
            self._wait_for_log(self.reader, stop)

    def _check_end(self, when: str) -> None:
        ended = xltools.end_state(self.name)
        if ended:
            raise EndedEarly(f"the domain {ended} {when}")

    def find_domid(self) -> int:
        """Return the domain's ID; EndedEarly if it has none any more."""
        if self.domid is None:
            try:
                self.domid = xenstore.domid_of(self.name)
            except xenstore.StoreError:
                pass
        if self.domid is None:
            try:
                self.domid = int(xltools.run("xl", "domid", self.name))
            except (ToolError, ValueError) as error:
                self._check_end("before its console was opened")
                raise InstanceError(str(error)) from None
        return self.domid

    def _open_terminal(self, stop: Stop) -> Reader:
        self.find_domid()
        key = f"/local/domain/{self.domid}/console/tty"
        begin = time.monotonic()
        pause, looked = 0.02, False
        while not stop.is_set:
            path = xltools.read_key(key)
            if path:
                try:
                    return Terminal(path)
                except OSError as error:
                    self._check_end("before its console was opened")
                    raise InstanceError(f"cannot open the domain's console"
                                        f" {path}: {error.strerror}") from None
            waited = time.monotonic() - begin
            if waited > CONSOLE_LOOK and not looked:
                looked = True
                self._check_end("before it had a console")
                if xltools.xenconsoled_fault():
                    raise no_console()
            if waited > CONSOLE_SECONDS:
                self._check_end("before it had a console")
                raise no_console()
            _sleep(pause, stop)
            pause = min(2 * pause, 0.5)
        raise EndedEarly("")

    def _wait_for_log(self, log: LogFile, stop: Stop) -> None:
        end = time.monotonic() + LOG_SECONDS
        while not log.exists() and not stop.is_set:
            if time.monotonic() > end:
                raise RunnerError(missing_log(log.path))
            _sleep(0.05, stop)

    def look_again(self) -> None:
        """Have end_state() ask Xen, whatever xenstored says."""
        self._looked = 0.0

    def end_state(self) -> str:
        """Return how the domain ended; "" while it runs."""
        now = time.monotonic()
        if (self._ends is not None and not self._ends.may_have_ended()
                and now - self._looked < LOOK_SECONDS):
            return ""
        self._looked = now
        return xltools.end_state(self.name)

    def destroy(self) -> List[str]:
        """End the domain, and wait until its name is free again.

        Returns what its user should know, if it resists.
        """
        if self.reader is not None:
            self.reader.close()
            self.reader = None
        if self._ends is not None:
            self._ends.close()
            self._ends = None
        complaint = self._remove()
        if not complaint:
            self._ledger.ended(self.name)
            return []
        return [f"domain {self.name} could not be destroyed: {complaint}"]

    def _remove(self) -> str:
        """Destroy the domain; return why that was not possible, or ""."""
        end = time.monotonic() + DESTROY_SECONDS
        pause = 0.05
        while True:
            try:
                xltools.run("xl", "destroy", self.name)
                complaint = "it is still listed"
                # Only a name that comes again must be free.
                if not self._logfile:
                    return ""
            except ToolError as error:
                complaint = " ".join(error.lines) or str(error)
            if not _is_listed(self.name):
                return ""
            if time.monotonic() > end:
                return complaint
            time.sleep(pause)
            pause = min(2 * pause, 1.0)


def no_console() -> RunnerError:
    """Return the error of a host that gives new domains no console."""
    fault = (xltools.xenconsoled_fault()
             or "xenconsoled gives a new domain no console; it may hang")
    return RunnerError(f"{fault}: {xltools.XENCONSOLED_HINT}")


def destroy_by_name(name: str) -> bool:
    """End a domain that an earlier run has left."""
    try:
        xltools.run("xl", "destroy", name)
    except ToolError:
        return not _is_listed(name)
    return True


def _is_listed(name: str) -> bool:
    try:
        xltools.run("xl", "domid", name)
    except ToolError as error:
        return error.hangs
    return True


def _first_line(error: ToolError) -> str:
    return str(error).splitlines()[0]


def _complaint(error: ToolError) -> str:
    return next(line for line in error.lines
                if xlhints.NO_MEMORY.search(line))


def _sleep(seconds: float, stop: Stop) -> None:
    """Wait for so long, or until `stop` is set."""
    select.select([stop.fileno()], [], [], seconds)
