# SPDX-License-Identifier: BSD-2-Clause
"""A guest's console as a stream: lines, cases, the verdict, a bounded log.

Bytes go in as they arrive; out come whole lines, told apart into what the
hypervisor said and what the guest said.  Memory stays bounded whatever a
guest prints.
"""

import re
from collections import deque
from typing import Deque, Dict, List, NamedTuple, Optional, Sequence

from ..base.verdict import Case, Verdict

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 256 * 1024

# Longer lines are cut: no line of the protocol comes near this.
LINE_BYTES = 4096

_LINE_END = re.compile(rb"[\r\n]+")
_XEN = re.compile(r"\(XEN\) (?:\[[^\]]*\] ?)?")
_DOMAIN = re.compile(r"\(d(\d+)\) (?:\[[^\]]*\] ?)?")
_VERDICT = re.compile(
    r"Test result: (?:(SUCCESS)(?: with warnings)?|(SKIP|ERROR|FAILURE))")
_CASE = re.compile(r"(PASS|FAIL|SKIP|ERROR): (.+)")
_REPORT = re.compile(r"(?:Failure|Error|Skip|Warning|PANIC): .+")


def is_guest_line(text: str) -> bool:
    """Tell whether a console line is a guest's, not the hypervisor's own."""
    xen = _XEN.match(text)
    return xen is None or _DOMAIN.match(text, xen.end()) is not None


class BoundedLog:
    """The first 64 KiB and the last 256 KiB of a byte stream."""

    def __init__(self) -> None:
        self.total = 0
        self._head = bytearray()
        self._tail: Deque[bytes] = deque()
        self._tail_bytes = 0

    def append(self, data: bytes) -> None:
        """Add to the end; the middle of the stream gives way."""
        self.total += len(data)
        room = HEAD_BYTES - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_bytes += len(data)
            while self._tail_bytes - len(self._tail[0]) >= TAIL_BYTES:
                self._tail_bytes -= len(self._tail.popleft())

    def text(self) -> str:
        """Return what is kept as text, with a note where the middle went."""
        tail = b"".join(self._tail)[-TAIL_BYTES:]
        elided = self.total - len(self._head) - len(tail)
        note = f"\n[... {elided} bytes left out ...]\n" if elided else ""
        text = (self._head.decode("utf-8", "replace") + note
                + tail.decode("utf-8", "replace"))
        return re.sub("\r\n|\n\r|\r", "\n", text)

    def last_lines(self, count: int) -> List[str]:
        """Return the last lines that hold anything, without their ends."""
        return self._recent()[-count:]

    def last_guest_lines(self, count: int) -> List[str]:
        """Return the last lines that the guest printed and that hold anything.

        Only as far back as reasonable: 64 KiB.
        """
        return [line for line in self._recent()
                if is_guest_line(line)][-count:]

    def _recent(self) -> List[str]:
        tail = b"".join(self._tail) if self._tail else bytes(self._head)
        lines = tail[-HEAD_BYTES:].decode("utf-8", "replace")
        return [line for line in
                (line.rstrip() for line in re.split(r"[\r\n]+", lines))
                if line]


class Line(NamedTuple):
    """One complete line; `xen` is set if the hypervisor wrote (part of) it.

    For `xen` lines, `text` is what follows the hypervisor's prefix.
    """

    text: str
    xen: bool


class Console:
    """The console stream of one instance.

    A guest's lines arrive bare, or through the hypervisor's log behind a
    `(d<domain>)` prefix.  An image may use both ways at once; the case lines
    are kept apart by way, so that none counts twice.  `domain` is the one
    whose prefix counts; with None, only bare lines do.  `titles` are those
    of the image's cases, as far as it tells them.
    """

    def __init__(self, domain: Optional[int] = 0,
                 titles: Sequence[str] = ()) -> None:
        self.log = BoundedLog()
        self.verdict: Optional[Verdict] = None
        self.reason = ""
        self._domain = domain
        self._titles = titles
        self._partial = b""
        self._cut = False
        self._cases: Dict[str, List[Case]] = {}
        self._reports: Dict[str, List[str]] = {}
        self._way = ""

    @property
    def cases(self) -> List[Case]:
        """Case lines so far: those that came the way the verdict came."""
        if self._way:
            return self._cases.get(self._way, [])
        return max(self._cases.values(), key=len, default=[])

    @property
    def record(self) -> BoundedLog:
        """The log to show with the result."""
        return self.log

    @property
    def unfinished(self) -> str:
        """The line that has no end yet."""
        return self._partial.decode("utf-8", "replace")

    @property
    def reports(self) -> List[str]:
        """Lines of the guest that explain its verdict (`Failure: …`)."""
        if self._way:
            return self._reports.get(self._way, [])
        return max(self._reports.values(), key=len, default=[])

    def missing(self) -> str:
        """Return which of several domains gave no verdict, for a sentence."""
        return ""

    def feed(self, data: bytes) -> List[Line]:
        """Take bytes as they came; return the lines that they complete.

        Lines after the verdict line are not looked at any more.
        """
        self.log.append(data)
        if self.verdict is not None:
            return []
        # LF, CR LF, LF CR, CR: each ends a line, and empty ones say nothing.
        pieces = _LINE_END.split(self._partial + data)
        self._partial = pieces.pop()
        lines: List[Line] = []
        for piece in pieces:
            whole = not self._cut
            self._cut = False
            lines.append(self._line(piece[:LINE_BYTES], whole))
            if self.verdict is not None:
                return lines
        if len(self._partial) > LINE_BYTES:
            lines.append(self._line(self._partial[:LINE_BYTES], False))
            self._partial = b""
            self._cut = True
        return lines

    def _line(self, raw: bytes, whole: bool) -> Line:
        text = raw.decode("utf-8", "replace")
        xen = _XEN.match(text)
        rest = text[xen.end():] if xen else text
        domain = _DOMAIN.match(rest)
        if domain is not None:
            if whole and int(domain[1]) == self._domain:
                self._guest_line(rest[domain.end():], "log")
            return Line(rest, False)
        if xen is None:
            if whole:
                self._guest_line(text, "bare")
            # The hypervisor may speak up in the middle of a guest's line.
            xen = _XEN.search(text)
            if xen is None:
                return Line(text, False)
        return Line(text[xen.end():], True)

    def _guest_line(self, text: str, way: str) -> None:
        verdict = _VERDICT.fullmatch(text)
        if verdict is not None:
            self.verdict = Verdict[verdict[1] or verdict[2]]
            self._way = way
            self.reason = self._explain(way)
            return
        case = _CASE.fullmatch(text)
        if case is not None:
            cases = self._cases.setdefault(way, [])
            if len(cases) < 10000:
                cases.append(Case.of_line(case[1], case[2], self._titles))
        elif _REPORT.fullmatch(text) is not None:
            reports = self._reports.setdefault(way, [])
            if len(reports) < 100:
                reports.append(text)

    def _explain(self, way: str) -> str:
        """Return the line that best tells why the verdict is what it is."""
        status = {Verdict.SKIP: "SKIP", Verdict.ERROR: "ERROR",
                  Verdict.FAILURE: "FAIL"}.get(self.verdict)
        if status is None:
            return ""
        words = {"SKIP": ("Skip: ",), "ERROR": ("Error: ", "PANIC: "),
                 "FAIL": ("Failure: ",)}[status]
        for report in self._reports.get(way, []):
            if report.startswith(words):
                return report.partition(": ")[2]
        for case in self._cases.get(way, []):
            if case.status == status:
                return case.text
        return ""
