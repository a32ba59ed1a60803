# SPDX-License-Identifier: BSD-2-Clause
"""The records of Xen's history: build/history.d/*.ini, a section a commit.

docs/history.md describes the keys; quiet.txt lists the commits to the same
files that no guest can notice.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

from ..base import inifile

# How an interface broke, or that it only changed, and what that means.
KINDS: Dict[str, str] = {
    "input": "an argument, a reference or a page is used without a check",
    "bound": "a limit is off by one, or a number is cut or wraps",
    "count": "a reference or a pin is taken and not given back, or twice",
    "race": "something changes between a check and a use, or a lock is"
            " dropped in between",
    "lock": "a lock is missing, taken in another order, or kept",
    "order": "another processor sees two writes in the wrong order",
    "lifetime": "state outlives a reset, a close, a change of version, a"
                " domain; or ends before its user does",
    "error-path": "the way out of a failure undoes too much or too little",
    "event": "an event is lost, comes twice, or comes to the wrong place",
    "irq-state": "an event meets an interrupt controller that is off, masked"
                 " or busy",
    "preempt": "an operation is continued in the wrong place, or never",
    "long": "a guest decides how long Xen works without a pause",
    "compat": "the 32-bit layer does otherwise than the 64-bit code",
    "memory": "an allocation fails, and what follows does not know",
    "answer": "the effect is right and the errno, status or output is not",
    "leak": "Xen writes or tells more than the operation says",
    "assert": "a guest reaches an assertion or a BUG of Xen's",
    "policy": "a change of who may do what, or how much: no defect",
    "interface": "a new operation or another implementation: no defect",
    "performance": "a change of cost alone: no defect",
}

NO_DEFECT = ("policy", "interface", "performance")

_KEYS = {"date", "advisory", "kind", "before", "now", "since", "backports",
         "caught", "unseen", "open"}
_COMMIT = re.compile(r"[0-9a-f]{10}")


class Record(NamedTuple):
    """One commit that altered what a guest can see."""

    commit: str
    subject: str
    date: str
    advisory: str
    kind: str
    before: str
    now: str
    since: str
    backports: Tuple[str, ...]
    fate: str           # caught, unseen or open
    by: str             # the tests, or the reason


def _record(section: inifile.Section) -> Record:
    if not _COMMIT.fullmatch(section.name):
        raise section.fault("a section is the first ten digits of a commit")
    if section["kind"] not in KINDS:
        raise section.fault(f"unknown kind {section['kind']}")
    fates = [key for key in ("caught", "unseen", "open") if key in section]
    if len(fates) != 1:
        raise section.fault("needs one of caught, unseen and open")
    return Record(section.name, section.path.stem, section.get("date"),
                  section.get("advisory"), section["kind"], section["before"],
                  section["now"], section.get("since"),
                  section.words("backports"), fates[0], section[fates[0]])


def load(directory: Path) -> List[Record]:
    """Return all records, by file, then by date.

    Raises RunnerError for a file that breaks the format.
    """
    return [_record(section) for section in inifile.read_all(
        directory, _KEYS, ("kind", "before", "now"))]


def quiet(directory: Path) -> Dict[str, str]:
    """Return the commits that no guest can notice, and why."""
    found: Dict[str, str] = {}
    for line in (directory / "quiet.txt").read_text("utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            commit, _, why = line.partition(" ")
            found[commit] = why.strip()
    return found
