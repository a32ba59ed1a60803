# SPDX-License-Identifier: BSD-2-Clause
"""Host `box`: instances are domains of a real Xen host inside QEMU.

In each box, an agent runs host `xl` in dom0; this host hands it instances.
Each thread of the runner has a box of its own, and keeps it for the next
instance.  A box that died is replaced; its instance runs once more in the
fresh one, which tells a guilty instance from one that came after a wreck.
Only if Xen itself died, and the box had served nobody else, is that clear.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import threading
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple

from ..base import cache, steps
from ..base.process import STARVATION_LIMIT, Stop
from ..base.verdict import (Case, InstanceError, Result, RunnerError,
                            Verdict)
from ..box import image, machine
from ..box.channel import Message
from ..box.machine import Box, BoxDied, BoxSilent, Recipe, XenDied
from ..hypervisors import hypervisor
from ..hypervisors.hypervisor import Hypervisor
from ..runner.catalogue import Instance
from ..runner.console import BoundedLog
from . import Host, Options, dom0program, xllog
from .monitor import Interrupted, MonitorError
from .qemu import Qemu

# How much longer than its time limit an instance may take before its box
# counts as dead: what creates and destroys domains takes time, too.
_OVERHEAD = 15.0

# Host xl in dom0 has this many times the limit, since only out here is known
# how much of its time a box had no processor.
_PATIENCE = STARVATION_LIMIT

# For an answer that takes no instance.
_ANSWER_SECONDS = 60.0

# Instances that a box serves before a fresh one takes its place: whatever
# they leave behind does not pile up.
_SERVICE = 200

# Saved boxes of this many kinds are kept; each takes some 230 MB.
_SAVED = 8

# Of the words that a test has for Xen's command line, those that change what
# every domain sees.  The others are about dom0, or about who runs when.
_XEN_OPTIONS = re.compile(r"(argo|gnttab\w*)=")


class BoxHost(Host):
    """Runs instances in Xen hosts of its own making."""

    kind = "box"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._qemu = Qemu(options.qemu, options.accel)
        self._hypervisor: Optional[Hypervisor] = None
        self._common: Optional[Recipe] = None
        self._saved: Dict[Recipe, Optional[Path]] = {}
        self._guard = threading.Lock()
        self._mine = threading.local()
        self._boxes: Set[Box] = set()
        # Of the thread that called prepare(); it lives as long as the runner.
        self._first: Optional[Box] = None
        self._remarks: Dict[str, None] = {}
        self._texts: Dict[str, str] = {}
        self._obstacles: Dict[Tuple[str, int], Optional[str]] = {}
        self._stop = Stop()     # for what no caller's would end
        atexit.register(self.close)

    # --- before the first instance -----------------------------------------

    def prepare(self) -> None:
        stop = self._stop
        steps.stop_on_signals()
        reporter = steps.Reporter()
        try:
            self._prepare(reporter, stop)
        except (hypervisor.HypervisorError, image.BoxError) as error:
            raise RunnerError(str(error)) from None
        except BoxDied as error:
            raise RunnerError(f"the box does not start: {error}") from None
        except OSError as error:
            raise RunnerError(f"no box: {error}") from None
        finally:
            reporter.close()

    def _prepare(self, progress: steps.Progress, stop: Stop) -> None:
        self._hypervisor = (hypervisor.cached(self.options.xen)
                            or hypervisor.resolve(self.options.xen, progress))
        if self.options.accel == "auto":
            self._qemu.settle_accel(self._hypervisor.xen, cache.root(), stop)
        release = image.release_for(self._hypervisor.version)
        self._common = Recipe(self._hypervisor.xen,
                              image.provide(release, progress),
                              self.options.xen_cmdline)
        try:
            self._meet(stop, progress)
        except BoxDied as error:
            saved = self._saved.get(self._common)
            if saved is None:
                raise
            self._remark(f"the saved box is no use: {error}")
            self._drop(self._mine.box)
            cache.remove(saved)
            del self._saved[self._common]
            self._meet(stop, progress)

    def _meet(self, stop: Stop, progress: steps.Progress) -> None:
        """Start the first box, and ask it what it is."""
        assert self._common is not None
        box = self._box(self._common, stop, progress)
        self._texts = {
            key: str(value) for key, value in box.ask(
                Message({"do": "describe", "options": self._words()}),
                _ANSWER_SECONDS, stop).fields.items()}
        self._mine.box, self._first = None, box

    def _recipe(self, instance: Instance) -> Recipe:
        """Return the box that an instance needs."""
        assert self._common is not None
        return self._common._replace(xen_options=" ".join(
            [*_xen_options(instance), *self.options.xen_cmdline.split()]))

    def _provide_saved(self, recipe: Recipe, stop: Stop,
                       progress: steps.Progress) -> Optional[Path]:
        """Return a saved box, made first if need be; None if impossible."""
        home = cache.root() / "boxes"
        entry = home / ("saved-" + recipe.key(self._qemu, machine.overlay()))
        if not machine.is_sound(entry):
            with cache.Lock(cache.root() / "locks" / entry.name,
                            lambda: progress("waiting for another process"
                                             " that boots the box")):
                if not machine.is_sound(entry):
                    progress("booting the box, to start from there")
                    try:
                        with cache.publish(entry) as partial:
                            machine.save(self._qemu, recipe, partial, stop)
                    except MonitorError as error:
                        self._remark(f"no saved box: {error}")
                        return None
        with contextlib.suppress(OSError):
            os.utime(entry)
        self._tidy(home, entry)
        return entry

    @staticmethod
    def _tidy(home: Path, newest: Path) -> None:
        """Drop saved boxes that nobody used for long."""
        saved = []
        for entry in home.glob("saved-*"):
            with contextlib.suppress(OSError):
                saved.append((entry != newest, -entry.stat().st_mtime, entry))
        for _, _, entry in sorted(saved)[_SAVED:]:
            with contextlib.suppress(OSError):
                cache.remove(entry)

    # --- what this host is -------------------------------------------------

    def describe(self) -> str:
        assert self._hypervisor is not None
        return (f"Xen {self._hypervisor.name} {self.xen_version()} with Linux"
                f" as dom0, images as domains of xl,"
                f" QEMU {self._qemu.version()} ({self._qemu.accel})")

    def xen_version(self) -> str:
        return self._texts.get("version", "")

    def remarks(self) -> List[str]:
        return list(self._remarks)

    def _remark(self, text: str) -> None:
        with self._guard:
            self._remarks[text] = None

    def default_jobs(self) -> int:
        # A box needs its memory, not only a processor.
        try:
            free = (os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
                    >> 20)
        except (OSError, ValueError):
            free = machine.MEMORY
        return max(1, min(super().default_jobs(), free // machine.MEMORY))

    # --- boxes -------------------------------------------------------------

    def _box(self, recipe: Recipe, stop: Stop,
             progress: steps.Progress = steps.silent) -> Box:
        """Return this thread's box, started if it has none that fits."""
        box: Optional[Box] = getattr(self._mine, "box", None)
        if box is None and self._first is not None:
            with self._guard:
                box, self._first = self._first, None
            self._mine.box = box
        if box is not None and (box.served >= _SERVICE
                                or box.recipe != recipe):
            self._drop(box)
            box = None
        if box is None:
            box = self._start(recipe, stop, progress)
            self._mine.box = box
            with self._guard:
                self._boxes.add(box)
        return box

    def _start(self, recipe: Recipe, stop: Stop,
               progress: steps.Progress) -> Box:
        if not self.options.cold and recipe not in self._saved:
            self._saved[recipe] = self._provide_saved(recipe, stop, progress)
        saved = self._saved.get(recipe)
        if saved is not None:
            try:
                return machine.start(self._qemu, recipe, saved, stop)
            except MonitorError as error:
                self._remark(f"the saved box does not load: {error}")
                self._saved[recipe] = None
                with contextlib.suppress(OSError):
                    cache.remove(saved)
        import tempfile
        with tempfile.TemporaryDirectory(prefix="box-") as directory:
            return machine.boot(self._qemu, recipe, Path(directory), stop)

    def _drop(self, box: Box) -> None:
        box.end()
        with self._guard:
            self._boxes.discard(box)
        self._mine.box = None

    def close(self) -> None:
        """End all boxes."""
        with self._guard:
            boxes, self._boxes = self._boxes, set()
        for box in boxes:
            box.end()

    # --- instances ---------------------------------------------------------

    def can_run(self, instance: Instance) -> Optional[str]:
        if instance.test.roles:
            return "needs a domain for each role, which host dom0 makes"
        obstacle = dom0program.obstacle(instance)
        if obstacle is not None:
            return obstacle
        # All else that host xl looks at.
        key = (instance.env, instance.number("hap", 1))
        if key not in self._obstacles:
            try:
                answer = self._box(self._recipe(instance), self._stop).ask(
                    self._request("can_run", instance, b""), _ANSWER_SECONDS,
                    self._stop)
            except (BoxDied, Interrupted):
                return None     # run() sees to that
            _check(answer)
            found = answer.fields["obstacle"]
            self._obstacles[key] = None if found is None else str(found)
        return self._obstacles[key]

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        data = _read(instance.image)
        program = instance.test.dom0_program
        seconds = self.timeout(instance)
        request = self._request("run", instance, data)
        if program is not None:
            request = request._replace(data=data + _read(program))
            request.fields["program_at"] = len(data)
        request.fields["options"] = {**self._words(),
                                     "timeout": seconds * _PATIENCE}
        seconds += _OVERHEAD
        try:
            with self._died_in(stop) as death:
                return self._run(instance, request, seconds, stop)
            if death.tells_nothing:
                self._remark(f"{instance.name}: {death.reason}; it ran again"
                             " in a fresh box")
                with self._died_in(stop) as death:
                    return self._run(instance, request, seconds, stop)
        except Interrupted:
            return None
        return Result(instance, death.verdict, death.reason, log=death.log)

    def _run(self, instance: Instance, request: Message, seconds: float,
             stop: Stop) -> Result:
        box = self._box(self._recipe(instance), stop)
        box.served += 1
        answer = box.ask(request, seconds, stop)
        if "runner_error" in answer.fields:
            # Its dom0 is no use any more: xenstored died, say.
            raise BoxDied(str(answer.fields["runner_error"]))
        _check(answer)
        log = BoundedLog()
        log.append(answer.data)
        fields = answer.fields
        cases = [Case(*case) for case in fields["cases"]]  # type: ignore
        box.hear_out(stop)
        verdict = Verdict[str(fields["verdict"])]
        reason = str(fields["reason"])
        if verdict is Verdict.CRASH and fields.get("domid") is not None:
            why = xllog.cause(box.said, int(fields["domid"]))  # type: ignore
            reason += f": {why}" if why else ""
        result = Result(instance, verdict, reason, cases, log)
        result.notes = xllog.alarms(box.said) + [
            str(note) for note in fields["notes"]]  # type: ignore
        return result

    @contextlib.contextmanager
    def _died_in(self, stop: Stop) -> Iterator["_Death"]:
        """Drop a box that dies inside the block, and tell how that was."""
        death = _Death()
        try:
            yield death
        except BoxDied as error:
            box: Optional[Box] = getattr(self._mine, "box", None)
            death.reason = f"the box died: {error}"
            if isinstance(error, BoxSilent):
                death.verdict = Verdict.TIMEOUT
                death.reason = "no verdict within the time limit"
            if box is not None:
                death.tells_nothing = (
                    death.verdict is Verdict.CRASH
                    and not (box.served <= 1 and isinstance(error, XenDied)))
                death.log = box.log
                self._drop(box)
        except Interrupted:
            box = getattr(self._mine, "box", None)
            if box is not None:
                self._drop(box)
            raise

    def _words(self) -> Dict[str, object]:
        """Return the options that matter in dom0."""
        options = self.options
        return {"timeout": options.timeout, "vcpus": options.vcpus,
                "cases": options.cases, "shuffle": options.shuffle}

    def _request(self, what: str, instance: Instance,
                 data: bytes) -> Message:
        test = instance.test
        return Message({
            "do": what, "options": self._words(), "env": instance.env,
            "variation": instance.variation,
            "cfg": _cfg(instance, self._qemu.accel == "tcg", self.options),
            # What takes all of Xen's memory as dom0 may do so here, too.  But
            # an HVM guest that did finds some again that others have freed.
            "most": (2 * machine.MEMORY if instance.is_pv
                     and "dom0_mem=max:" in test.xen_cmdline else None),
            "info": {"name": test.name, "category": test.category,
                     "environments": [instance.env],
                     "variations": ([instance.variation]
                                    if instance.variation else []),
                     "timeout": test.timeout, "realtime": test.realtime,
                     "xen-cmdline": test.xen_cmdline}}, data)


