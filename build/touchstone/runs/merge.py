# SPDX-License-Identifier: BSD-2-Clause
"""Several saved runs put together: the shards of one, or parts of any kind."""

from typing import Dict, List, Sequence, Tuple

from ..base.verdict import RunnerError
from .record import Run
from .shard import missing as missing_shards


def merge(runs: Sequence[Tuple[str, Run]]) -> Run:
    """Return one run of all results; each comes with the name of its file.

    RunnerError if they do not belong together.  What no part has a result of
    is planned all the same, so that the whole is not complete.
    """
    _check(runs)
    about = dict(runs[0][1].about)
    about["started"] = min(run.about.get("started", "") for _, run in runs)
    about["merged"] = [name for name, _ in runs]
    about["shard"] = None
    about["rounds-planned"] = None
    shards = [run.about.get("shard") for _, run in runs]
    planned: List[str] = list(dict.fromkeys(
        name for shard, (_, run) in zip(shards, runs)
        for name in (shard["selection"] if shard else run.planned)))
    whole = Run(about, planned)
    for _, run in runs:
        for result in run.results:
            whole.add(result)
    whole.seconds = max(run.seconds for _, run in runs)
    return whole


def _check(runs: Sequence[Tuple[str, Run]]) -> None:
    versions = {run.about.get("xen-version", ""): name for name, run in runs}
    if len(versions) > 1:
        raise RunnerError("these runs are not of one Xen: " + ", ".join(
            f"{name}: {version or 'unknown'}"
            for version, name in versions.items()))
    seen: Dict[str, str] = {}
    selections: Dict[Tuple[str, ...], str] = {}
    for name, run in runs:
        for planned in run.planned:
            if planned in seen:
                raise RunnerError(f"{planned} is in both {seen[planned]} and"
                                  f" {name}")
            seen[planned] = name
        shard = run.about.get("shard")
        if shard:
            key = (str(shard["total"]), *shard["selection"])
            selections.setdefault(key, name)
    if len(selections) > 1:
        raise RunnerError("these are shards of different runs: "
                          + " and ".join(selections.values()))


def missing(runs: Sequence[Tuple[str, Run]]) -> List[str]:
    """Return the shards that there should be, and are not, as `I/N`."""
    return missing_shards([run.about.get("shard") for _, run in runs])
