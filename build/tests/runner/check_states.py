#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs instances from saved states and from the start, and compares.

Both ways must give the same verdicts and the same case lines.  Then the saved
states are damaged, the runner is interrupted and killed: the next run must do
as well, and nothing may be left of those that ended.  Takes words for
xtf-runner in place of a small selection (`check_states.py --all`), and --xen
FILE as it does; the comparison alone with --compare.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

ROOT = Path(__file__).resolve().parents[3]
RUNNER = [sys.executable, str(ROOT / "xtf-runner"), "--host-kind", "dom0"]
sys.path.insert(0, str(ROOT / "build"))

from touchstone.hypervisors import hypervisor  # noqa: E402

# Every environment; several processors; options for Xen; a guest's command
# line would be in the console.
SAMPLE = ["example", "test-pv64-gnttab-map", "test-hvm64-gnttab-map",
          "test-pv64-argo-off", "test-hvm64-argo-off", "test-pv64-smp",
          "test-hvm64-smp"]
QUICK = ["test-pv64-example", "test-hvm64-example"]
LONG = "test-pv64-gnttab-race"

_CASE = re.compile(r"(?:\(d\d+\) )?((?:PASS|FAIL|SKIP|ERROR): .*)")
_VERDICT = re.compile(r"(test-\S+) +([A-Z]+)")

Outcome = Tuple[str, List[str]]     # a verdict and case lines


class Runner:
    """Runs xtf-runner with a cache of its own."""

    def __init__(self, xen: str, cache: Path) -> None:
        self._words = [*RUNNER, "--xen", xen]
        self.states = cache / "touchstone/states"
        self._environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}

    def start(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen([*self._words, *words], text=True,
                                env=self._environment,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def run(self, *words: str) -> Tuple[Dict[str, Outcome], str]:
        """Return the outcome of each instance, and what was printed."""
        with tempfile.TemporaryDirectory() as logs:
            process = self.start("--keep-logs", logs, *words)
            output = process.communicate()[0]
            table = output.partition("Combined test results:")[2]
            return {name: (verdict, _cases(Path(logs) / f"{name}.log"))
                    for name, verdict in _VERDICT.findall(table)}, output

    def entries(self) -> List[Path]:
        """Return the directories of the states that there are."""
        return [path for path in self.states.iterdir()
                if path.name != "locks"]


def _cases(log: Path) -> List[str]:
    """Return an instance's case lines; each once, if two consoles have it."""
    if not log.exists():
        return []
    found = dict.fromkeys(
        match[1] for match in map(_CASE.fullmatch,
                                  log.read_text().splitlines()) if match)
    return list(found)


def compare(runner: Runner, words: List[str]) -> List[str]:
    """Run both ways; return the differences."""
    begin = time.monotonic()
    cold, _ = runner.run("--cold", *words)
    between = time.monotonic()
    saved, output = runner.run("-v", *words)
    print(f"{len(cold)} instances: {between - begin:.0f} s from the start,"
          f" {time.monotonic() - between:.0f} s from saved states")
    for line in output.splitlines():
        if line.startswith("note: "):
            print(line)
    if not cold:
        return [f"nothing ran: {output}"]
    different = []
    for name in {**cold, **saved}:
        one, other = cold.get(name), saved.get(name)
        if one is None or other is None or one[0] != other[0]:
            different.append(f"{name}: {one and one[0]} from the start,"
                             f" {other and other[0]} from a saved state")
        elif one[1] != other[1]:
            lines = set(one[1]) ^ set(other[1])
            different += [f"{name}: {'-' if line in one[1] else '+'} {line}"
                          for line in sorted(lines)]
    return different


def check_damage(runner: Runner) -> List[str]:
    """Damage all states; the next run must not care."""
    for entry in runner.entries():
        for name in ("ram", "devices", "console"):
            with open(entry / name, "r+b") as file:
                file.seek(-1, os.SEEK_END)
                last = file.read(1)[0]
                file.seek(-1, os.SEEK_END)
                file.write(bytes([last ^ 0x55]))
    return _still_good(runner, "states with damage")


def check_refusal(runner: Runner) -> List[str]:
    """Have a QEMU that cannot load a state's devices."""
    import json
    import zlib
    for entry in runner.entries():
        devices = (entry / "devices").read_bytes().replace(b"pc-", b"xy-")
        (entry / "devices").write_bytes(devices[:len(devices) // 2])
        facts = json.loads((entry / "state.json").read_text())
        facts["sums"]["devices"] = zlib.crc32(devices[:len(devices) // 2])
        (entry / "state.json").write_text(json.dumps(facts))
    return _still_good(runner, "states that QEMU refuses")


def check_end(runner: Runner, number: int) -> List[str]:
    """End the runner in the middle of a run; nothing may be left of it."""
    before = _traces()
    process = runner.start(LONG, *QUICK)
    end = time.monotonic() + 60
    while not _traces() - before and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1.0)
    os.kill(process.pid, number)
    process.communicate()
    end = time.monotonic() + 5
    left: Set[str] = set()
    while time.monotonic() < end:
        left = _traces() - before
        if not left:
            break
        time.sleep(0.1)
    name = signal.Signals(number).name
    bad = [f"{name} leaves {trace}" for trace in sorted(left)]
    if number != signal.SIGKILL and process.returncode != 128 + number:
        bad.append(f"{name}: exit status {process.returncode}")
    return bad + _still_good(runner, f"a run that {name} ended")


def _still_good(runner: Runner, when: str) -> List[str]:
    found, output = runner.run("-v", *QUICK)
    bad = [f"after {when}: {name} is {found.get(name, ('missing',))[0]}"
           for name in QUICK
           if found.get(name, ("missing",))[0] != "SUCCESS"]
    bad += [f"after {when}: {line}" for line in output.splitlines()
            if line.startswith("note: ")]
    bad += [f"after {when}: {entry.name} is left"
            for entry in runner.entries() if entry.suffix]
    return bad


def _traces() -> Set[str]:
    """Return the emulators that run, and what has a name in /dev/shm."""
    found: Set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        command = _command(process)
        if command and b"qemu-system" in command[0] \
           and b"isa-debug-exit" in command:
            parent = _parent(process)
            if parent is None or str(parent) in _own():
                found.add(f"QEMU process {process.name}")
    shared = Path("/dev/shm")
    if shared.is_dir():
        found.update(str(path) for path in shared.iterdir())
    return found


def _command(process: Path) -> List[bytes]:
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _parent(process: Path) -> Optional[int]:
    try:
        text = (process / "stat").read_text()
        return int(text.rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _own() -> Set[str]:
    """Return the processes whose children may be this check's.

    Its own children, and who adopts the children of the dead.
    """
    own = {"1"}
    for process in Path("/proc").glob("[0-9]*"):
        if _parent(process) == os.getpid():
            own.add(process.name)
    return own


def main() -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--xen", default="full")
    parser.add_argument("--compare", action="store_true",
                        help="compare, and check nothing else")
    args, words = parser.parse_known_args()
    xen = hypervisor.resolve(args.xen).xen
    with tempfile.TemporaryDirectory() as cache:
        runner = Runner(str(xen), Path(cache))
        bad = compare(runner, words or SAMPLE)
        if not args.compare:
            bad += check_damage(runner)
            bad += check_refusal(runner)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                bad += check_end(runner, number)
    print("\n".join(bad) or "the same either way; nothing left behind")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
