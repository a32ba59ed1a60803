# SPDX-License-Identifier: BSD-2-Clause
"""Host `dom0`: QEMU boots a real Xen with the image itself as dom0.

Of an instance with several images, dom0 is the conductor, which makes a domain
for each: see conductor.py.

One boot an instance, so that nothing is shared between instances.  What all
boots have in common, up to the moment before Xen builds dom0, is done once
and saved: see savedstate.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from ..base import cache
from ..runner.catalogue import Instance, Part
from ..hypervisors.hypervisor import Hypervisor
from ..base.process import Child, Deadline, Stop
from ..base.verdict import InstanceError, Result, RunnerError
from . import Clock, Host, Options, conductor, dom0program, resolve
from .amplifier import SLOWER, Amplifier, AmplifierError
from .boot import BEGUN, COPIED, ENDED, GONE, STARTED, Boot
from .monitor import Interrupted
from .qemu import COARSE_SHIFT, FINE_SHIFT, MEDIUM_SHIFT, XEN_MEMORY, Qemu
from .savedstate import (CMDLINE_ROOM, Recipe, State, StateError,
                         anonymous_file, module_size, refused, start,
                         write_at)
from .statecache import StateCache
from .xenlog import XenLog

# xl.cfg settings with a Xen command line option that does the same for dom0.
_XEN_OPTIONS = {
    "max_grant_frames": "gnttab_max_frames={}",
    "max_maptrack_frames": "gnttab_max_maptrack_frames={}",
    "max_grant_version": "gnttab=max-ver:{}",
}

# An emulator that counts a microsecond an instruction is not through with the
# switch to a vCPU, or with one portion of a long operation that gives way to
# the scheduler, before a default slice is over, and would get no further.
_LONG_SLICES = "sched=credit sched_credit_tslice_ms=500"

DEFAULT_MEMORY = 128

# The null scheduler gives a processor one vCPU for good; tests with second
# domains, which run in real time, make two of them at most.
_SPARE_PROCESSORS = 2

# So many boots that all fail before Xen builds dom0 end the run: there is no
# use in hundreds more.
_FAILED_BOOTS = 3

# What Xen says when it cannot boot, and what to do about it.
_BOOT_HINTS = {
    "Unable to load FLASK policy":
        "boot it with --xen-cmdline flask=disabled or xsm=dummy",
}


class Dom0Host(Host):
    """Runs each instance as the dom0 of a Xen of its own."""

    kind = "dom0"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.qemu = Qemu(options.qemu, options.accel)
        self._hypervisor: Optional[Hypervisor] = None
        self._states: Optional[StateCache] = None
        self._amplifier: Optional[Amplifier] = None
        self._remarks: Dict[str, None] = {}
        # None once Xen has got as far as its dom0.
        self._failed_boots: Optional[int] = 0

    def prepare(self) -> None:
        self._hypervisor = resolve(self.options.xen, "x86")
        if self.options.accel == "auto":
            self.qemu.settle_accel(self.xen, cache.root(), Stop())
        if not self.options.cold:
            self._open_states()
        if self.options.amplify is not None:
            self._amplifier = self._make_amplifier(self.options.amplify)

    def _make_amplifier(self, seed: int) -> Amplifier:
        if self.qemu.accel != "tcg":
            raise RunnerError("--amplify needs QEMU's accelerator tcg")
        if self.symbols is None:
            raise RunnerError(f"--amplify: there is no xen-syms beside"
                              f" {self.xen}")
        try:
            return Amplifier(self.symbols, self.qemu.version(), seed)
        except AmplifierError as error:
            raise RunnerError(f"--amplify: {error}") from None

    def _open_states(self) -> None:
        if self.qemu.accel != "tcg":
            self._remark(f"QEMU's accelerator is {self.qemu.accel}")
        elif not hasattr(os, "memfd_create"):
            self._remark("this system has no files in memory")
        elif self.symbols is None:
            self._remark(f"there is no xen-syms beside {self.xen}")
        else:
            self._states = StateCache(
                self.options.states or cache.root() / "states")

    def _remark(self, reason: str) -> None:
        self._remarks[f"booted from the start: {reason}"] = None

    def remarks(self) -> List[str]:
        return list(self._remarks)

    @property
    def xen(self) -> Path:
        """The hypervisor binary that boots."""
        assert self._hypervisor is not None
        return self._hypervisor.xen

    @property
    def symbols(self) -> Optional[Path]:
        """The hypervisor's xen-syms, if there is one."""
        assert self._hypervisor is not None
        return self._hypervisor.syms

    def describe(self) -> str:
        assert self._hypervisor is not None
        version = self._hypervisor.version
        known = f" {version}" if version not in ("", "unknown") else ""
        text = (f"Xen {self._hypervisor.name}{known}, images as dom0,"
                f" QEMU {self.qemu.version()} ({self.qemu.accel})")
        if self._amplifier is not None:
            text += f", races amplified (seed {self.options.amplify})"
        return text

    def xen_version(self) -> str:
        assert self._hypervisor is not None
        return self._hypervisor.version

    def clock(self) -> Clock:
        if self.qemu.accel == "tcg":
            return Clock("instructions", 1 << FINE_SHIFT, True)
        return Clock()

    def can_run(self, instance: Instance) -> Optional[str]:
        if instance.test.dom0_program is not None:
            return dom0program.NEEDS_LINUX
        return None

    def needs_shadow(self, instance: Instance) -> bool:
        """Tell whether dom0 must run on shadow paging."""
        return not _has_pv_dom0(instance) and self._on_shadow(
            instance.parts[0])

    def _on_shadow(self, part: Part) -> bool:
        """Tell whether an HVM image must run on shadow paging.

        hvm32pae must under TCG: QEMU sets Accessed bits in PAE directory
        pointers, and Xen's walker for nested paging takes them for reserved.
        """
        if part.is_pv:
            return False
        return (part.number("hap", 1) == 0
                or (part.env == "hvm32pae" and self.qemu.accel == "tcg"))

    def xen_cmdline(self, instance: Instance, shadow: bool) -> str:
        """Return Xen's command line for an instance.

        `shadow` runs an HVM image on shadow paging; PV ones do not care.
        """
        memory = instance.number("memory", DEFAULT_MEMORY)
        words = ["console=com1", "loglvl=all", "guest_loglvl=all",
                 f"dom0_mem={memory}M,max:{memory}M",
                 f"dom0_max_vcpus="
                 f"{1 if instance.test.roles else self.vcpus(instance)}",
                 "argo=1,mac-permissive=1"]
        if self.qemu.counts_instructions(self._in_real_time(instance)):
            words.append(_LONG_SLICES)
        if not _has_pv_dom0(instance):
            words += ["dom0=pvh,shadow" if shadow else "dom0=pvh",
                      "dom0-iommu=none"]
        words += [option.format(instance.number(key, 0))
                  for key, option in _XEN_OPTIONS.items()
                  if key in instance.settings()]
        words += [instance.test.xen_cmdline, self.options.xen_cmdline]
        return " ".join(_without_repetition(" ".join(words).split()))

    def _pins_vcpus(self) -> bool:
        """Tell whether a processor runs one vCPU for ever: sched=null."""
        chosen = [word for word in self.options.xen_cmdline.split()
                  if word.startswith("sched=")]
        return chosen[-1:] == ["sched=null"]

    def _in_real_time(self, instance: Instance) -> bool:
        """Tell whether guest time passes as outside.

        Where instructions are counted, emulated processors take turns that
        end at a timer, and Xen has next to none without a time slice: vCPUs
        that wait for each other would not get anywhere.
        """
        return (instance.test.realtime
                or (self._pins_vcpus() and self.vcpus(instance) > 1))

    def _machine_processors(self, instance: Instance) -> int:
        """Return how many processors the machine has."""
        spare = _SPARE_PROCESSORS if (self._pins_vcpus()
                                      and instance.test.realtime) else 0
        return self.vcpus(instance) + spare

    def shift(self, instance: Instance) -> int:
        """Return how long an instruction takes, where they are counted."""
        other_scheduler = any(word.startswith("sched=")
                              for word in self.options.xen_cmdline.split())
        if instance.test.category == "bench" or other_scheduler:
            return FINE_SHIFT
        # With the coarsest, a domain ends slowly: Xen is preempted after each
        # page of it, and then starts by closing all ports once more.
        if self.vcpus(instance) > 1 or instance.test.roles:
            return MEDIUM_SHIFT
        return COARSE_SHIFT

    def processors(self, instance: Instance) -> int:
        # Counting instructions takes turns; only real time is parallel.
        return self.vcpus(instance) if self._in_real_time(instance) else 1

    def would_wait(self, instance: Instance) -> bool:
        if self._states is None:
            return False
        try:
            return self._states.is_being_made(self._recipe(instance),
                                              self.qemu)
        except (StateError, InstanceError, OSError):
            return False

    def command(self, instance: Instance, gdb: Optional[str] = None,
                initrd: Optional[str] = None) -> List[str]:
        """Return the QEMU command that boots an instance from the start.

        It must run in the image's directory: QEMU splits a module's name off
        its command line at the first space.  `initrd` is the file of the boot
        module, if there is one.
        """
        words = (f"{_kernel(instance).name}"
                 f" {self._kernel_words(instance)}".rstrip())
        # QEMU's debugger stub looks through a guest's nested page tables as
        # if there were none; shadow page tables are what it understands.
        shadow = gdb is not None or self.needs_shadow(instance)
        options = self.xen_cmdline(instance, shadow)
        if self.options.defect:
            options += f" touchstone-defect={self.options.defect}"
        return self.qemu.command(
            self.xen, options,
            memory=instance.number("memory", DEFAULT_MEMORY) + XEN_MEMORY,
            module=words, vcpus=self._machine_processors(instance),
            realtime=self._in_real_time(instance),
            shift=self.shift(instance), gdb=gdb, initrd=initrd
        ) + self.instruments(instance)

    def instruments(self, instance: Instance) -> List[str]:
        """Return further options for the QEMU that runs an instance."""
        if self._amplifier is None or not self._may_race(instance):
            return []
        return self._amplifier.options(instance.name)

    def _may_race(self, instance: Instance) -> bool:
        """Tell whether the vCPUs of an instance run at the same time.

        Where instructions are counted, they take turns.
        """
        return self._in_real_time(instance) and self.vcpus(instance) > 1

    def timeout(self, instance: Instance) -> float:
        limit = super().timeout(instance)
        if (self._amplifier is not None and self.options.timeout is None
                and self._may_race(instance)):
            limit *= SLOWER
        return limit

    def must_boot(self, instance: Instance, recipe: Recipe) -> bool:
        """Tell whether an instance shall not go on from a saved state."""
        return False

    def milestone(self, name: str, child: Optional[Child]) -> None:
        """Is called when a run begins, starts QEMU, and so on.

        `child` is QEMU as long as it runs.
        """

    def _kernel_words(self, instance: Instance) -> str:
        """Return dom0's command line."""
        return "" if instance.test.roles else self.words(instance)

    def _initrd(self, instance: Instance) -> bytes:
        """Return dom0's boot module; empty if it has none."""
        if not instance.test.roles:
            return b""
        return conductor.module(
            instance, self.words(instance), self.vcpus(instance),
            [self._on_shadow(part) for part in instance.parts])

    def _boot(self, instance: Instance, stop: Stop) -> Boot:
        """Run an instance from the machine's start."""
        initrd = self._initrd(instance)
        file = anonymous_file(len(initrd)) if initrd else None
        try:
            if file is not None:
                write_at(file, memoryview(initrd), 0)
            with Child(self.command(
                    instance, initrd=file and f"/proc/self/fd/{file}"),
                    cwd=str(_kernel(instance).parent),
                    pass_fds=() if file is None else (file,)) as child:
                self.milestone(STARTED, child)
                return self._follow(instance, child, stop)
        finally:
            if file is not None:
                os.close(file)

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        for path in {_kernel(instance), *[part.image
                                          for part in instance.parts]}:
            _check_image(path)
        self.milestone(BEGUN, None)
        result = None
        try:
            if self._states is not None:
                result = self._run_saved(self._states, instance, stop)
        except (StateError, OSError) as error:
            self._remark(f"{instance.name}: {error}")
        except Interrupted:
            return None
        if result is None and not stop.is_set:
            boot = self._boot(instance, stop)
            result = boot.result(instance)
            self._count_failed_boot(boot)
        self.milestone(GONE, None)
        return result

    def _count_failed_boot(self, boot: Boot) -> None:
        if boot.verdict is None or self._failed_boots is None:
            return
        if not boot.is_before_dom0:
            self._failed_boots = None
            return
        self._failed_boots += 1
        if self._failed_boots >= _FAILED_BOOTS:
            hint = next((hint for said, hint in _BOOT_HINTS.items()
                         if said in boot.reason), "")
            self.hopeless = (f"Xen does not boot: {boot.reason}"
                             + (f"; {hint}" if hint else ""))

    def _follow(self, instance: Instance, child: Child, stop: Stop,
                console: bytes = b"") -> Boot:
        boot = Boot(XenLog(_has_pv_dom0(instance),
                           self.needs_shadow(instance)),
                    Deadline(self.timeout(instance)), instance.titles(),
                    console, roles=instance.test.roles)
        boot.passed = lambda name: self.milestone(name, child)
        boot.follow(child, stop)
        self.milestone(ENDED, child)
        boot.wanted_seconds = child.wanted_seconds()
        return boot

    def _recipe(self, instance: Instance) -> Recipe:
        """Return what the state of an instance depends on.

        Raises StateError for an instance that wants to boot from the start.
        """
        assert self.symbols is not None
        if instance.test.cold:
            raise StateError("the test asks for it")
        cmdline = self.xen_cmdline(instance, self.needs_shadow(instance))
        if " -- " in cmdline:
            raise StateError("Xen's options hold some for the image")
        if len(self._kernel_words(instance).encode()) >= CMDLINE_ROOM:
            raise StateError("the image's command line is too long")
        return Recipe(
            self.xen, self.symbols, cmdline,
            instance.number("memory", DEFAULT_MEMORY) + XEN_MEMORY,
            self._machine_processors(instance), self._in_real_time(instance),
            self.shift(instance),
            module_size(_kernel(instance).stat().st_size),
            module_size(len(self._initrd(instance)))
            if instance.test.roles else 0)

    def _run_saved(self, states: StateCache, instance: Instance,
                   stop: Stop) -> Optional[Result]:
        """Run an instance from a saved state.

        None if it must be run from the start: an end without a word of the
        guest may be the state's fault.  Raises StateError and Interrupted.
        """
        recipe = self._recipe(instance)
        if self.must_boot(instance, recipe):
            return None
        while True:
            state = states.get(recipe, self.qemu, stop)
            try:
                boot = self._run_state(recipe, state, instance, stop)
            except StateError as error:
                states.drop(recipe, self.qemu, state, str(error))
                continue
            if boot.verdict is None or not boot.is_suspicious:
                return boot.result(instance)
            self._remark(f"{instance.name}: from a saved state it ended with"
                         f" {boot.verdict}, {boot.reason}")
            return None

    def _run_state(self, recipe: Recipe, state: State, instance: Instance,
                   stop: Stop) -> Boot:
        ram = state.memory(_kernel(instance).read_bytes(),
                           self._kernel_words(instance).lstrip().encode(),
                           self._initrd(instance), self.options.defect)
        self.milestone(COPIED, None)
        try:
            child = start([*self._saved_command(recipe, ram),
                           *self.instruments(instance)], state, ram, stop)
        finally:
            os.close(ram)
        with child:
            self.milestone(STARTED, child)
            boot = self._follow(instance, child, stop, state.console)
            if refused(child):
                raise StateError("QEMU could not load the machine")
            self._failed_boots = None
            return boot

    def _saved_command(self, recipe: Recipe, ram: int) -> List[str]:
        """Return the QEMU command of a machine to load a state into."""
        return self.qemu.command(
            recipe.xen, recipe.cmdline, memory=recipe.memory,
            vcpus=recipe.vcpus, realtime=recipe.realtime, shift=recipe.shift,
            ram=ram)


def _kernel(instance: Instance) -> Path:
    """Return the image that is dom0."""
    return (conductor.image_of(instance) if instance.test.roles
            else instance.image)


def _has_pv_dom0(instance: Instance) -> bool:
    return bool(instance.test.roles) or instance.is_pv


def _without_repetition(words: Sequence[str]) -> List[str]:
    """Leave out options that only say again what they said last.

    Fewer different command lines need fewer saved states.
    """
    kept: List[str] = []
    said: Dict[str, str] = {}
    for word in words:
        name = word.partition("=")[0]
        if said.get(name) != word:
            said[name] = word
            kept.append(word)
    return kept


def _check_image(image: Path) -> None:
    try:
        with open(image, "rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        raise InstanceError(f"there is no {image.name};"
                            " run `make` first") from None
    except OSError as error:
        raise InstanceError(str(error)) from None
    if magic != b"\x7fELF":
        raise InstanceError(f"{image.name} is no ELF file")
