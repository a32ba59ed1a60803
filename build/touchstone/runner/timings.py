# SPDX-License-Identifier: BSD-2-Clause
"""What instances took in earlier runs: seconds, and processors kept busy."""

import json
import os
from pathlib import Path
from typing import Dict, Iterable, NamedTuple, Optional

from ..base.verdict import Result, Verdict

# An instance shorter than this (in seconds) tells nothing about processors.
_TELLING = 1.0

_USUAL = (Verdict.SUCCESS, Verdict.SKIP)


class Timing(NamedTuple):
    """An instance's duration, and how many processors it used meanwhile."""

    seconds: float
    processors: Optional[float] = None


class Timings:
    """A file with the timings of instances, by kind of host and name.

    Several runners may write it: each replaces it as a whole, so that an
    update may be lost, but never half of one.
    """

    def __init__(self, file: Path, kind: str) -> None:
        self._file = file
        self._kind = kind
        self._known = self._read().get(kind, {})

    def get(self, name: str) -> Optional[Timing]:
        """Return an instance's timing; None if it is not known."""
        entry = self._known.get(name)
        try:
            return None if entry is None else Timing(
                float(entry[0]),
                None if entry[1] is None else float(entry[1]))
        except (TypeError, ValueError, IndexError, KeyError):
            return None

    def save(self, results: Iterable[Result]) -> None:
        """Take the results of a run in; a file that resists stays as it is."""
        fresh = {result.instance.name: list(self._merged(result))
                 for result in results
                 if result.verdict in _USUAL and result.log is not None}
        if not fresh:
            return
        document = self._read()
        document.setdefault(self._kind, {}).update(fresh)
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(document))
            partial.replace(self._file)
        except OSError:
            pass

    def _merged(self, result: Result) -> Timing:
        """Return a timing that follows the last runs, the latest most."""
        before = self.get(result.instance.name)
        seconds = result.seconds
        processors = before.processors if before else None
        if seconds >= _TELLING and result.wanted_seconds:
            busy = result.wanted_seconds / seconds
            processors = max(busy, (busy + processors) / 2
                             if processors else 0.0)
        if before is not None:
            seconds = (seconds + before.seconds) / 2
        return Timing(round(seconds, 3),
                      None if processors is None else round(processors, 2))

    def _read(self) -> Dict[str, dict]:
        try:
            document = json.loads(self._file.read_text())
            if all(isinstance(entry, dict) for entry in document.values()):
                return document
        except (OSError, ValueError, AttributeError):
            pass
        return {}
