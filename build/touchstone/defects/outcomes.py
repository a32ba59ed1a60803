# SPDX-License-Identifier: BSD-2-Clause
"""What became of defects: as JSON, put together again, and in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from ..base.verdict import RunnerError
from ..runs import shard
from .rules import Defect
from .trial import Outcome

# How a defect ends, and whether that can be told of a whole run.
_STATES = ("caught", "escaped", "no test", "unusable")


def document(version: str, seconds: float, defects: Sequence[Defect],
             outcomes: Mapping[str, Outcome], selection: Sequence[str],
             part: Optional[shard.Shard]) -> Dict[str, Any]:
    """Return what --json writes: docs/defects.md describes it.

    `selection` has the names of all defects, those of other shards, too.
    """
    return {
        "hypervisor": version,
        "seconds": round(seconds, 1),
        "selection": list(selection),
        "shard": {"index": part.index, "total": part.total} if part else None,
        "defects": {defect.name: {
            "subject": defect.subject, "kind": defect.kind, "by": defect.by,
            "what": defect.what, **outcomes[defect.name]._asdict(),
        } for defect in defects if defect.name in outcomes},
    }


def text(whole: Mapping[str, Any]) -> str:
    """Return a document as the text of a file."""
    return json.dumps(whole, indent=1) + "\n"


def load(path: Path) -> Tuple[str, Dict[str, Any]]:
    """Read what --json wrote; RunnerError if the file is something else."""
    return str(path), shard.read_part(path, "outcomes of defects")


def merge(parts: Sequence[Tuple[str, Dict[str, Any]]]) -> Dict[str, Any]:
    """Put parts together; RunnerError if they do not belong together.

    `selection` of the result are all defects; those without an outcome are
    missing.
    """
    first_name, first = parts[0]
    defects: Dict[str, Any] = {}
    for name, part in parts:
        for key, what in (("hypervisor", "one hypervisor"),
                          ("selection", "one selection")):
            if part[key] != first[key]:
                raise RunnerError(f"{first_name} and {name} are not of"
                                  f" {what}")
        for defect, outcome in part["defects"].items():
            if defect in defects:
                raise RunnerError(f"{defect} is in {name} and in another"
                                  " file")
            defects[defect] = outcome
    return {**first, "seconds": max(part["seconds"] for _, part in parts),
            "shard": None,
            "defects": {name: defects[name] for name in first["selection"]
                        if name in defects}}


def missing(parts: Sequence[Tuple[str, Dict[str, Any]]]) -> Sequence[str]:
    """Return the shards that are not among the parts, as I/N."""
    return shard.missing([part["shard"] for _, part in parts])


def summary(whole: Mapping[str, Any], planned: int) -> str:
    """Return one line: how many of the planned ones were caught, and how."""
    found = list(whole["defects"].values())
    count = {state: sum(one["status"] == state for one in found)
             for state in _STATES}
    by: Dict[str, int] = {}
    for one in found:
        if one["status"] == "caught":
            by[one["verdict"]] = by.get(one["verdict"], 0) + 1
    how = ", ".join(f"{number} {verdict}"
                    for verdict, number in sorted(by.items()))
    line = (f"{len(found)} of {planned} defects: {count['caught']} caught"
            + (f" ({how})" if how else "") + f", {count['escaped']} escaped")
    for state in _STATES[2:]:
        if count[state]:
            line += f", {count[state]} {state}"
    return f"{line}; {whole['seconds']:.0f} s"


def exit_status(whole: Mapping[str, Any]) -> int:
    """Return the exit status for what became of all of them."""
    states = {one["status"] for one in whole["defects"].values()}
    if states & {"no test", "unusable"}:
        return 4
    return 5 if "escaped" in states else 0
