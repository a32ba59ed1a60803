#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs a few images in a real box: a PV, a PVH and an HVM guest, on nested and
on shadow paging, and the test that has a program in dom0.

Exit status 3, with the reason, where there is no box to be had: no hypervisor,
no packages.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import List, Tuple

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "build"))

from touchstone.base import steps  # noqa: E402
from touchstone.box import image  # noqa: E402
from touchstone.hypervisors import hypervisor  # noqa: E402

UNTESTED = 3

# Options, the words that select instances, and how many those are.
RUNS: List[Tuple[List[str], List[str], int]] = [
    ([], ["test-pv64-example", "test-hvm64-example", "test-pv64-gntdev"], 3),
    (["--guest-type", "hvm"], ["test-hvm64-example"], 1),
    (["--guest-type", "hvm", "--paging", "shadow"], ["test-hvm32-example"], 1),
]


def run(options: List[str], words: List[str], count: int) -> str:
    """Run instances; return what is wrong, "" if all succeed."""
    command = ["./xtf-runner", "--host-kind", "box", "-j1", *options, *words]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    summary = done.stdout.splitlines()[-1:] or [""]
    print(f"   {' '.join(command)}: {summary[0]}", flush=True)
    if re.match(rf"{count} instances?: {count} SUCCESS in", summary[0]):
        return ""
    return done.stdout


def main() -> int:
    try:
        xen = hypervisor.cached("full")
        if xen is None:
            print("   untested: the hypervisor `full' is not built")
            return UNTESTED
        image.provide(image.release_for(xen.version), steps.silent)
    except (hypervisor.HypervisorError, image.BoxError) as error:
        print(f"   untested: {error}")
        return UNTESTED
    wrong = [text for text in (run(*one) for one in RUNS) if text]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
