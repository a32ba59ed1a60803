# SPDX-License-Identifier: BSD-2-Clause
"""A run as one HTML page, for people: --html."""

import re
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from ..base.verdict import OUTCOMES, Case, Result
from ..runner.console import is_guest_line
from ..runs.record import Run
from .files import write_file
from .pages import Pages, as_markup, escaped
from .sink import Sink
from .terminal import hint, shortened

# What stands for an outcome in the grid.
SYMBOLS = {"SUCCESS": "\u2713", "SKIP": "\u2013", "XFAIL": "x", "XPASS": "P",
           "FLAKY": "~", "ERROR": "E", "FAILURE": "F", "CRASH": "C",
           "TIMEOUT": "T"}

# Of all consoles together; one with more loses its middle.
_CONSOLE_CHARACTERS = 16 << 20

_REASON = re.compile(r"(?P<got>.*?)(?:, expected (?P<expected>.*?))?"
                     r"(?: at (?P<where>[\w./+-]+:\d+))?", re.DOTALL)
_FAILING = re.compile(
    r"(?:FAIL|ERROR): |Test result: (?:FAILURE|ERROR)"
    r"|Panic on CPU|FATAL |Xen BUG|Assertion .* failed|domain_crash"
    r"|PANIC: |Unhandled ")

# Between two pages while a run goes on: so many times what one takes.
_IDLE = 20
_PERIOD = 5.0


