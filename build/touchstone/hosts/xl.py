# SPDX-License-Identifier: BSD-2-Clause
"""Host `xl`: instances are domains of the Xen that this system runs on.

A domain is created paused, its console opened, and only then unpaused, so
that not even the shortest test ends before somebody listens.  It is kept
after its end until its output was read, and destroyed in any case; what a
run that was killed has left, the next one destroys.
"""

import atexit
import itertools
import os
import sys
import time
from typing import Dict, List, Optional, Tuple

from ..base import cache
from ..runner.catalogue import Instance
from ..runner.environments import ENVIRONMENTS
from ..runner.console import Console
from ..base.process import Stop
from ..base.verdict import InstanceError, Result, RunnerError, Verdict
from . import FLOOD, FLOOD_BYTES, Host, Options, ledger, xldomain, xltools
from . import dom0program
from .dom0program import Pair
from .xldomain import Domain, EndedEarly, NoMemory
from .xllog import HypervisorLog, alarms, cause

# How long a domain without output is left alone before its state is asked
# for: at first, and at most (seconds).
_FIRST_LOOK = 0.25
_LAST_LOOK = 2.0

# How long output may be on its way when its domain has ended.
_LAST_WORDS = 0.3

# How long a domain may outlive its console.
_HANG_UP_SECONDS = 10.0

_KEPT = ['on_poweroff="preserve"', 'on_crash="preserve"',
         'on_reboot="preserve"']


class XlHost(Host):
    """Runs instances through xl; needs to be root in a Xen dom0."""

    kind = "xl"

    # Whether domains wait until their consoles are open.
    pauses = True

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._info: Dict[str, str] = {}
        self._serial = itertools.count(1)
        self._ledgers = cache.root() / "runs"
        self._ledger = ledger.Ledger(self._ledgers)
        self._memory = xldomain.Memory()
        self._log = HypervisorLog(_read_log)
        self._logs_seen = False

    def prepare(self) -> None:
        self._load_info()
        fault = xltools.xenstored_fault()
        if fault:
            raise RunnerError(fault)
        self._clean_up()
        self._ledger.begin()
        atexit.register(self._ledger.close)
        self._log.refresh()

    def _load_info(self) -> None:
        if not self._info:
            self._info = xltools.info()

    def _clean_up(self) -> None:
        """Destroy what earlier runs have left, and say so."""
        try:
            there = {domain.name for domain in xltools.listed()}
        except InstanceError:
            there = set()
        ours: List[str] = []
        abandoned = ledger.take_abandoned(self._ledgers)
        for entry in abandoned:
            how = ("ended when this computer went down" if entry.rebooted
                   else "was cut short")
            _say(f"the run of {entry.begun} {how}; it was running"
                 f" {', '.join(entry.instances)}")
            ours += [] if entry.rebooted else entry.domains
        ours += [name for name in there
                 if not _is_alive(xldomain.owner(name))]
        in_use = set(ledger.claimed(self._ledgers))
        for name in dict.fromkeys(ours):
            if name in there and name not in in_use:
                gone = xldomain.destroy_by_name(name)
                _say(f"domain {name}, which an earlier run has left, "
                     + ("is destroyed" if gone else "cannot be destroyed"))

    def describe(self) -> str:
        version = self._info.get("xen_version", "of unknown version")
        return f"Xen {version} under this system, images as domains of xl"

    def xen_version(self) -> str:
        return self._info.get("xen_version", "")

    def default_jobs(self) -> int:
        # While xl waits for others, dom0 has time for one more; but there
        # should be a processor for each domain.
        most = super().default_jobs() + 1
        try:
            return max(1, min(most, int(self._info["nr_cpus"])))
        except (KeyError, ValueError):
            return most - 1

    def can_run(self, instance: Instance) -> Optional[str]:
        if instance.test.roles:
            return "needs a domain for each role, which host dom0 makes"
        obstacle = dom0program.obstacle(instance)
        if obstacle is not None:
            return obstacle
        self._load_info()
        capabilities = self._info.get("xen_caps", "").split()
        env = ENVIRONMENTS[instance.env]
        if env.caps not in capabilities:
            option = env.option
            return (f"this Xen cannot run {instance.env} guests; it takes"
                    f" {option}, and for HVM a processor that has it")
        virt_caps = self._info.get("virt_caps", "").split()
        if instance.is_pv or not virt_caps:
            return None
        mode = (self.options.paging
                or ("hap" if instance.number("hap", 1) else "shadow"))
        if mode == "shadow" and "shadow" not in virt_caps:
            return ("this Xen has no shadow paging; build it with"
                    " CONFIG_SHADOW_PAGING=y")
        return None

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        if not instance.cfg.exists():
            raise InstanceError(f"there is no {instance.cfg.name};"
                                " run `make` first")
        position = self._log.position()
        domain = Domain(instance, self.options, self._settings(instance),
                        lambda: next(self._serial), self._ledger)
        domain.paused = self.pauses
        try:
            if not domain.create(stop, self._memory, self.timeout(instance)):
                return None
        except NoMemory as lack:
            return Result(instance, Verdict.SKIP, self._lack(instance, lack))
        # A domU's output is all its own: no prefix tells domains apart.
        console = Console(domain=None, titles=instance.titles())
        if instance.test.dom0_program is not None:
            console = Pair(instance)
        notes: List[str] = []
        try:
            verdict, reason = self._watch(domain, console, instance, stop)
        finally:
            try:
                notes = domain.destroy()
            finally:
                self._memory.give_back()
        if verdict is None:
            return None
        self._log.refresh()
        said = self._log.since(position)
        if verdict is Verdict.CRASH and domain.domid is not None:
            why = cause(said, domain.domid)
            reason += f": {why}" if why else ""
        result = Result(instance, verdict, reason, console.cases,
                        console.record)
        result.notes = alarms(said) + notes
        return result

    def _settings(self, instance: Instance) -> List[str]:
        words = list(_KEPT)
        if self.options.vcpus:
            words.append(f"vcpus={self.options.vcpus}")
        if not instance.is_pv:
            words += _guest_words(instance, self.options)
        if self.options.cases or self.options.shuffle is not None:
            key = "cmdline" if "cmdline" in instance.settings() else "extra"
            words.append(f'{key}="{self.words(instance)}"')
        return words

    def _watch(self, domain: Domain, console: Console, instance: Instance,
               stop: Stop) -> Tuple[Optional[Verdict], str]:
        try:
            domain.start(stop)
        except EndedEarly as end:
            return (None, "") if stop.is_set else (Verdict.CRASH, str(end))
        if stop.is_set:
            return None, ""
        end = time.monotonic() + self.timeout(instance)
        if not isinstance(console, Pair):
            return _follow(domain, console, end, stop)
        with console.start(domain.find_domid(), self.words(instance)):
            verdict, reason = _follow(domain, console, end, stop)
            if verdict is None:
                return None, ""
            return console.combine(verdict, reason, stop)

    def _lack(self, instance: Instance, lack: NoMemory) -> str:
        """Return what an administrator would do about too little memory."""
        try:
            free = xltools.info().get("free_memory", "too few")
        except RunnerError:
            free = "too few"
        return (f"Xen has {free} MiB of free memory, and the domain needs"
                f" {instance.number('memory', 128)} and some for its paging:"
                " make dom0 smaller (xl mem-set 0 N, or dom0_mem=N on Xen's"
                f" command line), or end other domains (xl: {lack})")


