# SPDX-License-Identifier: BSD-2-Clause
"""The machine of a box: booted once, saved, started from there many times.

A saved box is a directory:

    ram         the memory, a sparse file; each box maps it privately
    devices     QEMU's migration stream of all else
    console     what Xen and dom0 have printed
    state.json  sizes and a checksum
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import socket
import time
import zlib
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

from ..base.process import Child, Deadline, Stop
from ..hosts.monitor import Interrupted, MonitorError, Qmp
from ..hosts.qemu import Qemu
from ..hosts.savedstate import (PAGE, SHARED_MEMORY, anonymous_file,
                                monitor_options, write_at)
from ..hosts.xenlog import XenLog
from ..runner import environments
from ..runner.console import BoundedLog, Console
from . import cpio
from .channel import PORT, Decoder, Message
from .image import BoxImage

# To be raised when the content of a saved box changes.
FORMAT = 2

MEMORY = 1536
DOM0_MEMORY = 384

# Until dom0's agent is ready, on a computer that is very busy, too.
BOOT_SECONDS = 120.0

_SAVE_SECONDS = 120.0

# Lines of Xen's that are kept for an instance.
_SAID_LINES = 4000

XEN_OPTIONS = (f"console=com1 dom0_mem={DOM0_MEMORY}M,max:{DOM0_MEMORY}M"
               " no-real-mode bootscrub=0 spec-ctrl=no loglvl=all"
               " guest_loglvl=all"
               " argo=1,mac-permissive=1")

# What costs time in an emulator and has no use in a box.
LINUX_OPTIONS = ("console=hvc0 quiet rdinit=/init swiotlb=1024 rodata=off"
                 " init_on_alloc=0 mitigations=off audit=0 nowatchdog"
                 " panic=-1")

_PACKAGE = Path(__file__).resolve().parents[1]

# What stands in for the device model of HVM guests, in dom0.
DEVICE_MODEL = "/usr/lib/touchstone/device-model"


class BoxDied(Exception):
    """A box ended or does not answer; the text says how."""


class BoxSilent(BoxDied):
    """A box did not answer within its time."""


class XenDied(BoxDied):
    """The hypervisor of a box panicked, or its dom0 crashed."""


class Recipe(NamedTuple):
    """What a box is made of."""

    xen: Path
    image: BoxImage
    xen_options: str = ""
    linux_options: str = ""

    def xen_cmdline(self) -> str:
        """Return Xen's command line."""
        return f"{XEN_OPTIONS} {self.xen_options}".strip()

    def key(self, qemu: Qemu, overlay: bytes) -> str:
        """Return a name for the saved box: a hash of all that decides it."""
        status = os.stat(qemu.binary)
        initrd = os.stat(self.image.initrd)
        facts = [FORMAT, hashlib.sha256(self.xen.read_bytes()).hexdigest(),
                 self.xen_cmdline(), LINUX_OPTIONS, self.linux_options,
                 MEMORY, self.image.initrd, initrd.st_mtime_ns,
                 hashlib.sha256(overlay).hexdigest(), qemu.binary,
                 qemu.version(), status.st_size, status.st_mtime_ns,
                 qemu.accel]
        text = json.dumps([str(fact) for fact in facts])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def overlay() -> bytes:
    """Return an archive with the runner's own modules, and what they use."""
    archive = cpio.Archive()
    for path in sorted(_PACKAGE.rglob("*.py")):
        archive.file(
            f"usr/lib/touchstone/touchstone/{path.relative_to(_PACKAGE)}",
            path.read_bytes())
    # Where the module that reads it looks, seen from its own place.
    archive.file("usr/lib/touchstone/environments.txt",
                 environments.PATH.read_bytes())
    archive.file(DEVICE_MODEL.lstrip("/"), b"#!/usr/bin/python3 -ISE\n"
                 + Path(__file__).with_name("devicemodel.py").read_bytes(),
                 0o755)
    return archive.finish()


def command(qemu: Qemu, recipe: Recipe) -> List[str]:
    """Return QEMU's command without console, memory and what it boots."""
    argv = [qemu.binary, "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-accel", qemu.accel,
            "-m", str(MEMORY), "-smp", "1", "-kernel", str(recipe.xen),
            "-append", recipe.xen_cmdline()]
    # QEMU 7 clears more than Linux expects when SMAP is on; see qemu.py for
    # x2APIC.
    argv += ["-cpu", "host" if qemu.accel == "kvm"
             else "max,smap=off,-x2apic"]
    return argv


def modules(recipe: Recipe, initrd: str) -> List[str]:
    """Return QEMU's options for dom0's kernel and its RAM disk."""
    words = f"{LINUX_OPTIONS} {recipe.linux_options}".strip()
    kernel = str(recipe.image.kernel).replace(",", ",,")
    return ["-initrd", f"{kernel} {words.replace(',', ',,')},{initrd}"]


