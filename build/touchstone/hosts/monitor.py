# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's two remote controls: the QMP monitor and the debugger stub.

Both speak through a socket whose other end QEMU inherits: there is no address
that somebody else could use, and nothing to remove.
"""

from __future__ import annotations

import array
import json
import select
import socket
import time
from typing import Optional, Sequence

from ..base.process import Stop


class MonitorError(Exception):
    """QEMU did not answer as it should; the text says what it said."""


class Interrupted(Exception):
    """The runner was asked to stop while it waited for QEMU."""


class _Line:
    """A socket to QEMU with a limit for each answer."""

    def __init__(self, stop: Stop) -> None:
        self._socket, self.remote = socket.socketpair()
        self._stop = stop
        self._data = b""

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        self.remote.close()

    def connected(self) -> None:
        """Close the end that QEMU has inherited: so its exit is noticed."""
        self.remote.close()

    def _send(self, data: bytes, fds: Sequence[int] = ()) -> None:
        try:
            if fds:
                sent = self._socket.sendmsg([data], [(
                    socket.SOL_SOCKET, socket.SCM_RIGHTS,
                    array.array("i", fds))])
                data = data[sent:]
            self._socket.sendall(data)
        except OSError as error:
            raise MonitorError(f"QEMU hung up: {error.strerror}") from None

    def _receive(self, end: float) -> None:
        """Wait for more data until the time `end`."""
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        poll.register(self._stop.fileno(), select.POLLIN)
        left = max(0.0, end - time.monotonic())
        ready = [fileno for fileno, _ in poll.poll(left * 1000)]
        if self._stop.fileno() in ready:
            raise Interrupted
        if not ready:
            raise MonitorError("QEMU does not answer in time")
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise MonitorError("QEMU hung up")
        self._data += data


class Qmp(_Line):
    """The QMP monitor: commands and answers as lines of JSON."""

    # QEMU answers from its main loop, which a busy host keeps waiting.
    PATIENCE = 60.0

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop)
        self._greeted = False

    def run(self, *commands: dict, fd: Optional[int] = None) -> list:
        """Send commands at once; return what each of them returned.

        `fd` is a file descriptor for QEMU to keep under the name "file".
        """
        if fd is not None:
            commands = ({"execute": "getfd",
                         "arguments": {"fdname": "file"}}, *commands)
        if not self._greeted:
            commands = ({"execute": "qmp_capabilities"}, *commands)
        self._send(b"".join(json.dumps(command).encode() + b"\n"
                            for command in commands),
                   () if fd is None else (fd,))
        if not self._greeted:
            self._answer("QMP")
        answers = [self._answer("return") for _ in commands]
        if not self._greeted:
            self._greeted = True
            del answers[0]
        return answers

    def _answer(self, key: str) -> object:
        """Return the next answer; events in between do not count."""
        end = time.monotonic() + self.PATIENCE
        while True:
            line, newline, rest = self._data.partition(b"\n")
            if not newline:
                self._receive(end)
                continue
            self._data = rest
            try:
                message = json.loads(line)
            except ValueError:
                raise MonitorError(f"QEMU said {line!r}") from None
            if "error" in message:
                raise MonitorError(str(message["error"].get("desc")))
            if key in message:
                return message[key]


class Gdb(_Line):
    """The debugger stub: packets of the GDB remote protocol."""

    PATIENCE = 60.0

    def insert_breakpoint(self, address: int) -> None:
        """Set a hardware breakpoint, on all processors."""
        self._command(f"Z1,{address:x},1", "OK")

    def run_to_breakpoint(self, seconds: float) -> None:
        """Let the machine go on, and wait until it stops."""
        self._packet("c")
        answer = self._answer(time.monotonic() + seconds)
        if not answer.startswith("T05"):
            raise MonitorError("the machine stopped without a breakpoint:"
                               f" {answer}")

    def read(self, address: int, size: int) -> bytes:
        """Return memory at a virtual address; b"" if it is not there."""
        self._packet(f"m{address:x},{size:x}")
        answer = self._answer(time.monotonic() + self.PATIENCE)
        return b"" if answer.startswith("E") else bytes.fromhex(answer)

    def write(self, address: int, data: bytes) -> None:
        """Change memory at a virtual address."""
        self._command(f"M{address:x},{len(data):x}:{data.hex()}", "OK")

    def _command(self, text: str, expected: str) -> None:
        self._packet(text)
        answer = self._answer(time.monotonic() + self.PATIENCE)
        if answer != expected:
            raise MonitorError(f"the debugger stub answers {text!r}"
                               f" with {answer!r}")

    def _packet(self, text: str) -> None:
        data = text.encode()
        self._send(b"$%b#%02x" % (data, sum(data) % 256))

    def _answer(self, end: float) -> str:
        while True:
            packet = self._next_packet()
            if packet is None:
                self._receive(end)
                continue
            self._send(b"+")
            return packet

    def _next_packet(self) -> Optional[str]:
        """Return a complete packet's content; None if there is none yet."""
        start = self._data.find(b"$")
        end = self._data.find(b"#", start + 1)
        if start < 0 or end < 0 or len(self._data) < end + 3:
            return None
        packet = self._data[start + 1:end]
        self._data = self._data[end + 3:]
        return packet.decode("latin-1")
