#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Proves that each case of the test gntdev can fail, in a real box.

The microkernel misbehaves in one way at a time (tests/gntdev/main.c), or
Linux's answers are distorted on their way to the cases.  Each way must make
the cases fail that depend on it, and each case must fail in some way.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Set

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "build"))

from touchstone.base.process import Stop  # noqa: E402
from touchstone.base.verdict import Result, Verdict  # noqa: E402
from touchstone.hosts import Options  # noqa: E402
from touchstone.hosts.box import BoxHost  # noqa: E402
from touchstone.runner.catalogue import Instance, Test, load  # noqa: E402

# What must fail at least for each way: words that titles contain.
WAYS: Dict[str, List[str]] = {
    "misbehave=page": ["one grant, mmap", "order of the references",
                       "GRANT_COPY: granted page to local"],
    "misbehave=readonly": ["one grant, mmap",
                           "read-only grant, mmap writable"],
    "misbehave=bytes": ["munmap: first page of four", "fork: child has no"],
    "misbehave=free": ["one grant, mmap", "same grant in two maps"],
    "misbehave=busy": ["before mmap", "SIGKILL"],
    "misbehave=event": ["send event ->", "second request", "SIGKILL",
                        "SET_UNMAP_NOTIFY of gntalloc: clear byte"],
    "misbehave=events": ["send event ->", "action is 0"],
    "misbehave=map": ["ALLOC_GREF: writable page", "DEALLOC_GREF: page that"],
    "distort=M": ["mmap: index of no map", "mmap of gntalloc: index"],
    "distort=G": ["SET_MAX_GRANTS", "DMABUF", "count is 0"],
}

# These end the whole program: the words that its reason holds.
SILENT = ("misbehave=silent", "has not written")


class Trial:
    """A copy of the built test, with words on its command line."""

    def __init__(self, host: BoxHost, test: Test, env: str,
                 directory: Path) -> None:
        self._host = host
        copy = directory / test.name
        shutil.copytree(test.directory, copy, ignore=lambda _, names: [
            name for name in names if not name.startswith("test-")
            and name != "info.json"])
        self._test = next(one for one in load(directory))
        self._env = env

    def run(self, words: str) -> Result:
        """Run the test with these words; return its result."""
        instance = Instance(self._test, self._env, None)
        plain = instance.cfg.read_text()
        instance.cfg.write_text(f'{plain}\nextra="{words}"\n')
        try:
            result = self._host.run(instance, Stop())
        finally:
            instance.cfg.write_text(plain)
        assert result is not None
        return result


def judge(trial: Trial) -> List[str]:
    """Return what is wrong."""
    wrong = []
    result = trial.run("")
    titles = {case.name for case in result.cases if case.status == "PASS"}
    if result.verdict is not Verdict.SUCCESS:
        wrong.append(f"as it is: {result.verdict}: {result.reason}")
    failed: Dict[str, Set[str]] = {}
    for way, wanted in WAYS.items():
        result = trial.run(way)
        failed[way] = {case.name for case in result.cases
                       if case.status in ("FAIL", "ERROR")}
        print(f"{way}: {result.verdict}, {len(failed[way])} cases fail",
              flush=True)
        if result.verdict not in (Verdict.FAILURE, Verdict.ERROR):
            wrong.append(f"{way}: {result.verdict}")
        wrong += [f"{way}: no case fails with '{words}' in its title"
                  for words in wanted
                  if not any(words in name for name in failed[way])]
    by_peer = set().union(*(names for way, names in failed.items()
                            if not way.startswith("distort")))
    print(f"{len(titles)} cases, {len(titles & by_peer)} of them fail when the"
          " microkernel misbehaves")
    wrong += [f"no way makes it fail: {title}" for title in sorted(
        titles - by_peer - failed["distort=G"] - failed["distort=M"])]
    way, reason = SILENT
    result = trial.run(way)
    print(f"{way}: {result.verdict}: {result.reason}", flush=True)
    if result.verdict is not Verdict.ERROR or (
            reason not in result.reason and "no request" not in result.reason):
        wrong.append(f"{way}: {result.verdict}: {result.reason}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--xen", default="full")
    parser.add_argument("--env", default="pv64")
    words = parser.parse_args()
    options = Options()
    options.xen = words.xen
    host = BoxHost(options)
    host.prepare()
    test = next(test for test in load(ROOT / "tests")
                if test.name == "gntdev")
    with tempfile.TemporaryDirectory(prefix="gntdev-") as directory:
        wrong = judge(Trial(host, test, words.env, Path(directory)))
    host.close()
    print("\n".join([*wrong, f"{len(wrong)} failed"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
