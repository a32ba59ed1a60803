# SPDX-License-Identifier: BSD-2-Clause
"""Results for KCIDB, the Linux kernel's database of CI results: version 5.3.

The hypervisor is the checkout and the build; each case is a test, and so is
each instance.
"""

import hashlib
import json
import re
from typing import Any, Dict, List

from ..base.verdict import Result
from ..runs.record import Run

_ORIGIN = "touchstone"
_EXCERPT = 16384
_STATUS = {"PASS": "PASS", "SUCCESS": "PASS", "SKIP": "SKIP",
           "ERROR": "ERROR"}     # all else is FAIL

_HEAD = """\
{
 "version": {"major": 5, "minor": 3},
 "tests": ["""


def head(_run: Run) -> str:
    """Return the document up to the first test."""
    return _HEAD


def item(run: Run, result: Result) -> str:
    """Return the tests of the result that came last."""
    text = ",".join("\n  " + json.dumps(test) for test in _tests(run, result))
    return text if len(run.results) == 1 else "," + text


def tail(run: Run) -> str:
    """Return the document behind the last test."""
    name = _key(run)
    about = run.about
    checkout = {"id": name, "origin": _ORIGIN, "tree_name": "xen",
                "comment": _text(about.get("description", "")),
                "misc": {"xen": run.xen}}
    build = {"id": name, "checkout_id": name, "origin": _ORIGIN,
             "architecture": "x86_64", "status": "PASS",
             "comment": _text(run.xen.get("compiled", "")),
             "misc": {"build-id": run.xen.get("build-id", "")}}
    if about.get("started"):
        checkout["start_time"] = build["start_time"] = (
            about["started"].replace("Z", "+00:00"))
    return (f'\n ],\n "checkouts": [{json.dumps(checkout)}],\n'
            f' "builds": [{json.dumps(build)}]\n}}\n')


def _key(run: Run) -> str:
    """Return the identity of a run: different for each."""
    parts = json.dumps(run.about, sort_keys=True)
    return f"{_ORIGIN}:{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def _tests(run: Run, result: Result) -> List[Dict[str, Any]]:
    instance = result.instance
    place = "_".join(part for part in (instance.env, instance.variation)
                     if part)
    base = f"touchstone.{instance.test.name}.{_word(place)}"
    machine = ", ".join(str(run.about[key]) for key in ("machine", "processor")
                        if run.about.get(key))

    def test(number: str, path: str, outcome: str, comment: str
             ) -> Dict[str, Any]:
        made: Dict[str, Any] = {
            "id": f"{_key(run)}.{instance.name}{number}",
            "build_id": _key(run), "origin": _ORIGIN, "path": path,
            "status": _STATUS.get(outcome, "FAIL"), "comment": _text(comment),
            "environment": {"comment": _text(machine)},
            "misc": {"outcome": outcome}}
        if result.hint and made["status"] == "FAIL":
            made["misc"]["known-defect"] = result.hint
        return made

    tests = [test(f".{at}", f"{base}.{_word(case.name)}", result.word(case),
                  f"{case.name}: {case.reason}".rstrip(": "))
             for at, case in enumerate(result.cases, 1)]
    whole = test("", base, result.outcome, result.reason)
    whole["duration"] = round(result.seconds, 3)
    if whole["status"] not in ("PASS", "SKIP") and result.log is not None:
        whole["log_excerpt"] = _text(result.log.text()[-_EXCERPT:])
    return tests + [whole]


def _word(text: str) -> str:
    """Return a title as part of a path: the same for each outcome."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", text).strip("_")


def _text(text: str) -> str:
    return text.replace("\0", "?")
