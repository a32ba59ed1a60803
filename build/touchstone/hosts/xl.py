# SPDX-License-Identifier: BSD-2-Clause
"""Host `xl`: instances are domains of the Xen that this system runs on.

A domain is created paused, its console opened, and only then unpaused, so
that not even the shortest test ends before somebody listens.  It is kept
after its end until its output was read, and destroyed in any case.
"""

from __future__ import annotations

import itertools
import os
import select
import subprocess
import time
import tty
from typing import Callable, Dict, Optional, Tuple

from ..runner.catalogue import Instance
from ..runner.console import Console
from ..base.process import Stop
from ..base.verdict import InstanceError, Result, RunnerError, Verdict
from . import FLOOD, FLOOD_BYTES, Host, Options

# Limits for a single xl command, and for xenconsoled to take a domain up.
_COMMAND_SECONDS = 60.0
_CONSOLE_SECONDS = 10.0

# How often a domain without a verdict is looked at (seconds).
_POLL = 0.25

# What `xl info` calls the ability to run an environment.
_CAPABILITIES = {
    "pv64": "xen-3.0-x86_64",
    "pv32pae": "xen-3.0-x86_32p",
    "hvm64": "hvm-3.0-x86_64",
    "hvm32pae": "hvm-3.0-x86_32p",
    "hvm32pse": "hvm-3.0-x86_32",
    "hvm32": "hvm-3.0-x86_32",
}
_OPTIONS = {"pv64": "CONFIG_PV=y", "pv32pae": "CONFIG_PV32=y"}


class XlHost(Host):
    """Runs instances through xl; needs to be root in a Xen dom0."""

    kind = "xl"
    shares_fate = True

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._info: Dict[str, str] = {}
        self._serial = itertools.count(1)

    def prepare(self) -> None:
        self._load_info()

    def _load_info(self) -> None:
        if not self._info:
            for line in _xl("info").splitlines():
                key, colon, value = line.partition(":")
                if colon:
                    self._info[key.strip()] = value.strip()

    def describe(self) -> str:
        version = self._info.get("xen_version", "of unknown version")
        return f"Xen {version} under this system, images as domains of xl"

    def xen_version(self) -> str:
        return self._info.get("xen_version", "")

    def can_run(self, instance: Instance) -> Optional[str]:
        self._load_info()
        capabilities = self._info.get("xen_caps", "").split()
        if _CAPABILITIES[instance.env] not in capabilities:
            option = _OPTIONS.get(instance.env, "CONFIG_HVM=y")
            return (f"this Xen cannot run {instance.env} guests; it takes"
                    f" {option}, and for HVM a processor that has it")
        virt_caps = self._info.get("virt_caps", "").split()
        if instance.is_pv or not virt_caps:
            return None
        mode = "hap" if instance.number("hap", 1) else "shadow"
        if mode == "shadow" and "shadow" not in virt_caps:
            return ("this Xen has no shadow paging; build it with"
                    " CONFIG_SHADOW_PAGING=y")
        return None

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        end = time.monotonic() + self.timeout(instance)
        if not instance.cfg.exists():
            raise InstanceError(f"there is no {instance.cfg.name};"
                                " run `make` first")
        domain = _Domain(instance, self.options, self.words(instance),
                         next(self._serial))
        # A domU's output is all its own: no prefix tells domains apart.
        console = Console(domain=None, titles=instance.titles())
        try:
            domain.start()
            verdict, reason = _follow(domain, console, end, stop)
        finally:
            domain.destroy()
        if verdict is None:
            return None
        return Result(instance, verdict, reason, console.cases, console.log)


def _xl(*words: str) -> str:
    """Run xl and return its output; RunnerError if there is no working xl."""
    try:
        return _command("xl", *words)
    except InstanceError as error:
        raise RunnerError(str(error)) from None


def _command(*words: str) -> str:
    """Run a command of the Xen tools; InstanceError with what it complains."""
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=_COMMAND_SECONDS,
            start_new_session=True)
    except FileNotFoundError:
        raise InstanceError(f"{words[0]} not found; host xl needs Debian's"
                            " xen-utils and to run in a Xen dom0") from None
    except subprocess.TimeoutExpired:
        raise InstanceError(f"`{' '.join(words)}` hangs") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise InstanceError(f"`{' '.join(words)}` failed: {said}")
    return done.stdout.decode("utf-8", "replace")


