# SPDX-License-Identifier: BSD-2-Clause
"""docs/history.md, made of the records."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Dict, List, Sequence

from ..defects import rules
from .records import KINDS, NO_DEFECT, Record

_SUBJECTS = {
    "grant-table": "Grant tables",
    "event-channel": "Event channels",
    "argo": "Argo",
    "pv-mapping": "Mapped grants of PV guests",
    "memory": "Frames of the grant table, placed by XENMEM_ operations",
    "upcalls": "Upcalls",
    "vcpu": "vCPUs: registered areas, poll, timers",
    "calls": "Hypercalls: batches and continuations",
}

_HEAD = """\
# What Xen changed, and what would notice if it were undone

Made by `build/history` from `build/history.d/*.ini`, a section a commit:

| key | meaning |
| --- | --- |
| `date` | when it was committed to Xen's master branch |
| `advisory` | the number of the Xen Security Advisory, if there is one |
| `kind` | one of the kinds at the end of this page |
| `before`, `now` | what a guest sees without the change, and with it |
| `since`, `backports` | the first release of the master branch that has it;\
 the first release of each older branch that has it too |
| `caught` | the tests, or a test and its case, that notice when it is undone |
| `unseen` | why no guest, or no guest that this project can make, notices |
| `open` | what a test of it needs that this project does not have yet |

Of these files of Xen, every commit of the master branch since January 2012 is
either here or in `build/history.d/quiet.txt`, which holds those that change
no answer and no effect, with the reason: common/grant_table.c,
event_channel.c, event_2l.c, event_fifo.c, argo.c, multicall.c, their compat
layers, the headers of these, and the PV and HVM grant mapping of x86. Of files
that carry these interfaces and much else (memory.c, domain.c, the schedulers,
p2m, the local APIC), the commits that concern them are chosen by what they
say. `build/history --audit GIT` compares the list with a copy of Xen's git
repository and fills in the releases.

"Caught" names the test that covers the behaviour. Where a rule of
[build/defects.d](defects.md) undoes the very commit (the column "undone by"),
`build/defects NAME` shows whether the test notices.
"""


def undo_rules(directory: Path) -> Dict[str, List[str]]:
    """Return the rules of build/defects.d that undo commits, by commit."""
    found: Dict[str, List[str]] = {}
    for defect in rules.load(directory):
        for commit in defect.undoes:
            found.setdefault(commit, []).append(defect.name)
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _releases(record: Record) -> str:
    if not record.since:
        return ""
    return ", ".join((record.since,) + record.backports)


def _fate(record: Record) -> str:
    if record.fate == "caught":
        return record.by
    if record.fate == "unseen":
        return f"*not seen*: {record.by}"
    return f"**open**: {record.by}"


def _table(records: Sequence[Record], rules: Dict[str, List[str]]) -> str:
    lines = ["| commit | date | XSA | kind | before | now | since"
             " | caught by | undone by |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for record in sorted(records, key=lambda r: (r.date, r.commit)):
        undone = ", ".join(f"`{r}`" for r in rules.get(record.commit, []))
        cells = [f"`{record.commit}`", record.date, record.advisory,
                 record.kind, record.before, record.now, _releases(record),
                 _fate(record), undone]
        lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    return "\n".join(lines) + "\n"


def _kinds(records: Sequence[Record], lessons: Dict[str, str]) -> str:
    count = Counter(record.kind for record in records)
    advisories = Counter(record.kind for record in records
                         if record.advisory)
    lines = ["## How these interfaces broke in fourteen years\n",
             "| kind | commits | with an XSA | what goes wrong"
             " | what it taught the tests |",
             "| --- | --- | --- | --- | --- |"]
    order = sorted(KINDS, key=lambda k: (k in NO_DEFECT, -count[k], k))
    for kind in order:
        lines.append(f"| {kind} | {count[kind]} | {advisories[kind]}"
                     f" | {KINDS[kind]} | {lessons.get(kind, '')} |")
    return "\n".join(lines) + "\n"


def render(records: Sequence[Record], rules: Dict[str, List[str]],
           lessons: Dict[str, str]) -> str:
    """Return the whole page."""
    fates = Counter(record.fate for record in records)
    undone = sum(record.commit in rules for record in records)
    out = [_HEAD,
           f"{len(records)} commits: {fates['caught']} caught, of which"
           f" {undone} have a rule that undoes them; {fates['unseen']} that no"
           f" guest of this project can see; {fates['open']} open.\n"]
    for subject, title in _SUBJECTS.items():
        out.append(f"## {title}\n")
        out.append(_table([r for r in records if r.subject == subject],
                          rules))
    out.append(_kinds(records, lessons))
    return "\n".join(out)


def subjects() -> Sequence[str]:
    """Return the names that a file of records may have."""
    return tuple(_SUBJECTS)
