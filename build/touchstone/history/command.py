# SPDX-License-Identifier: BSD-2-Clause
"""The command build/history."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from ..base import inifile
from ..base.verdict import RunnerError
from . import audit, page, records

_ROOT = Path(__file__).resolve().parents[3]
_DATA = _ROOT / "build" / "history.d"
_PAGE = _ROOT / "docs" / "history.md"


def _lessons() -> Dict[str, str]:
    section, = inifile.read(_DATA / "kinds.txt", records.KINDS)
    return {kind: section[kind] for kind in section}


def _wrong_names(found: Sequence[records.Record]) -> List[str]:
    """What `caught` names that is not there: tests, and titles of cases."""
    out = []
    for record in found:
        if record.subject not in page.subjects():
            out.append(f"{record.subject}.ini: no such subject")
        if record.fate != "caught":
            continue
        for test in record.by.split("; "):
            name, _, title = test.partition(": ")
            directory = _ROOT / "tests" / name
            if not (directory / "Makefile").exists():
                out.append(f"{record.commit}: there is no test {name}")
            elif title and not any(
                    re.search(r'"' + re.escape(title), source.read_text())
                    for source in directory.glob("*.c")):
                out.append(f"{record.commit}: {name} has no case that begins"
                           f" with `{title}'")
    return out


def _audit(repository: Path, master: str) -> int:
    releases = audit.Releases(repository, master)
    for path in sorted(_DATA.glob("*.ini")):
        audit.fill_in(path, releases)
    known = {r.commit for r in records.load(_DATA)} | set(
        records.quiet(_DATA))
    lacking = audit.missing(repository, master, sorted(known))
    for commit, subject in lacking:
        print(f"not listed: {commit} {subject}")
    return 1 if lacking else 0


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Write docs/history.md; the exit code is 1 if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="build/history", description="Write docs/history.md from"
        " build/history.d.")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; tell whether it is up to date")
    parser.add_argument("--audit", metavar="GIT", type=Path,
                        help="fill in dates and releases from a copy of Xen's"
                        " repository, and list the commits that are missing")
    parser.add_argument("--branch", default="origin/master",
                        help="its branch to read (%(default)s)")
    args = parser.parse_args(argv)
    try:
        status = _audit(args.audit, args.branch) if args.audit else 0
        found = records.load(_DATA)
        both = {r.commit for r in found} & set(records.quiet(_DATA))
        wrong = _wrong_names(found)
        wrong += [f"{commit}: recorded, and in quiet.txt" for commit in both]
    except RunnerError as error:
        print(f"build/history: {error}", file=sys.stderr)
        return 1
    text = page.render(found, page.undo_rules(_ROOT / "build" / "defects.d"),
                       _lessons())
    if args.check:
        if not _PAGE.exists() or _PAGE.read_text("utf-8") != text:
            wrong.append("docs/history.md is out of date: run build/history")
    else:
        _PAGE.write_text(text, "utf-8")
    for line in wrong:
        print(line)
    return 1 if wrong or status else 0
