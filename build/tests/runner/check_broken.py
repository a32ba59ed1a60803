#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs images that are broken on purpose on a real Xen, and judges the runner.

Each must get the verdict it deserves, with the right exit code and in bounded
time, and must leave no process behind.  Takes words for xtf-runner to narrow
the selection down (`check_broken.py pv64`), and --xen FILE as it does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, Set, Tuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[3]
RUNNER = ROOT / "xtf-runner"

EXIT_CODES = {"SUCCESS": 0, "SKIP": 3, "ERROR": 4, "FAILURE": 5,
              "CRASH": 6, "TIMEOUT": 6}

# Limit for an instance (seconds), and how much longer the runner may take:
# its own limit stretches while the machine gives QEMU no processor time.
TIME_LIMIT = 4
STRETCH = 4
SLACK = 10

# What each variation of tests/broken may end in.  Exceptions that the runtime
# catches are ERRORs; without paging there is nothing that would catch some.
EXPECTED: Dict[str, Set[str]] = {
    "hang": {"TIMEOUT"},
    "hypercall-loop": {"TIMEOUT"},
    "triple-fault": {"CRASH"},
    "stack-overflow": {"ERROR", "CRASH"},
    "jump-to-0": {"ERROR", "CRASH"},
    "flood": {"CRASH", "TIMEOUT"},
    "no-verdict": {"CRASH"},
    "forged-unfinished": {"CRASH"},
    "forged-mid-line": {"CRASH"},
    "long-line": {"CRASH"},
    "panic": {"CRASH"},
    "reset": {"CRASH", "ERROR"},
    "error-no-case": {"ERROR"},
    "failure-no-case": {"FAILURE"},
}
UNPAGED = {"stack-overflow", "jump-to-0"}

# What a case of tests/broken-cases must come to, in JUnit's words, and how its
# reason begins, by the first word of its title.
CASES: Dict[str, Tuple[str, str]] = {
    "empty": ("error", "the case checks nothing at tests/broken-cases/main."),
    "fails": ("failure", "said so at tests/broken-cases/main.c:"),
    "skips": ("skipped", "said so"),
    "leaks": ("failure", ""),
    "after": ("", ""),
}

# Seconds for one of these images, which do end by themselves.
CASES_LIMIT = 60
ROLES_LIMIT = 120

# What each variation of tests/broken-roles must come to, and what its reason
# must say.
ROLES: Dict[str, Tuple[str, str]] = {
    "ends-early": ("ERROR", "role bad has ended the case"),
    "crashes": ("FAILURE", "bad: the domain crashed without a verdict"),
    "hangs": ("FAILURE", "bad gave no verdict"),
    "lags": ("ERROR", 'does not come to "'),
    "fails": ("FAILURE", 'bad: roles: bad role misbehaves: !"said so"'),
    "skips": ("SKIP", ""),
}

# What the reason must hold, where there is just one right one.
REASONS = {
    "panic": "hypervisor panic: FATAL TRAP: vec 2, NMI",
    "no-verdict": "the domain halted without a verdict",
    "forged-unfinished": "the domain halted without a verdict",
    "forged-mid-line": "the domain halted without a verdict",
    "hang": "no verdict within the time limit",
    "error-no-case": "said so at tests/broken/main.c:",
    "failure-no-case": "said so at tests/broken/main.c:",
}


def run(words: List[str], xen: str, junit: Path, time_limit: int = TIME_LIMIT
        ) -> Tuple[int, float, Dict[str, Tuple[str, str]]]:
    """Run xtf-runner; return exit code, seconds, (verdict, reason) by name."""
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--host-kind", "dom0", "--xen", xen,
         "--timeout", str(time_limit), "--junit", str(junit), "-q", *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.monotonic() - begin
    if not junit.exists():
        sys.exit(f"xtf-runner failed ({done.returncode}):\n{done.stdout}")
    results = {}
    for suite in ElementTree.parse(junit).getroot():
        case = suite.findall("testcase")[-1]
        message = "SUCCESS: "
        for element in case:
            message = element.get("message", "")
        verdict, _, reason = message.partition(": ")
        results[suite.get("name", "")] = (verdict, reason)
    return done.returncode, seconds, results


def machines_left() -> List[str]:
    """Return the QEMU processes that this run left behind."""
    left = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                # Only orphans: others may run machines at the same time.
                parent = (entry / "stat").read_text().rsplit(")")[1].split()[1]
            except OSError:
                continue
            if b"isa-debug-exit" in words and b"-broken" in words \
               and parent == "1":
                left.append(entry.name)
    return left


def check_cases(scratch: Path, words: List[str], xen: str) -> List[str]:
    """Hold each case of tests/broken-cases to the first word of its title."""
    path = scratch / "cases.xml"
    code, seconds, results = run(["broken-cases", *words], xen, path,
                                 CASES_LIMIT)
    wrong = judge_run("broken-cases", code, seconds, results, CASES_LIMIT)
    for instance in results:
        wrong += judge(instance, {"FAILURE"}, "", results)
    for suite in ElementTree.parse(path).getroot():
        cases = suite.findall("testcase")[:-1]
        seen = {case.get("name", "").partition(": ")[0] for case in cases}
        if seen != set(CASES):
            wrong.append(f"{suite.get('name')}: cases of {sorted(seen)} only")
        for case in cases:
            word, _, title = case.get("name", "").partition(": ")
            tag, reason = CASES.get(word, ("", ""))
            found = [(element.tag, element.get("message", ""))
                     for element in case] or [("", "")]
            if found[0][0] != tag or not found[0][1].startswith(reason):
                wrong.append(f"{suite.get('name')}: {word}: {title}:"
                             f" {found[0]}, expected {(tag, reason)}")
    return wrong


