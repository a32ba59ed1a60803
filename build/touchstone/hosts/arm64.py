# SPDX-License-Identifier: BSD-2-Clause
"""Hosts for arm64: QEMU boots a real Xen on its machine `virt`.

`dom0` has the image as dom0.  `dom0less` has it as an unprivileged domain,
which Xen starts by itself, and there is no dom0.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from ..base.process import Child, Deadline, Stop
from ..base.verdict import InstanceError, Result, RunnerError
from ..hypervisors.hypervisor import Hypervisor
from ..runner.catalogue import Instance
from . import Clock, Host, Options, fdt, resolve
from .boot import Boot
from .xenlog import XenLog

QEMU = "qemu-system-aarch64"

# What the machine has beside the domain's memory, in MiB.
_XEN_MEMORY = 384

_DEFAULT_MEMORY = 128

# Where the image is until Xen has moved it: in the machine's memory, which
# begins at 1 GiB, and above all that QEMU puts there itself.
_MODULE = 0x49000000

# An instruction takes 1 << this nanoseconds of the machine's time.
_ICOUNT_SHIFT = 8

# With so few instructions a millisecond, a default slice is over before the
# switch to a vCPU is.
_LONG_SLICES = "sched=credit sched_credit_tslice_ms=500"

_CONSOLE = "console=dtuart dtuart=/pl011@9000000"

# An image in the format that Xen boots has this at this place.
_IMAGE_MAGIC = b"ARM\x64"
_IMAGE_MAGIC_AT = 0x38


class Arm64Host(Host):
    """What both ways to run an image share."""

    # Whose lines count, of those that Xen prints for its domains.
    domain = 0

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.binary = options.qemu or QEMU
        self._hypervisor: Optional[Hypervisor] = None
        self._version = "unknown"

    def prepare(self) -> None:
        if shutil.which(self.binary) is None:
            raise RunnerError(f"{self.binary} is not installed: Debian has it"
                              " in the package qemu-system-arm")
        self._hypervisor = resolve(self.options.xen, "arm64")
        words = subprocess.run(
            [self.binary, "--version"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, universal_newlines=True).stdout.split()
        if "version" in words[:-1]:
            self._version = words[words.index("version") + 1]

    def describe(self) -> str:
        assert self._hypervisor is not None
        version = self._hypervisor.version
        known = f" {version}" if version not in ("", "unknown") else ""
        return (f"Xen {self._hypervisor.name}{known} for arm64, images as"
                f" {self.kind}, GICv{self.options.gic}, QEMU {self._version}"
                " (tcg)")

    def xen_version(self) -> str:
        assert self._hypervisor is not None
        return self._hypervisor.version

    def clock(self) -> Clock:
        return Clock("ticks", 1, True)

    def can_run(self, instance: Instance) -> Optional[str]:
        return None

    def processors(self, instance: Instance) -> int:
        return self.vcpus(instance) if instance.test.realtime else 1

    def machine(self, instance: Instance) -> List[str]:
        """Return the QEMU command of a machine, and no more than that.

        Counted instructions go with one processor alone: with several, Xen
        does not come through its start.  A domain has several vCPUs even so.
        """
        realtime = instance.test.realtime
        argv = [self.binary, "-nodefaults", "-no-user-config",
                "-display", "none", "-no-reboot", "-cpu", "cortex-a57",
                "-m", str(self.memory(instance) + _XEN_MEMORY),
                "-smp", str(self.vcpus(instance) if realtime else 1),
                "-chardev", "stdio,id=console,signal=off",
                "-serial", "chardev:console"]
        if not realtime:
            argv += ["-icount", f"shift={_ICOUNT_SHIFT},sleep=off"]
        return argv

    def board(self) -> str:
        """Return the argument of -machine."""
        return f"virt,virtualization=on,gic-version={self.options.gic}"

    def memory(self, instance: Instance) -> int:
        """Return the domain's memory in MiB."""
        return instance.number("memory", _DEFAULT_MEMORY)

    def xen_words(self, instance: Instance) -> str:
        """Return Xen's command line."""
        words = [_CONSOLE, "loglvl=all", "guest_loglvl=all", "noreboot",
                 "argo=1,mac-permissive=1", *self.domain_words(instance),
                 "" if instance.test.realtime else _LONG_SLICES,
                 instance.test.xen_cmdline, self.options.xen_cmdline]
        return " ".join(word for word in words if word)

    def domain_words(self, instance: Instance) -> List[str]:
        """Return the words that say what the domain is like."""
        return []

    def command(self, instance: Instance, scratch: Path) -> List[str]:
        """Return the command that boots an instance.

        `scratch` is a directory for files that it needs.
        """
        raise NotImplementedError

    @property
    def xen(self) -> Path:
        """The hypervisor binary that boots."""
        assert self._hypervisor is not None
        return self._hypervisor.xen

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        _check_image(instance.image)
        with tempfile.TemporaryDirectory(prefix="touchstone-") as name:
            command = self.command(instance, Path(name))
            with Child(command, cwd=str(instance.image.parent)) as child:
                boot = Boot(XenLog(True, False),
                            Deadline(self.timeout(instance)),
                            instance.titles(), domain=self.domain)
                boot.follow(child, stop)
                boot.wanted_seconds = child.wanted_seconds()
        return boot.result(instance)


