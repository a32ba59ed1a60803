# SPDX-License-Identifier: BSD-2-Clause
"""What Xen itself says while instances run: `xl dmesg`, read by position.

Xen's log is a ring that everybody reads whole.  What is new is what follows
the longest end of the last reading with which this one begins.
"""

import re
import threading
from typing import Callable, List

# Lines of Xen that say that something is wrong with Xen.
_ALARM = re.compile(
    r"\bXen WARN at|\bXen BUG at|Assertion '.*' failed|\bUBSAN:"
    r"|\bKASAN:|FATAL (?:TRAP|PAGE FAULT)|Panic on CPU|Error: .*lock"
    r"|\bWatchdog timer detects")
# Why a domain went down; %d is its number.
_CAUSE = (r"(?:\bd%d(?:v\d+)?\b|[Dd]omain %d\b).*"
          r"(?:crash|Triple fault|[Uu]nhandled|fault|Failed vm entry|reboot"
          r"|shutdown)")
_XEN = re.compile(r"\(XEN\) (?:\[[^\]]*\] ?)?")
_GUEST = re.compile(r"\(d\d+\)|d\d+v\d+: ")

# Lines that are kept of what was new, and shown of it.
_KEPT_LINES = 4000
_SHOWN_LINES = 20


def news(old: str, new: str) -> str:
    """Return what a reading holds that the reading before did not."""
    if new.startswith(old):
        return new[len(old):]
    # The ring has wrapped around: `new` begins somewhere within `old`.
    head = new[:200]
    at = old.find(head)
    while at >= 0:
        if new.startswith(old[at:]):
            return new[len(old) - at:]
        at = old.find(head, at + 1)
    # A short rest of `old` at the beginning of `new`, or none at all.
    for at in range(max(0, len(old) - len(head)), len(old)):
        if new.startswith(old[at:]):
            return new[len(old) - at:]
    return new


def xen_lines(text: str) -> List[str]:
    """Return Xen's own lines of a log, without prefix and guests' lines."""
    lines = []
    for line in re.split(r"[\r\n]+", text):
        match = _XEN.match(line)
        if match is not None and not _GUEST.match(line, match.end()):
            lines.append(line[match.end():].rstrip())
    return lines


class HypervisorLog:
    """Follows Xen's log; a position in it is a number of lines."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._text: List[str] = []      # the last reading, if there was one
        self._lines: List[str] = []
        self._dropped = 0

    def refresh(self) -> None:
        """Read the log; the first reading is where all begins."""
        with self._lock:
            text = self._read()
            if not text:
                return
            # The last line may not be whole yet.
            text = text[:text.rfind("\n") + 1]
            if self._text:
                self._lines += xen_lines(news(self._text[0], text))
                excess = max(0, len(self._lines) - _KEPT_LINES)
                del self._lines[:excess]
                self._dropped += excess
            self._text = [text]

    def position(self) -> int:
        """Return the number of lines so far, as of the last reading."""
        with self._lock:
            return self._dropped + len(self._lines)

    def since(self, position: int) -> List[str]:
        """Return Xen's lines that came since a position."""
        with self._lock:
            return self._lines[max(0, position - self._dropped):]


def alarms(lines: List[str]) -> List[str]:
    """Return the lines that say that something is wrong with Xen."""
    found = [line for line in lines if _ALARM.search(line)]
    if len(found) > _SHOWN_LINES:
        more = len(found) - _SHOWN_LINES
        found = found[:_SHOWN_LINES] + [f"... and {more} more such lines"]
    return found


def cause(lines: List[str], domid: int) -> str:
    """Return the first line that tells why a domain went down; or ""."""
    pattern = re.compile(_CAUSE.replace("%d", str(domid)))
    return next((line for line in lines if pattern.search(line)), "")
