# SPDX-License-Identifier: BSD-2-Clause
"""One boot of Xen as host dom0 follows it: from QEMU's start to a verdict."""

from __future__ import annotations

from typing import Callable, List, Optional, Sequence

from ..runner.catalogue import Instance
from ..runner.console import Console
from ..runner.roles import RolesConsole
from ..base.process import Child, Deadline, Stop
from ..base.verdict import Result, Verdict
from . import FLOOD, FLOOD_BYTES
from .xenlog import XenLog
from .xllog import alarms

# What a run passes, in this order; COPIED only from a saved state.
BEGUN, COPIED, STARTED, BUILDING, SPEAKING, ENDED, GONE = (
    "begun", "memory copied", "QEMU started", "dom0 is built",
    "guest speaks", "verdict", "gone")

# Time for Xen to print what it knows after a crash or a panic (seconds).
_GRACE = 2.0

_BUILDING = "*** Building a"


class Boot:
    """One boot of Xen, from QEMU's start to a verdict.

    `titles` are those of the image's cases.  `console` is what was printed
    before, when a saved state goes on.  `domain` is the one that runs the
    image; of several images, the one that says what those with the `roles`
    print.
    """

    def __init__(self, xen: XenLog, deadline: Deadline,
                 titles: Sequence[str], console: bytes = b"",
                 domain: int = 0, roles: Sequence[str] = ()) -> None:
        self.console = (RolesConsole(roles, domain, titles) if roles
                        else Console(domain, titles))
        self.verdict: Optional[Verdict] = None
        self.reason = ""
        self._xen = xen
        self._deadline = deadline
        self._grace: Optional[Deadline] = None
        self.wanted_seconds = 0.0
        self.passed: Callable[[str], None] = lambda name: None
        self._guest_spoke = False
        self._building = False
        self._alarms: List[str] = []
        if console:
            self._take(console)
            self._guest_spoke = False

    @property
    def is_suspicious(self) -> bool:
        """Whether the machine failed before the guest could say a word."""
        return (self.verdict in (Verdict.CRASH, Verdict.TIMEOUT)
                and not self._guest_spoke)

    @property
    def is_before_dom0(self) -> bool:
        """Whether Xen went down before it began to build dom0."""
        return self.verdict is Verdict.CRASH and not self._building

    def result(self, instance: Instance) -> Optional[Result]:
        """Return the instance's result; None if it was interrupted."""
        if self.verdict is None:
            return None
        result = Result(instance, self.verdict, self.reason,
                        self.console.cases, self.console.log)
        result.wanted_seconds = self.wanted_seconds
        if self.verdict is not Verdict.CRASH:   # whose reason has it
            result.notes = alarms(self._alarms)
        return result

    def follow(self, child: Child, stop: Stop) -> None:
        """Read the console until there is a verdict, or `stop` is set."""
        while self.verdict is None and not stop.is_set:
            limit = self._grace or self._deadline
            data = child.read(max(0.0, limit.remaining()), stop)
            if data:
                self._take(data)
            elif data == b"":
                child.wait(1.0)
                self._qemu_ended(child)
            elif limit.is_over(child.pid) and not stop.is_set:
                self._time_over()

    def _take(self, data: bytes) -> None:
        for line in self.console.feed(data):
            self._xen.feed(line)
            if line.xen and line.text.startswith(_BUILDING):
                self._building = True
                self.passed(BUILDING)
            if line.xen and self._building:
                self._alarms += alarms([line.text])
            if not line.xen and line.text and not self._guest_spoke:
                self._guest_spoke = True
                self.passed(SPEAKING)
        if self.console.verdict is not None:
            self._end(self.console.verdict, self.console.reason)
        elif self._xen.unsupported:
            self._end(Verdict.SKIP, self._xen.unsupported)
        elif self._xen.ended:
            self._end(Verdict.CRASH, self._xen.ended)
        elif self.console.log.total > FLOOD_BYTES:
            self._end(Verdict.CRASH, FLOOD)
        elif self._xen.ending and self._grace is None:
            self._grace = Deadline(_GRACE)

    def _end(self, verdict: Verdict, reason: str) -> None:
        self.verdict = verdict
        self.reason = reason

    def _time_over(self) -> None:
        if self._grace is not None:
            self._end(Verdict.CRASH, self._xen.conclude())
        else:
            self._end(Verdict.TIMEOUT, "no verdict within the time limit"
                      + self.console.missing())

    def _qemu_ended(self, child: Child) -> None:
        words = child.errors.decode("utf-8", "replace").split("\n")
        # QEMU's remark that an icount machine slept is no news.
        words = [word for word in words
                 if word.strip() and "icount sleep disabled" not in word]
        reason = self._xen.conclude()
        if child.returncode:
            how = (f"signal {-child.returncode}" if child.returncode < 0
                   else f"status {child.returncode}")
            said = f": {' '.join(words)}" if words else ""
            reason = reason or f"QEMU ended with {how}{said}"
        self._end(Verdict.CRASH,
                  reason or "the machine reset without a verdict")