class _Domain:
    """One domain, from its creation to its destruction."""

    def __init__(self, instance: Instance, options: Options,
                 command_line: str, serial: int) -> None:
        self._logfile = options.results_mode == "logfile"
        self._options = options
        # A log file's name is part of its user's configuration, so there the
        # domain's name stays; elsewhere two runs must not meet in a name.
        configured = instance.settings().get("name", instance.name)
        self.name = (str(configured) if self._logfile
                     else f"{instance.name}-{os.getpid()}-{serial}")
        self._reader: Optional[int] = None
        self._hung_up = False
        path = self._log_path()
        self._log_start = (os.path.getsize(path)
                           if self._logfile and os.path.exists(path) else 0)
        words = [f'name="{self.name}"', 'on_poweroff="preserve"',
                 'on_crash="preserve"', 'on_reboot="preserve"']
        if options.vcpus:
            words.append(f"vcpus={options.vcpus}")
        if options.cases or options.shuffle is not None:
            key = "cmdline" if "cmdline" in instance.settings() else "extra"
            words.append(f'{key}="{command_line}"')
        _command("xl", "create", "-p", str(instance.cfg), *words)

    def _log_path(self) -> str:
        return os.path.join(self._options.logfile_dir,
                            self._options.logfile_pattern.replace(
                                "%s", self.name))

    def start(self) -> None:
        """Open the console, then let the domain run."""
        if not self._logfile:
            self._reader = self._open_console()
        _command("xl", "unpause", self.name)
        if self._logfile:
            self._reader = self._open_log()

    def _open_console(self) -> int:
        number = _command("xl", "domid", self.name).strip()
        key = f"/local/domain/{number}/console/tty"
        path = self._wait_for(lambda: _read_key(key))
        if not path:
            raise InstanceError("xenconsoled gave the domain no console")
        reader = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(reader)
        return reader

    def _open_log(self) -> int:
        path = self._log_path()
        if not self._wait_for(lambda: path if os.path.exists(path) else ""):
            raise InstanceError(f"xenconsoled writes no {path}; set"
                                " XENCONSOLED_TRACE=guest, or use -m console")
        reader = os.open(path, os.O_RDONLY)
        os.lseek(reader, self._log_start, os.SEEK_SET)
        return reader

    @staticmethod
    def _wait_for(question: Callable[[], str]) -> str:
        end = time.monotonic() + _CONSOLE_SECONDS
        while True:
            answer = question()
            if answer or time.monotonic() > end:
                return answer
            time.sleep(0.02)

    def read(self) -> bytes:
        """Return the output that has come since the last call; b"" if none."""
        assert self._reader is not None
        try:
            return os.read(self._reader, 65536)
        except BlockingIOError:
            return b""
        except OSError:
            # xenconsoled hung up; there is nothing left to wait for.
            self._hung_up = True
            return b""

    def wait(self, stop: Stop) -> bool:
        """Wait a moment for output or `stop`; False if there is neither."""
        waiting = [stop.fileno()]
        # A log file always counts as readable, and so does a lost terminal.
        if not self._logfile and not self._hung_up:
            assert self._reader is not None
            waiting.append(self._reader)
        return bool(select.select(waiting, [], [], _POLL)[0])

    def end_state(self) -> str:
        """Return how the domain ended; "" while it runs."""
        try:
            line = _command("xl", "list", self.name).splitlines()[-1]
            state = line.split()[-2]
        except (InstanceError, IndexError):
            return "is gone"
        if "c" in state:
            return "crashed"
        return "shut down" if "s" in state else ""

    def destroy(self) -> None:
        """End the domain and wait until its name is free again."""
        if self._reader is not None:
            os.close(self._reader)
            self._reader = None
        end = time.monotonic() + _CONSOLE_SECONDS
        while time.monotonic() < end:
            try:
                _command("xl", "destroy", self.name)
                _command("xl", "domid", self.name)
            except InstanceError:
                return
            time.sleep(0.05)


def _read_key(key: str) -> str:
    try:
        return _command("xenstore-read", key).strip()
    except InstanceError:
        return ""


def _follow(domain: _Domain, console: Console, end: float,
            stop: Stop) -> Tuple[Optional[Verdict], str]:
    """Read a console to its verdict; return the verdict and its reason.

    The verdict is None if `stop` was set.
    """
    ended = ""
    while not stop.is_set:
        data = domain.read()
        if data:
            console.feed(data)
            if console.verdict is not None:
                return console.verdict, console.reason
            if console.log.total > FLOOD_BYTES:
                return Verdict.CRASH, FLOOD
        elif ended:
            # Looked at once more after its end: all that it said is read.
            return Verdict.CRASH, f"the domain {ended} without a verdict"
        elif not domain.wait(stop):
            ended = domain.end_state()
        if time.monotonic() >= end:
            return Verdict.TIMEOUT, "no verdict within the time limit"
    return None, ""