class Box:
    """A running box.  Use as a context manager: leaving it ends the box.

    It belongs to the thread that started it, and ends with it.
    """

    def __init__(self, argv: Sequence[str], recipe: Optional[Recipe] = None,
                 pass_fds: Sequence[int] = (), cwd: Optional[str] = None,
                 qmp: Optional[Qmp] = None) -> None:
        self._channel, remote = socket.socketpair()
        self._decoder = Decoder()
        self.recipe = recipe
        self.log = BoundedLog()
        self._console = Console(domain=None)
        self._xen = XenLog(True, False)
        # What Xen has printed since the last request.
        self.said: List[str] = []
        self.served = 0     # instances; whoever runs them counts
        fds = [*pass_fds, remote.fileno()]
        options = ["-chardev", "stdio,id=console,signal=off",
                   "-serial", "chardev:console",
                   "-device", "virtio-serial-pci", "-chardev",
                   f"socket,id=agent,fd={remote.fileno()}",
                   "-device", f"virtserialport,chardev=agent,name={PORT}"]
        if qmp is not None:
            fds.append(qmp.remote.fileno())
            options += monitor_options(qmp)
        self.child = Child([*argv, *options], cwd, fds)
        remote.close()

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the box at once."""
        self.child.kill()
        self._channel.close()

    def ask(self, message: Message, seconds: float, stop: Stop) -> Message:
        """Send a message and return the answer.

        Raises BoxDied and Interrupted.
        """
        data = memoryview(message.encode())
        deadline = Deadline(seconds)
        self.said.clear()
        self._channel.setblocking(False)
        while data:
            self._wait(deadline, stop, select.POLLOUT)
            try:
                data = data[self._channel.send(data):]
            except BlockingIOError:
                pass
            except OSError:
                raise self._died() from None
        return self.answer(deadline, stop)

    def answer(self, deadline: Deadline, stop: Stop) -> Message:
        """Return the agent's next message.

        Raises BoxDied, BoxSilent and Interrupted.
        """
        while True:
            try:
                message = self._decoder.next()
            except (ValueError, KeyError, TypeError):
                raise BoxDied("its agent speaks nonsense") from None
            if message is not None:
                return message
            if self._wait(deadline, stop, select.POLLIN):
                try:
                    data = self._channel.recv(1 << 16)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if not data:
                    raise self._died()
                self._decoder.feed(data)

    def hear_out(self, stop: Stop) -> None:
        """Read what Xen has printed by now."""
        while True:
            data = self.child.read(0.0, stop)
            if not data:
                return
            self._note(data)

    def _wait(self, deadline: Deadline, stop: Stop, event: int) -> bool:
        """Wait for the channel, reading the console meanwhile.

        False where only the console had something.
        """
        console = self.child.output_fileno()
        poll = select.poll()
        poll.register(stop.fileno(), select.POLLIN)
        poll.register(console, select.POLLIN)
        poll.register(self._channel.fileno(), event)
        left = max(0.0, deadline.remaining())
        ready = [fileno for fileno, _ in poll.poll(left * 1000)]
        if not ready and deadline.is_over(self.child.pid):
            raise BoxSilent("dom0 does not answer")
        if stop.fileno() in ready:
            raise Interrupted
        if console in ready:
            data = self.child.read(0.0, stop)
            if data == b"":
                raise self._died()
            self._note(data or b"")
        return self._channel.fileno() in ready

    def _note(self, data: bytes) -> None:
        self.log.append(data)
        for line in self._console.feed(data):
            self._xen.feed(line)
            if line.xen:
                self.said.append(line.text)
        del self.said[:-_SAID_LINES]
        # A guest's verdict on Xen's log is no end of the console.
        self._console.verdict = None
        if self._xen.ended:
            raise XenDied(self._xen.ended)

    def _died(self) -> BoxDied:
        self.child.wait(1.0)
        reason = self._xen.conclude()
        if reason:
            return XenDied(reason)
        status = self.child.returncode
        reason = ("QEMU hung up" if status is None
                  else f"QEMU ended by signal {-status}" if status < 0
                  else f"QEMU ended with status {status}")
        if status == 0:
            return BoxDied("\n".join(["dom0 has powered off; it said last:",
                                      *self.log.last_lines(8)]))
        said = self.child.errors.decode("utf-8", "replace").strip()
        return BoxDied(f"{reason}: {said}" if said else reason)


def boot(qemu: Qemu, recipe: Recipe, directory: Path, stop: Stop,
         ram: Optional[Path] = None, qmp: Optional[Qmp] = None) -> Box:
    """Boot a box and return it when its agent is ready.

    `directory` takes a temporary file.  `ram` becomes the file with its
    memory.  Raises BoxDied and Interrupted.
    """
    initrd = directory / "initrd"
    initrd.write_bytes(recipe.image.initrd.read_bytes() + overlay())
    argv = [*command(qemu, recipe), *modules(recipe, "initrd")]
    if ram is not None:
        argv += _memory(ram, shared=True)
    box = Box(argv, recipe, cwd=str(directory), qmp=qmp)
    try:
        first = box.answer(Deadline(BOOT_SECONDS), stop)
        if "ready" not in first.fields:
            raise BoxDied(str(first.fields.get("runner_error")
                              or "its agent is not ready"))
        return box
    except BaseException:
        box.end()
        raise
    finally:
        initrd.unlink()


def _memory(ram: Path, shared: bool) -> List[str]:
    path = str(ram).replace(",", ",,")
    return ["-machine", "memory-backend=ram", "-object",
            f"memory-backend-file,id=ram,size={MEMORY}M,mem-path={path},"
            f"share={'on' if shared else 'off'}"]


def save(qemu: Qemu, recipe: Recipe, directory: Path, stop: Stop) -> None:
    """Boot a box and save it to an empty directory.

    Raises BoxDied, MonitorError and Interrupted.
    """
    ram = directory / "ram"
    with open(ram, "wb") as file:
        file.truncate(MEMORY << 20)
    qmp = Qmp(stop)
    devices = anonymous_file(0)
    try:
        with boot(qemu, recipe, directory, stop, ram, qmp) as box:
            qmp.connected()
            # QEMU stops it meanwhile.  If it were stopped now, it would be
            # stopped when it is loaded, too.
            qmp.run(SHARED_MEMORY, {"execute": "migrate",
                                    "arguments": {"uri": "fd:file"}},
                    fd=devices)
            _completed(qmp)
            qmp.run({"execute": "quit"})
            box.child.wait(10.0)
            size = os.fstat(devices).st_size
            (directory / "console").write_text(box.log.text())
        stream = os.pread(devices, size, 0)
    finally:
        qmp.close()
        os.close(devices)
    (directory / "devices").write_bytes(stream)
    _dig_holes(ram)
    (directory / "state.json").write_text(json.dumps({
        "blocks": os.stat(ram).st_blocks, "devices": zlib.crc32(stream)}))


def _dig_holes(ram: Path) -> None:
    """Let pages of zeros take no room on the disk: they are a third."""
    zeros = bytes(1 << 16)
    fresh = ram.with_name("fresh")
    with open(ram, "rb") as source, open(fresh, "wb") as sink:
        for at in range(0, MEMORY << 20, len(zeros)):
            piece = source.read(len(zeros))
            if piece == zeros:
                continue
            for page in range(0, len(piece), PAGE):
                part = piece[page:page + PAGE]
                if part != zeros[:PAGE]:
                    sink.seek(at + page)
                    sink.write(part)
        sink.truncate(MEMORY << 20)
    fresh.replace(ram)


def _completed(qmp: Qmp) -> None:
    end = time.monotonic() + _SAVE_SECONDS
    while True:
        status = qmp.run({"execute": "query-migrate"})[0].get("status")
        if status == "completed":
            return
        if status in ("failed", "cancelled") or time.monotonic() > end:
            raise MonitorError("QEMU did not save the box")
        time.sleep(0.02)


def is_sound(directory: Path) -> bool:
    """Tell whether a saved box is whole."""
    try:
        facts = json.loads((directory / "state.json").read_text())
        return (os.stat(directory / "ram").st_size == MEMORY << 20
                and os.stat(directory / "ram").st_blocks >= facts["blocks"]
                and zlib.crc32((directory / "devices").read_bytes())
                == facts["devices"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def start(qemu: Qemu, recipe: Recipe, directory: Path, stop: Stop) -> Box:
    """Start a box from a saved one.

    Raises BoxDied, MonitorError and Interrupted.
    """
    data = (directory / "devices").read_bytes()
    source = anonymous_file(len(data))
    qmp = Qmp(stop)
    box = None
    try:
        write_at(source, memoryview(data), 0)
        argv = [*command(qemu, recipe), *_memory(directory / "ram", False),
                "-incoming", "defer"]
        box = Box(argv, recipe, qmp=qmp)
        qmp.connected()
        qmp.run(SHARED_MEMORY, {"execute": "migrate-incoming",
                                "arguments": {"uri": "fd:file"}}, fd=source)
        return box
    except BaseException:
        if box is not None:
            box.end()
        raise
    finally:
        qmp.close()
        os.close(source)
