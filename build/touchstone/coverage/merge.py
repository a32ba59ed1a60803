# SPDX-License-Identifier: BSD-2-Clause
"""Coverage of several machines put together: --merge of build/coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from ..base.verdict import RunnerError
from ..runs import shard
from .analysis import FileCoverage
from .render import Tests

# A file that coverage.json was read from, and what is in it.
Part = Tuple[str, Dict[str, Any]]


class Whole(NamedTuple):
    """All parts together; `missing` are instances that no part ran."""

    hypervisor: str
    files: List[FileCoverage]
    tests: Tests
    verdicts: Dict[str, str]
    missing: List[str]
    shards: List[str]       # those that are missing, as I/N


def load(path: Path) -> Part:
    """Read coverage.json, or that of a directory; RunnerError if it fails."""
    if path.is_dir():
        path = path / "coverage.json"
    return str(path), shard.read_part(path, "coverage data")


def merge(parts: Sequence[Part]) -> Whole:
    """Put parts together; RunnerError if they do not belong together."""
    try:
        return _merge(parts)
    except (KeyError, TypeError, AttributeError) as error:
        raise RunnerError(f"no coverage data: {type(error).__name__}: {error}"
                          ) from None


def _merge(parts: Sequence[Part]) -> Whole:
    first_name, first = parts[0]
    verdicts: Dict[str, str] = {}
    for name, part in parts:
        if (part["hypervisor"] != first["hypervisor"]
                or _lines(part) != _lines(first)):
            raise RunnerError(f"{first_name} and {name} are not of one"
                              " hypervisor and the same files of it")
        if part["selection"] != first["selection"]:
            raise RunnerError(f"{first_name} and {name} are parts of different"
                              " runs")
        for instance, verdict in part["instances"].items():
            if instance in verdicts:
                raise RunnerError(f"{instance} is in {name} and in another"
                                  " file")
            verdicts[instance] = verdict
    files = [_file(path, [part["files"][path] for _, part in parts])
             for path in first["files"]]
    tests = {path: _tests([part["files"][path] for _, part in parts])
             for path in first["files"]}
    return Whole(first["hypervisor"], files, tests, verdicts,
                 [name for name in first["selection"] if name not in verdicts],
                 shard.missing([part["shard"] for _, part in parts]))


def _lines(part: Mapping[str, Any]) -> Dict[str, List[str]]:
    """Return which lines of which files have code."""
    return {path: [entry["source"], *entry["reached-by"]]
            for path, entry in part["files"].items()}


def _file(path: str, entries: Sequence[Mapping[str, Any]]) -> FileCoverage:
    found = FileCoverage(path)
    for entry in entries:
        for line, environments in entry["reached-by"].items():
            found.lines.setdefault(int(line), set()).update(environments)
    if entries[0]["text"]:
        found.attach(entries[0]["text"])
    return found


def _tests(entries: Sequence[Mapping[str, Any]]) -> Dict[str, List[str]]:
    found: Dict[str, set] = {}
    for entry in entries:
        for function in entry["functions"]:
            found.setdefault(function["name"], set()).update(
                function["tests"])
    return {name: sorted(tests) for name, tests in found.items()}
