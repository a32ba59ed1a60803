# SPDX-License-Identifier: BSD-2-Clause
"""A run as a whole, and the file that --save makes of it: docs/reports.md.

The file is one JSON object.  It is whole at any time of the run: what ended
is in it, and its member `end` says whether the run did.
"""

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional

from ..base.verdict import Case, Ending, Result, RunnerError, Verdict
from ..runner.catalogue import Instance, Test
from ..runner.console import BoundedLog

FORMAT = "touchstone-run"
VERSION = 1

# Xen's first words on its console.
_BANNER = {
    "version": re.compile(r"^\(XEN\) (?:\[[^\]]*\] )?Xen version (\S+) ",
                          re.MULTILINE),
    "compiled": re.compile(r"^\(XEN\) (?:\[[^\]]*\] )?Xen version \S+ (.+)$",
                           re.MULTILINE),
    "changeset": re.compile(
        r"^\(XEN\) (?:\[[^\]]*\] )?Latest ChangeSet: (.+)$", re.MULTILINE),
    "build-id": re.compile(r"^\(XEN\) (?:\[[^\]]*\] )?build-id: (\w+)$",
                           re.MULTILINE),
}
_BANNER_BYTES = 4096


class Run:
    """What was to run, on what, and what became of it so far.

    `about` is what is known before the first instance ends; its members are
    those of the file.  `planned` are the names of all instances.
    """

    def __init__(self, about: Dict[str, Any], planned: List[str]) -> None:
        self.about = about
        self.planned = planned
        self.results: List[Result] = []
        self.seconds = 0.0
        self.xen: Dict[str, str] = {}

    def add(self, result: Result) -> None:
        """Take a result in."""
        self.results.append(result)
        if not self.xen and result.log is not None:
            self.xen = banner(result.log)

    @property
    def is_complete(self) -> bool:
        """Whether each instance has its result, of all rounds planned."""
        rounds = self.about.get("rounds-planned") or 0
        return (len(self.results) == len(self.planned)
                and self.about.get("rounds", 1) >= rounds)

    @property
    def exit_code(self) -> int:
        """The exit code for all results, the worst of which counts."""
        return max((result.exit_code for result in self.results), default=0)

    def in_order(self) -> List[Result]:
        """Return the results in the order of the selection."""
        place = {name: at for at, name in enumerate(self.planned)}
        return sorted(self.results,
                      key=lambda result: place[result.instance.name])

    def title(self) -> str:
        """Return one line that says what ran on what, and when."""
        return ", ".join(text for text in (
            self.about.get("description", ""), self.about.get("started", ""),
            f"{len(self.results)} of {len(self.planned)} instances"
            if not self.is_complete else
            f"{len(self.planned)} instances") if text)


def banner(log: BoundedLog) -> Dict[str, str]:
    """Return what Xen says of itself when it boots."""
    head = log.text()[:_BANNER_BYTES]
    found = {name: pattern.search(head) for name, pattern in _BANNER.items()}
    return {name: match[1].strip() for name, match in found.items() if match}


# --- to the file -----------------------------------------------------------

def head(run: Run) -> str:
    """Return the file's text up to the first result."""
    first = {"format": FORMAT, "version": VERSION, "about": run.about,
             "planned": run.planned}
    return json.dumps(first, indent=1)[:-2] + ',\n "results": ['


def tail(run: Run) -> str:
    """Return the file's text behind the last result."""
    end = {"complete": run.is_complete, "seconds": round(run.seconds, 3),
           "exit-code": run.exit_code, "xen": run.xen}
    return f'\n ],\n "end": {json.dumps(end)}\n}}\n'


def entry(result: Result) -> str:
    """Return a result's text."""
    return "\n  " + json.dumps(as_dict(result))


def as_dict(result: Result) -> Dict[str, Any]:
    """Return a result as the members of the file."""
    instance = result.instance
    return {
        "name": instance.name, "test": instance.test.name,
        "environment": instance.env, "category": instance.test.category,
        "variation": instance.variation,
        "verdict": str(result.verdict), "outcome": result.outcome,
        "reason": result.reason, "notes": result.notes,
        "seconds": round(result.seconds, 3),
        "hint": result.hint, "known": result.known,
        "counts": not result.forgiven, "again": result.again,
        "cases": [{"title": case.name, "status": case.status,
                   "outcome": result.word(case), "reason": case.reason,
                   "endings": _endings(result.case_endings.get(case.name))}
                  for case in result.cases],
        "endings": _endings(result.endings),
        "console": None if result.log is None else result.log.text(),
    }


def _endings(endings: Optional[List[Ending]]) -> List[Dict[str, Any]]:
    return [ending._asdict() for ending in endings or []]


def text(run: Run) -> str:
    """Return the whole file."""
    return (head(run) + ",".join(entry(result) for result in run.in_order())
            + tail(run))


# --- from the file ---------------------------------------------------------

def load(path: Path) -> Run:
    """Read a saved run; RunnerError if the file holds none."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RunnerError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise RunnerError(f"{path}: not a saved run: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RunnerError(f"{path}: not a run that --save wrote")
    if document.get("version") != VERSION:
        raise RunnerError(f"{path}: version {document.get('version')} of the"
                          f" format; this program knows {VERSION}")
    try:
        return _run(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunnerError(f"{path}: not a whole saved run:"
                          f" {type(error).__name__}: {error}") from None


def _run(document: Dict[str, Any]) -> Run:
    run = Run(dict(document["about"]), list(document["planned"]))
    for member in document["results"]:
        result = _result(member)
        if result.instance.name not in run.planned:
            raise ValueError(f"{result.instance.name} was not planned")
        run.add(result)
    end = document["end"]
    run.seconds = float(end["seconds"])
    run.xen = dict(end["xen"])
    return run


def _result(member: Dict[str, Any]) -> Result:
    test = Test(Path(member["test"]), {
        "name": member["test"], "category": member["category"],
        "environments": [member["environment"]]})
    instance = Instance(test, member["environment"], member["variation"])
    cases = [Case(case["status"], case["title"], case["reason"])
             for case in member["cases"]]
    log: Optional[BoundedLog] = None
    if member["console"] is not None:
        log = BoundedLog()
        log.append(member["console"].encode("utf-8", "replace"))
    result = Result(instance, Verdict[member["verdict"]], member["reason"],
                    cases, log, float(member["seconds"]))
    result.notes = list(member["notes"])
    result.outcome = member["outcome"]
    result.words = {case["title"]: case["outcome"] for case in member["cases"]
                    if case["outcome"] != case["status"]}
    result.hint = member["hint"]
    result.known = bool(member["known"])
    result.forgiven = not member["counts"]
    result.again = member["again"]
    result.endings = [Ending(**ending) for ending in member["endings"]]
    result.case_endings = {
        case["title"]: [Ending(**ending) for ending in case["endings"]]
        for case in member["cases"] if case["endings"]}
    return result