class _Death:
    """How a box died."""

    def __init__(self) -> None:
        self.verdict = Verdict.CRASH
        self.reason = ""
        # Whether somebody else may be to blame: whoever was in this box
        # before, or killed QEMU.
        self.tells_nothing = False
        self.log: Optional[BoundedLog] = None


def _xen_options(instance: Instance) -> List[str]:
    """Return what a test needs on Xen's command line beside the usual."""
    usual = machine.XEN_OPTIONS.split()
    return [word for word in instance.test.xen_cmdline.split()
            if _XEN_OPTIONS.match(word) and word not in usual]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InstanceError(f"{path.name}: {error.strerror};"
                            " run `make` first") from None


def _check(answer: Message) -> None:
    """Raise the error that an answer tells of."""
    if "error" in answer.fields:
        raise InstanceError(str(answer.fields["error"]))
    if "runner_error" in answer.fields:
        raise RunnerError(str(answer.fields["runner_error"]))


def _cfg(instance: Instance, emulated: bool, options: Options) -> str:
    """Return an instance's xl.cfg for a box.

    The image has another path there.  HVM images run as PVH guests, which
    takes no device model, or as HVM guests with one that does nothing.  Where
    the processor is `emulated`, hvm32pae needs shadow paging: see
    Dom0Host.needs_shadow().
    """
    try:
        text = instance.cfg.read_text()
    except FileNotFoundError:
        raise InstanceError(f"there is no {instance.cfg.name};"
                            " run `make` first") from None
    except OSError as error:
        raise InstanceError(str(error)) from None
    settings = instance.settings()
    for key in ("kernel", "firmware_override"):
        path = settings.get(key)
        if path:
            text = text.replace(str(path), "@IMAGE@")
    if instance.is_pv:
        return text
    if options.guest_type == "hvm":
        # libxl loads some file as the BIOS, which the image never looks at.
        text += ('\ntype="hvm"\ndevice_model_version="qemu-xen"\n'
                 f'device_model_override="{machine.DEVICE_MODEL}"\n'
                 f'bios_path_override="{machine.DEVICE_MODEL}"\n')
    else:
        text += '\ntype="pvh"\nkernel="@IMAGE@"\n'
    if options.paging:
        text += f"hap={int(options.paging == 'hap')}\n"
    elif emulated and instance.env == "hvm32pae":
        text += "hap=0\n"
    return text
