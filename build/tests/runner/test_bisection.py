# SPDX-License-Identifier: BSD-2-Clause
"""`git bisect run xtf-runner --bisect --tree .` on a history made here.

The tree is a stand-in for Xen's source, and the program that runs what it
builds one for QEMU; git, the build in the cache and the runner are real.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "hypervisor"))

import standin  # noqa: E402
from touchstone.base import deps  # noqa: E402
from touchstone.runner import bisection  # noqa: E402
from touchstone.base.verdict import Verdict  # noqa: E402

RUNNER = Path(__file__).resolve().parents[3] / "xtf-runner"


@unittest.skipIf(deps.missing("hypervisor"), "needs what builds Xen")
class Bisect(unittest.TestCase):
    """What git finds, and the exit status on each commit."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        self.tree = self.dir / "xen"
        standin.make_tree(self.tree)
        standin.make_qemu(self.dir / "qemu")
        for name in ("example", "maps"):
            where = self.dir / "tests" / name
            where.mkdir(parents=True)
            (where / "info.json").write_text(json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64"]}))
            (where / f"test-pv64-{name}").write_bytes(b"\x7fELF")
        self.git("init", "-q")
        self.commit("int a;")

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@t", *words],
            cwd=self.tree, check=True, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self.environment()).stdout

    def environment(self) -> "dict[str, str]":
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("GIT_")}
        return {**kept, "XDG_CACHE_HOME": str(self.dir / "cache"),
                "LC_ALL": "C"}

    def commit(self, text: str) -> None:
        (self.tree / "xen/common/a.c").write_text(text + "\n")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", text)

    def command(self, *words: str) -> List[str]:
        return [sys.executable, str(RUNNER), "--bisect", "--tree", ".",
                "--tests-dir", str(self.dir / "tests"),
                "--qemu", str(self.dir / "qemu"), "--accel", "tcg",
                "-q", *words]

    def status(self, *words: str) -> int:
        return subprocess.run(
            self.command(*words), cwd=self.tree, env=self.environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def test_first_bad_commit(self) -> None:
        for text in ("int b;", "error: no type", "int c;", "panics", "int d;",
                     "defect", "defect;", "defect;;"):
            self.commit(text)
        self.git("bisect", "start", "HEAD", "HEAD~8")
        said = self.git("bisect", "run", *self.command("maps"))
        self.assertIn("is the first bad commit", said)
        self.assertEqual(
            self.git("show", "-s", "--format=%s", "bisect/bad"), "defect\n")

    def test_status_of_each_kind(self) -> None:
        for text, expected in (("int a;", 0), ("defect", 1),
                               ("error: no type", 125), ("panics", 125),
                               ("lacks", 125)):
            self.commit(text)
            with self.subTest(text=text):
                self.assertEqual(self.status("maps"), expected)

    def test_boot_itself_can_be_asked_for(self) -> None:
        self.commit("panics")
        self.assertEqual(self.status("example"), 1)

    def test_what_is_not_the_commit_s_fault_stops(self) -> None:
        self.assertEqual(self.status("no-such-test"), 128)
        self.assertEqual(self.status("--qemu", "/no/such", "maps"), 128)
        (self.tree / "xen/Makefile").unlink()
        self.assertEqual(self.status("maps"), 128)


class Status(unittest.TestCase):
    """Verdicts as git takes them."""

    def test_all(self) -> None:
        self.assertEqual(
            {str(verdict): bisection.status(verdict) for verdict in Verdict},
            {"SUCCESS": 0, "SKIP": 125, "ERROR": 1, "FAILURE": 1, "CRASH": 1,
             "TIMEOUT": 1})


if __name__ == "__main__":
    unittest.main()