class HtmlSink(Sink):
    """Writes DIR/index.html, now and then while a run goes on."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "index.html"
        self._pages = Pages()
        self._due = 0.0
        self._written = -1

    def begin(self, run: Run) -> None:
        self._write(run)

    def finished(self, run: Run, result: Result) -> None:
        self.tick(run)

    def tick(self, run: Run) -> None:
        if (time.monotonic() >= self._due
                and len(run.results) != self._written):
            self._write(run)

    def end(self, run: Run) -> None:
        self._write(run)

    def _write(self, run: Run) -> None:
        start = time.monotonic()
        write_file(self._file, render(run, self._pages))
        end = time.monotonic()
        self._written = len(run.results)
        self._due = end + max(_PERIOD, _IDLE * (end - start))


def render(run: Run, pages: Pages) -> str:
    """Return the page of a run."""
    results = run.in_order()
    longest = max((result.seconds for result in results), default=0) or 1.0
    logs = [result.log.text() if result.log else "" for result in results]
    room = _room([len(log) for log in logs])
    items = [_item(result, longest, shortened(log, room))
             for result, log in zip(results, logs)]
    environments = list(dict.fromkeys(item["env"] for item in items))
    environments.sort(key=environment_order)
    return pages.page(
        "run.html", headline=_headline(run), symbols=SYMBOLS,
        description=run.about.get("description", ""), about=_about(run),
        counts=_counts(results), environments=environments,
        items=sorted(items, key=lambda item: not item["bad"]),
        rows=_rows(items, environments))


def environment_order(env: str) -> Tuple[int, str]:
    """Return what sorts environments as the project lists them."""
    from ..runner.catalogue import ENVIRONMENTS
    known = list(ENVIRONMENTS)
    return (known.index(env) if env in known else len(known), env)


def _headline(run: Run) -> str:
    bad = sum(result.is_bad for result in run.results)
    done, planned = len(run.results), len(run.planned)
    xen = run.xen.get("version") or run.about.get("xen-version", "")
    subject = f"Xen {xen}: " if xen else ""
    what = f"{planned} instance{'' if planned == 1 else 's'}"
    if bad:
        text = f"{bad} of {what} went wrong"
    elif done < planned:
        text = f"{done} of {what} ended, none went wrong"
    elif all(result.outcome == "SKIP" for result in run.results):
        text = f"{what}, nothing was tested"
    else:
        text = f"{what}, none went wrong"
    if bad and done < planned:
        text += f", {planned - done} did not end"
    return subject + text


def _about(run: Run) -> List[Tuple[str, str]]:
    about, xen = run.about, run.xen
    shard = about.get("shard")
    pairs = [
        ("Xen", " ".join(part for part in (
            xen.get("version", about.get("xen-version", "")),
            xen.get("compiled", "")) if part)),
        ("Changeset", xen.get("changeset", "")),
        ("Build id", xen.get("build-id", "")),
        ("Started", about.get("started", "").replace("T", " ")
         .replace("Z", " UTC")),
        ("Took", f"{run.seconds:.0f} s" if run.seconds else ""),
        ("Command", about.get("command", "")),
        ("Seed", "" if about.get("shuffle") is None
         else str(about["shuffle"])),
        ("Amplified", "" if about.get("amplify") is None
         else f"seed {about['amplify']}"),
        ("Rounds", _rounds(about)),
        ("Shard", f"{shard['index']} of {shard['total']}" if shard else ""),
        ("Machine", ", ".join(str(about[key]) for key in (
            "machine", "processor", "system") if about.get(key))),
    ]
    return [(name, value) for name, value in pairs if value]


def _rounds(about: Dict[str, Any]) -> str:
    done, planned = about.get("rounds", 1), about.get("rounds-planned")
    if planned is not None and done < planned:
        return f"{done} of {planned}"
    return str(done) if done != 1 else ""


def _counts(results: Sequence[Result]) -> List[Dict[str, Any]]:
    counts = [(word, sum(result.outcome == word for result in results))
              for word in reversed(OUTCOMES)]
    return [{"word": word, "number": count} for word, count in counts if count]


def _rows(items: Sequence[Dict[str, Any]],
          environments: Sequence[str]) -> List[Dict[str, Any]]:
    found: Dict[str, Dict[str, List[Dict[str, Any]]]] = {}
    for item in items:
        row = found.setdefault(item["test"], {env: [] for env in environments})
        row[item["env"]].append(item)
    return [{"test": test, "cells": [row[env] for env in environments]}
            for test, row in found.items()]


def _item(result: Result, longest: float, log: str) -> Dict[str, Any]:
    cases = [_case(result, case) for case in result.cases]
    bad = [case for case in cases if case["word"] not in ("PASS", "SKIP")]
    reason = result.reason
    if any(reason and reason in f"{case['title']}: {case['reason']}"
           for case in cases):
        reason = ""
    return {
        "name": result.instance.name, "test": result.instance.test.name,
        "env": result.instance.env, "outcome": result.outcome,
        "bad": result.is_bad, "reason": reason,
        "console_open": result.is_bad and not bad,
        "label": result.label,
        "why": "" if result.outcome == "SUCCESS" else result.reason,
        "hint": hint(result) if result.hint else "",
        "seconds": f"{result.seconds:.2f}",
        "share": round(100 * result.seconds / longest),
        "bad_cases": bad,
        "skipped": [case for case in cases if case["word"] == "SKIP"],
        "passed": [case["title"] for case in cases if case["word"] == "PASS"],
        "again": result.again,
        "endings": [ending.text for ending in result.endings],
        "console": as_markup(_console(log)),
    }


def _case(result: Result, case: Case) -> Dict[str, Any]:
    match = _REASON.fullmatch(case.reason)
    assert match is not None    # each part may be missing
    parts = [(name, match[key]) for name, key in (
        ("got", "got"), ("expected", "expected"), ("at", "where"))
        if match[key]]
    if match["expected"] is None:
        parts = [("because" if name == "got" else name, value)
                 for name, value in parts]
    return {"word": result.word(case), "title": case.name,
            "reason": case.reason, "parts": parts}


def _room(lengths: Sequence[int]) -> int:
    """Return how long each console may be, so that all fit together."""
    room, left = _CONSOLE_CHARACTERS, _CONSOLE_CHARACTERS
    for at, length in enumerate(sorted(lengths)):
        room = left // (len(lengths) - at)
        left -= min(length, room)
    return room


def _console(text: str) -> str:
    """Return a console as HTML: Xen's lines and failing ones marked."""
    parts: List[str] = []
    kind = ""
    for line in text.rstrip("\n").split("\n") if text else []:
        now = "g" if is_guest_line(line) else "x"
        if now != kind:
            parts.append(("</span>" if kind else "") + f'<span class="{now}">')
            kind = now
        line = escaped(line)
        parts.append(f"<mark>{line}</mark>\n" if _FAILING.search(line)
                     else line + "\n")
    return "".join(parts) + ("</span>" if kind else "")