def check_roles(scratch: Path, words: List[str], xen: str) -> List[str]:
    """Hold each instance of tests/broken-roles to what its bad role does."""
    code, seconds, results = run(["broken-roles", *words], xen,
                                 scratch / "roles.xml", ROLES_LIMIT)
    wrong = judge_run("broken-roles", code, seconds, results, ROLES_LIMIT)
    for instance in results:
        verdict, reason = ROLES[instance.partition("~")[2]]
        wrong += judge(instance, {verdict}, reason, results)
    return wrong


def expected(instance: str) -> Set[str]:
    """Return the verdicts that an instance of tests/broken may get."""
    image, _, variation = instance.partition("~")
    verdicts = EXPECTED[variation]
    if "-hvm32-" in image and variation in UNPAGED:
        verdicts = verdicts | {"TIMEOUT"}
    return verdicts


def craft(directory: Path, name: str, image: bytes) -> None:
    """Make a test of one PV image that no compiler would make."""
    test = directory / name
    test.mkdir(parents=True)
    (test / "info.json").write_text(
        f'{{"name": "{name}", "category": "functional",'
        f' "environments": ["pv64"], "variations": []}}')
    (test / f"test-pv64-{name}").write_bytes(image)


def elf(notes: bytes) -> bytes:
    """Return a 64-bit ELF file of one segment, with a note section's bytes."""
    code = bytes([0xEB, 0xFE])
    base = 0x100000
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, base + 0x1000, 64, 0,
        0, 64, 56, 2, 64, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 7, 0x1000, base + 0x1000,
                       base + 0x1000, len(code), len(code), 0x1000)
    note = struct.pack("<IIQQQQQQ", 4, 4, 0x800, base, base, len(notes),
                       len(notes), 4)
    head = header + load + note
    return (head.ljust(0x800, b"\0") + notes).ljust(0x1000, b"\0") + code


def check_crafted(scratch: Path, xen: str) -> List[str]:
    """Check files that are no images; return what is wrong."""
    tests = scratch / "tests"
    craft(tests, "no-elf", b"#!/bin/sh\nexit 0\n" * 100)
    craft(tests, "empty", b"")
    craft(tests, "no-notes", elf(b""))
    craft(tests, "cut-short", elf(b"")[:0x900])
    wrong = []
    for name, verdict, reason in (
            ("no-elf", "ERROR", "is no ELF file"),
            ("empty", "ERROR", "is no ELF file"),
            ("no-notes", "CRASH", "hypervisor panic: Could not"),
            ("cut-short", "CRASH", "hypervisor panic: Could not")):
        junit = scratch / f"{name}.xml"
        code, seconds, results = run(
            ["--tests-dir", str(tests), name], xen, junit)
        wrong += judge(f"test-pv64-{name}", {verdict}, reason, results)
        wrong += judge_run(name, code, seconds, results)
    return wrong


def judge(instance: str, verdicts: Set[str], reason: str,
          results: Dict[str, Tuple[str, str]]) -> List[str]:
    """Compare an instance's result with what it must be."""
    got, why = results.get(instance, ("nothing", ""))
    good = got in verdicts and reason in why
    print(f"{'PASS' if good else 'FAIL'}: {instance}: {got}: {why}")
    if good:
        return []
    return [f"{instance}: {got} ({why}), expected"
            f" {' or '.join(sorted(verdicts))} ({reason})"]


def judge_run(what: str, code: int, seconds: float,
              results: Dict[str, Tuple[str, str]],
              time_limit: int = TIME_LIMIT) -> List[str]:
    """Check the exit code and the time that a run of the runner took."""
    wrong = []
    worst = max((EXIT_CODES[verdict] for verdict, _ in results.values()),
                default=1)
    if code != worst:
        wrong.append(f"{what}: exit code {code}, expected {worst}")
    jobs = len(os.sched_getaffinity(0))
    rounds = -(-len(results) // jobs)
    limit = rounds * time_limit * STRETCH + SLACK
    if seconds > limit:
        wrong.append(f"{what}: took {seconds:.1f} s, more than {limit} s")
    return wrong


def main() -> int:
    """Run all checks; 0 if the runner judged each image right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--xen", default="auto")
    parser.add_argument("words", nargs="*", default=["pv64", "hvm64"])
    args = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="xtf-broken-"))
    try:
        wrong = check_crafted(scratch, args.xen)
        wrong += check_cases(scratch, args.words, args.xen)
        wrong += check_roles(scratch, args.words, args.xen)
        code, seconds, results = run(
            ["broken", "-x", "broken-cases", "-x", "broken-roles",
             *args.words], args.xen,
            scratch / "broken.xml")
    finally:
        shutil.rmtree(scratch)
    for instance in results:
        variation = instance.partition("~")[2]
        wrong += judge(instance, expected(instance),
                       REASONS.get(variation, ""), results)
    wrong += judge_run("broken", code, seconds, results)
    wrong += [f"process {pid} was left behind" for pid in machines_left()]
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{len(results) + 4 - len(wrong)} of {len(results) + 4} right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