def _guest_words(instance: Instance, options: Options) -> List[str]:
    """Return what makes an HVM image the guest that the options ask for."""
    words = []
    settings = instance.settings()
    if options.guest_type == "pvh":
        image = settings.get("firmware_override") or settings.get("kernel")
        words += ['type="pvh"', f'kernel="{image}"']
    elif options.guest_type == "hvm":
        words.append('type="hvm"')
    if options.paging:
        words.append(f"hap={int(options.paging == 'hap')}")
    return words


def _follow(domain: Domain, console: Console, end: float,
            stop: Stop) -> Tuple[Optional[Verdict], str]:
    """Read a console to its verdict; return the verdict and its reason.

    The verdict is None if `stop` was set.  InstanceError or RunnerError if
    the host keeps the verdict from us.
    """
    reader = domain.reader
    assert reader is not None
    ended = ""
    look = _FIRST_LOOK
    while not stop.is_set:
        data = reader.read()
        if data:
            console.feed(data)
            if console.verdict is not None:
                return console.verdict, console.reason
            if console.log.total > FLOOD_BYTES:
                return Verdict.CRASH, FLOOD
        elif ended:
            # Looked at once more after its end: all that it said is read.
            _blame_host(reader.fault())
            return Verdict.CRASH, (f"the domain {ended} without a verdict"
                                   + reader.doubt())
        elif reader.hung_up:
            ended = _after_hang_up(domain, stop)
        elif not reader.wait(
                stop, max(0.0, min(look, end - time.monotonic()))):
            ended = domain.end_state()
            look = min(2 * look, _LAST_LOOK)
        if ended and not reader.hung_up:
            reader.wait(stop, _LAST_WORDS)
        elif not ended and time.monotonic() >= end:
            return _time_is_up(domain, console)
    return None, ""


def _after_hang_up(domain: Domain, stop: Stop) -> str:
    """Return how a domain ended whose console was closed.

    InstanceError or RunnerError if it has not ended: its output is lost.
    """
    end = time.monotonic() + _HANG_UP_SECONDS
    pause = 0.05
    while not stop.is_set:
        domain.look_again()
        ended = domain.end_state()
        if ended:
            return ended
        if time.monotonic() >= end:
            fault = xltools.xenconsoled_fault()
            if fault:
                raise RunnerError(f"{fault}: {xltools.XENCONSOLED_HINT}")
            raise InstanceError("xenconsoled closed the console of a domain"
                                " that runs on; was it restarted?")
        time.sleep(pause)
        pause = min(2 * pause, 1.0)
    return ""


def _time_is_up(domain: Domain, console: Console) -> Tuple[Verdict, str]:
    """Return a TIMEOUT, unless the host is to blame for it."""
    reader = domain.reader
    assert reader is not None
    _blame_host(reader.fault())
    if not console.log.total:
        fault = xltools.xenstored_fault()
        if not fault:
            fault = xltools.xenconsoled_fault()
            # Where it is called something else, silence proves nothing.
            fault = (f"{fault}: {xltools.XENCONSOLED_HINT}"
                     if "stopped" in fault else "")
        if fault:
            raise RunnerError(fault)
    return Verdict.TIMEOUT, ("no verdict within the time limit"
                             + reader.doubt())


def _blame_host(fault: str) -> None:
    if fault:
        raise InstanceError(fault)


def _read_log() -> str:
    try:
        return xltools.run("xl", "dmesg")
    except (InstanceError, RunnerError):
        return ""


def _is_alive(process: Optional[int]) -> bool:
    """Tell whether a process is there; one that is unknown may be."""
    if process is None:
        return True
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(") ")[2][:1] not in ("Z", "X")
    except OSError:
        return os.path.exists(f"/proc/{process}")


def _say(text: str) -> None:
    sys.stderr.write(f"xtf-runner: {text}\n")
