# SPDX-License-Identifier: BSD-2-Clause
"""The outcomes that instances had on one hypervisor, kept in a JSON file.

An outcome counts for the hypervisor, the options and the image that it was
seen with, and for no other: what has changed since is to be run again, and
the rest is not.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from ..runner.catalogue import Instance
from ..report.terminal import explain
from ..base.verdict import Result, Verdict

# Between two writes of the file while outcomes come in (seconds).
_SAVE_PERIOD = 2.0


class Outcome(NamedTuple):
    """How one run of an instance ended, and the first line that says why.

    `cases` are the lines of all cases that did not pass.  `known` is the hint
    of a defect that this release is known to have, if that is what shows.
    """

    verdict: Verdict
    why: str = ""
    cases: Sequence[str] = ()
    seconds: float = 0.0
    known: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the suite should not have ended so on this release."""
        return (self.verdict.exit_code > Verdict.SKIP.exit_code
                and not self.known)


def outcome_of(result: Result) -> Outcome:
    """Return the part of a result that is kept."""
    why = "" if result.verdict is Verdict.SUCCESS else \
        next(iter(explain(result)), "")
    return Outcome(result.verdict, why,
                   [f"{case.status}: {case.text}" for case in result.cases
                    if case.status != "PASS"],
                   round(result.seconds, 2),
                   result.hint if result.known else "")


class Store:
    """The outcomes on one hypervisor, as a file."""

    def __init__(self, path: Path, identity: Optional[str]) -> None:
        """Read the file, if what it holds is about `identity`.

        That names the hypervisor's bytes and the options of the runs; None
        takes whatever is there.
        """
        self._path = path
        self._saved = 0.0
        self._digests: Dict[Path, str] = {}
        self._data: Dict[str, Any] = {"identity": identity, "instances": {}}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(path.read_text("utf-8"))
            if identity in (None, data["identity"]):
                self._data = data

    def note(self, **members: object) -> None:
        """Keep something else about the hypervisor."""
        self._data.update(members)

    def noted(self, name: str) -> str:
        """Return what note() keeps under a name; "" if nothing."""
        return str(self._data.get(name, ""))

    def forget(self) -> None:
        """Drop all outcomes."""
        self._data["instances"] = {}

    def outcomes(self, instance: Instance) -> List[Outcome]:
        """Return the outcomes of an instance's image as it is now."""
        entry = self._data["instances"].get(instance.name, {})
        if entry.get("image") != self._digest(instance):
            return []
        return [Outcome(Verdict[run["verdict"]], run.get("why", ""),
                        run.get("cases", ()), run.get("seconds", 0.0),
                        run.get("known", ""))
                for run in entry["runs"]]

    def missing(self, instances: Sequence[Instance],
                runs: int) -> List[Instance]:
        """Return the instances that have less than so many outcomes."""
        return [instance for instance in instances
                if len(self.outcomes(instance)) < runs]

    def add(self, result: Result) -> None:
        """Keep another outcome; the file follows within seconds."""
        outcome = outcome_of(result)
        run: Dict[str, Any] = {"verdict": str(outcome.verdict),
                               "seconds": outcome.seconds}
        if outcome.why:
            run["why"] = outcome.why
        if outcome.cases:
            run["cases"] = list(outcome.cases)
        if outcome.known:
            run["known"] = outcome.known
        digest = self._digest(result.instance)
        entry = self._data["instances"].get(result.instance.name)
        if entry is None or entry["image"] != digest:
            entry = {"image": digest, "runs": []}
            self._data["instances"][result.instance.name] = entry
        entry["runs"].append(run)
        if time.monotonic() - self._saved >= _SAVE_PERIOD:
            self.save()

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        partial.write_text(json.dumps(self._data, indent=1) + "\n", "utf-8")
        partial.replace(self._path)
        self._saved = time.monotonic()

    def _digest(self, instance: Instance) -> str:
        """Return what identifies an image with its configuration.

        Both are read once: what runs is what was there at first.
        """
        return "-".join(self._digest_of(path)
                        for part in instance.parts
                        for path in (part.image, part.cfg))

    def _digest_of(self, path: Path) -> str:
        if path not in self._digests:
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
            self._digests[path] = hashlib.sha256(data).hexdigest()[:12]
        return self._digests[path]