class Dom0Host(Arm64Host):
    """Runs each instance as the dom0 of a Xen of its own."""

    kind = "dom0"

    def domain_words(self, instance: Instance) -> List[str]:
        return [f"dom0_mem={self.memory(instance)}M",
                f"dom0_max_vcpus={self.vcpus(instance)}"]

    def command(self, instance: Instance, scratch: Path) -> List[str]:
        # Without words for dom0, Xen takes its own for dom0's.
        words = (self.words(instance) or " ").replace(",", ",,")
        loader = (f"guest-loader,addr={_MODULE:#x},"
                  f"kernel={instance.image.name},bootargs={words}")
        return [*self.machine(instance), "-machine", self.board(),
                "-kernel", str(self.xen.absolute()),
                "-append", self.xen_words(instance), "-device", loader]


class Dom0lessHost(Arm64Host):
    """Runs each instance as the only domain, an unprivileged one."""

    kind = "dom0less"
    domain = 1

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._trees: Dict[Tuple[str, ...], bytes] = {}

    def command(self, instance: Instance, scratch: Path) -> List[str]:
        machine = [*self.machine(instance)]
        root = fdt.parse(self._tree_of(machine, scratch))
        chosen = root.child("chosen")
        chosen.set("xen,xen-bootargs", self.xen_words(instance))
        chosen.set("#address-cells", fdt.cells(2, 1))
        chosen.set("#size-cells", fdt.cells(2, 1))
        chosen.children.append(self._domain(instance))
        tree = scratch / "machine.dtb"
        tree.write_bytes(fdt.serialise(root))
        return [*machine, "-machine", self.board(), "-dtb", str(tree),
                "-kernel", str(self.xen.absolute()), "-device",
                f"loader,file={instance.image.name},addr={_MODULE:#x},"
                "force-raw=on"]

    def _domain(self, instance: Instance) -> fdt.Node:
        """Return the node that has Xen start a domain."""
        node = fdt.Node("domain1")
        node.set("compatible", "xen,domain")
        node.set("#address-cells", fdt.cells(2, 1))
        node.set("#size-cells", fdt.cells(2, 1))
        node.set("memory", fdt.cells(self.memory(instance) << 10))
        node.set("cpus", fdt.cells(self.vcpus(instance), 1))
        node.set("vpl011", None)
        node.set("xen,enhanced", "no-xenstore")
        module = node.child(f"module@{_MODULE:x}")
        module.set("compatible", b"multiboot,kernel\0multiboot,module\0")
        module.set("reg", fdt.cells(_MODULE)
                   + fdt.cells(instance.image.stat().st_size))
        module.set("bootargs", self.words(instance))
        return node

    def _tree_of(self, machine: List[str], scratch: Path) -> bytes:
        """Return the device tree that QEMU makes for a machine."""
        key = tuple(machine)
        if key not in self._trees:
            file = scratch / "dumped.dtb"
            subprocess.run(
                [*machine, "-machine", f"{self.board()},dumpdtb={file}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                self._trees[key] = file.read_bytes()
            except OSError:
                raise RunnerError(f"{self.binary} makes no device tree of its"
                                  " machine virt") from None
        return self._trees[key]


def _check_image(image: Path) -> None:
    try:
        with open(image, "rb") as file:
            head = file.read(_IMAGE_MAGIC_AT + 4)
    except FileNotFoundError:
        raise InstanceError(f"there is no {image.name};"
                            " run `make ARCH=arm64` first") from None
    except OSError as error:
        raise InstanceError(str(error)) from None
    if head[_IMAGE_MAGIC_AT:] != _IMAGE_MAGIC:
        raise InstanceError(f"{image.name} is not in the 64-bit Image format")
