# SPDX-License-Identifier: BSD-2-Clause
"""A run spread over several machines: which part of it is this one's.

Each instance is in one part, whatever the machines are: the split depends on
nothing but the selection, the number of parts, and the times that are given.
"""

import json
import statistics
from pathlib import Path
from typing import (
    Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, TypeVar)

from ..base.verdict import RunnerError, UsageError
from .record import Run


# What has a `name`.
Named = TypeVar("Named", bound=Any)


class Shard(NamedTuple):
    """Part `index`, from 1, of `total`; `source` is what asked for it."""

    index: int
    total: int
    source: str

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"


def parse(text: str, source: str = "--shard") -> Shard:
    """Return the shard of `I/N`; UsageError if there is no such."""
    index, slash, total = text.partition("/")
    try:
        shard = Shard(int(index), int(total), source)
    except ValueError:
        shard = Shard(0, 0, source)
    if not slash or not 1 <= shard.index <= shard.total:
        raise UsageError(f"{source}: {text} is not I/N with I from 1 to N")
    return shard


def from_environment(variables: Mapping[str, str]) -> Optional[Shard]:
    """Return the shard that the system around this one asks for.

    Bazel and those who follow it count from 0, and learn by a file that this
    was understood; GitLab, Buildkite's knapsack and others count from 1.
    """
    total = variables.get("TEST_TOTAL_SHARDS")
    if total is not None:
        index = variables.get("TEST_SHARD_INDEX", "")
        source = "TEST_SHARD_INDEX and TEST_TOTAL_SHARDS"
        if not index.isdigit():
            raise UsageError(f"{source}: {index or 'nothing'} is not a number")
        shard = parse(f"{int(index) + 1}/{total}", source)
        status = variables.get("TEST_SHARD_STATUS_FILE")
        if status:
            try:
                Path(status).touch()
            except OSError as error:
                raise RunnerError(f"cannot write {status}: {error.strerror}"
                                  ) from None
        return shard
    index, total = (variables.get(f"CI_NODE_{name}")
                    for name in ("INDEX", "TOTAL"))
    if index is None or total is None:
        return None
    return parse(f"{index}/{total}", "CI_NODE_INDEX and CI_NODE_TOTAL")


def asked_for(text: Optional[str],
              variables: Mapping[str, str]) -> Optional[Shard]:
    """Return the shard of --shard, or else of the system around this one."""
    return parse(text) if text else from_environment(variables)


def select(items: Sequence[Named], shard: Shard,
           seconds: Mapping[str, float]) -> List[Named]:
    """Return the instances of a shard, or whatever has a name, in their order.

    The longest first, each goes to the shard that has least so far.
    `seconds` are those of earlier runs; what is not in there counts as usual.
    """
    usual = statistics.median(seconds.values()) if seconds else 1.0
    cost = {item.name: max(seconds.get(item.name, usual), 0.001)
            for item in items}
    loads = [0.0] * shard.total
    own = set()
    for name in sorted(cost, key=lambda one: (-cost[one], one)):
        least = loads.index(min(loads))
        loads[least] += cost[name]
        if least == shard.index - 1:
            own.add(name)
    return [item for item in items if item.name in own]


def missing(shards: Sequence[Optional[Mapping[str, Any]]]) -> List[str]:
    """Return those that there should be and are not, as `I/N`.

    Each is an object with `index` and `total`, or None for what is no shard.
    """
    known = [shard for shard in shards if shard]
    if not known:
        return []
    there = {shard["index"] for shard in known}
    total = known[0]["total"]
    return [f"{index}/{total}" for index in range(1, total + 1)
            if index not in there]


def times(run: Run) -> Dict[str, float]:
    """Return what each instance of a saved run took."""
    return {result.instance.name: result.seconds for result in run.results}


def read_part(path: Path, what: str) -> Dict[str, Any]:
    """Read the document that one part of a count wrote.

    RunnerError if there is no file, or it is not `what` of such a part.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        if "selection" not in document:
            raise ValueError("it was written by an earlier version")
    except OSError as error:
        raise RunnerError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError) as error:
        raise RunnerError(f"{path}: no {what}: {error}") from None
    return document
