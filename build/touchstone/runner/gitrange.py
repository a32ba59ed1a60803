# SPDX-License-Identifier: BSD-2-Clause
"""The tests that reach what a range of commits touches: --git-range.

build/coverage has written which tests reach which function of Xen.  A hunk
touches the functions that it is in, as they are before and after.  Where the
data cannot tell, everything runs: a file that was not looked at, or a header.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence, Set, Tuple

from ..base.verdict import RunnerError, UsageError
from ..coverage.render import digest
from ..hypervisors.csource import functions
from .catalogue import Instance

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

# What no x86 hypervisor is made of.
_OTHER = re.compile(r"xen/(?:arch/(?:arm|riscv|ppc)/|tools/|test/)"
                    r"|.*\.(?:md|rst|txt|pandoc)$")


class Touched(NamedTuple):
    """What a range touches, and who reaches it."""

    functions: List[str]        # `file: function`
    tests: Set[str]
    unknown: List[str]          # files that the data does not have
    unreached: List[str]        # what no test reaches


def touched(tree: Path, span: str, data: Path) -> Touched:
    """Return what a range touches, by the data of build/coverage."""
    files = _data(data)
    tree = Path(_git(tree, "rev-parse", "--show-toplevel").strip())
    result = Touched([], set(), [], [])
    for name, hunks in _hunks(tree, span).items():
        if not name.startswith("xen/") or _OTHER.match(name):
            continue
        entry = files.get(name[len("xen/"):])
        if entry is None:
            result.unknown.append(name)
            continue
        first, last = _ends(span)
        found: Set[str] = set()
        text = ""
        for commit, side in ((first, 0), (last, 1)):
            text = _show(tree, commit, name)
            found |= _functions(text, [hunk[side] for hunk in hunks])
        known = {function["name"]: function["tests"]
                 for function in entry["functions"]}
        for function in sorted(found):
            result.functions.append(f"{name}: {function}")
            result.tests.update(known.get(function, []))
            if not known.get(function):
                result.unreached.append(f"{name}: {function}()")
        if digest(text) == entry["source"]:
            result.unreached.extend(_lines(
                name, [hunk[1] for hunk in hunks], entry["reached-by"]))
    return result


def select(instances: Sequence[Instance], found: Touched) -> List[Instance]:
    """Return the instances that may tell something about a range."""
    if found.unknown:
        return list(instances)
    return [instance for instance in instances
            if instance.test.name in found.tests]


def describe(span: str, found: Touched, selected: int) -> List[str]:
    """Return lines about a range for people."""
    lines = [f"{span} touches {_count(len(found.functions), 'function')}"
             " that the coverage data has"]
    lines += [f"  {name}" for name in found.functions]
    if found.unknown:
        lines.append("The data does not have these files, so everything runs:")
        lines += [f"  {name}" for name in found.unknown]
    if found.unreached:
        lines.append("No test reaches")
        lines += [f"  {name}" for name in found.unreached]
    lines.append(f"{_count(len(found.tests), 'test')} of the data"
                 f" reach{'es' if len(found.tests) == 1 else ''} what it"
                 f" touches: {_count(selected, 'instance')} to run")
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _data(path: Path) -> Dict[str, Any]:
    try:
        files = json.loads(path.read_text("utf-8"))["files"]
        if all("tests" in function and "source" in entry
               for entry in files.values()
               for function in entry["functions"]):
            return files
        raise ValueError("it was written by an earlier version")
    except OSError as error:
        raise RunnerError(f"{path}: {error.strerror}; run build/coverage first"
                          ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise RunnerError(f"{path}: no coverage data: {error}") from None


def _ends(span: str) -> Tuple[str, str]:
    first, dots, last = span.partition("..")
    if not dots or last.startswith(".") or not first:
        raise UsageError(f"--git-range: {span} is not A..B")
    return first, last or "HEAD"


def _git(tree: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(tree), *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RunnerError(f"git {words[0]} in {tree}: "
                          + (said[0] if said else "failed"))
    return done.stdout.decode("utf-8", "replace")


def _show(tree: Path, commit: str, name: str) -> str:
    """Return a file at a commit; nothing if it does not exist there."""
    if not _git(tree, "ls-tree", commit, "--", name):
        return ""
    return _git(tree, "show", f"{commit}:{name}")


def _hunks(tree: Path, span: str) -> Dict[str, List[Tuple[range, range]]]:
    """Return the lines that each file's hunks have before and after.

    `tree` is the top of the work tree.  Of a hunk that only adds or only
    removes, the other side is the line that it stands behind.
    """
    first, last = _ends(span)
    found: Dict[str, List[Tuple[range, range]]] = {}
    names: List[str] = []
    for line in _git(tree, "diff", "-U0", "--no-color", "--no-renames",
                     "--no-ext-diff", first, last).splitlines():
        if line.startswith("diff --git "):
            names = []
        elif line.startswith(("--- a/", "+++ b/")) and len(names) < 2:
            names.append(line[6:])
        match = _HUNK.match(line)
        if match and names:
            sides = []
            for start, count in ((match[1], match[2]), (match[3], match[4])):
                length = 1 if count is None else int(count)
                sides.append(range(int(start),
                                   int(start) + max(1, length)))
            found.setdefault(names[-1], []).append((sides[0], sides[1]))
    return found


def _functions(text: str, hunks: Sequence[range]) -> Set[str]:
    return {function.name for function in functions(text)
            for hunk in hunks
            if hunk.start <= function.last_line
            and hunk.stop > function.first_line}


def _lines(name: str, hunks: Sequence[range],
           reached: Dict[str, List[str]]) -> List[str]:
    """Return the lines of hunks that have code which nothing reaches."""
    return [f"{name}:{line}" for hunk in hunks for line in hunk
            if reached.get(str(line)) == []]
