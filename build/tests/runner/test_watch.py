# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: --watch, on a tree whose Makefile copies sources to images."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.verdict import RunnerError, UsageError  # noqa: E402
from touchstone.runner import cli, options, watch  # noqa: E402

BUILD = Path(__file__).resolve().parents[2]

MAKEFILE = """\
TESTS ?= tests/a tests/b
all: $(foreach t,$(TESTS),$(t)/test-pv64-$(notdir $(t)))
tests/a/test-pv64-a: tests/a/main.c common/lib.c
\tcat $^ >$@
\t! grep -q wrong $^
tests/b/test-pv64-b: tests/b/main.c common/lib.c
\tcat $^ >$@
"""

XEN = """\
static int one(void)
{
    return 1;
}

int two(void)
{
    return 2;
}
"""


class Tree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        self.write("Makefile", MAKEFILE)
        self.write("common/lib.c", "lib")
        for name in "ab":
            self.write(f"tests/{name}/main.c", name)
            self.write(f"tests/{name}/Makefile", "")
            self.write(f"tests/{name}/info.json", json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64"]}))

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Times are as coarse as the kernel's tick, and make compares them.
        time.sleep(0.01)
        path.write_text(text)


class Rounds(Tree):
    def watch(self, *words: str) -> None:
        """Begin to watch; what runs is in self.ran."""
        args = options.parse(["--watch", *words])
        args.xen = args.xen or "auto"
        self.ran: List[str] = []
        self.broken = False

        def run(instances):
            if self.broken:
                raise RunnerError("xen does not build")
            self.ran = [one.test.name for one in instances]
            return 0

        self.watched = watch.Watch(args, self.root, run, self.make)
        self.before = self.watched.look()

    def make(self, args, root):
        with mock.patch("touchstone.runner.watch.subprocess.run",
                        self.quiet):
            return watch._make(args, root)

    @staticmethod
    def quiet(command, **keywords):
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, **keywords)
        run.wait()
        return run

    def round(self) -> List[str]:
        now = self.watched.look()
        self.ran = []
        with mock.patch("touchstone.runner.watch._say") as self.said:
            self.watched.note(watch.changes(self.before, now))
            self.before = now
            self.watched.round()
        return self.ran

    def test_what_is_built_anew_runs(self):
        self.watch("--all")
        self.assertEqual(self.round(), ["a", "b"])
        self.assertEqual(self.round(), [])
        self.write("tests/b/main.c", "other")
        self.assertEqual(self.round(), ["b"])
        self.write("common/lib.c", "other")
        self.assertEqual(self.round(), ["a", "b"])
        # Another time, the same bytes.
        self.write("common/lib.c", "other")
        self.assertEqual(self.round(), [])

    def test_only_what_is_selected_is_built(self):
        self.watch("test-pv64-b")
        self.assertEqual(self.round(), ["b"])
        self.assertFalse((self.root / "tests/a/test-pv64-a").exists())

    def test_a_build_that_fails(self):
        self.watch("--all")
        self.write("tests/a/main.c", "wrong")
        self.assertEqual(self.round(), [])
        self.said.assert_called_with("the build failed")
        self.write("tests/a/main.c", "right")
        self.assertEqual(self.round(), ["a", "b"])

    def tree(self) -> None:
        self.write("xen/xen/common/argo.c", XEN)
        self.write("xen/xen/common/other.c", XEN)
        self.write("out/coverage/coverage.json", json.dumps({"files": {
            "common/argo.c": {"functions": [
                {"name": "one", "tests": ["a"]},
                {"name": "two", "tests": ["b", "not-selected"]}]}}}))
        self.watch("--all", "--tree", str(self.root / "xen"))

    def edit(self, old: str, new: str, name: str = "argo") -> List[str]:
        path = self.root / f"xen/xen/common/{name}.c"
        self.write(str(path.relative_to(self.root)),
                   path.read_text().replace(old, new, 1))
        return self.round()

    def test_tests_that_reach_an_edited_function_run(self):
        self.tree()
        self.assertEqual(self.round(), ["a", "b"])
        self.assertEqual(self.edit("return 1", "return 3"), ["a"])
        self.assertEqual(self.edit("    return 2;\n", ""), ["b"])
        self.assertEqual(self.round(), [])

    def test_all_run_where_the_data_cannot_tell(self):
        self.tree()
        self.round()
        self.assertEqual(self.edit("return 1", "return 3", "other"),
                         ["a", "b"])
        # Outside of all functions; in one that the data does not have.
        self.assertEqual(self.edit("static", "#define A\nstatic"), ["a", "b"])
        self.assertEqual(self.edit("two(void)", "six(void)"), ["a", "b"])

    def test_what_did_not_run_runs_later(self):
        self.tree()
        self.round()
        self.broken = True
        self.assertEqual(self.edit("return 1", "return"), [])
        self.said.assert_called_with("xen does not build")
        self.broken = False
        self.assertEqual(self.edit("return 2", "return 4"), ["a", "b"])

    def test_images_of_another_build(self):
        for name in "ab":
            self.write(f"tests/{name}/test-pv64-{name}", "image")
        self.watch("--all", "--tests-dir", str(self.root / "tests"))
        self.assertEqual(self.round(), ["a", "b"])
        self.write("tests/a/main.c", "other")
        self.assertEqual(self.before, self.watched.look())
        self.write("tests/a/test-pv64-a", "another image")
        self.assertEqual(self.round(), ["a"])


class Command(Tree):
    WRAPPER = """\
import sys
sys.path[:0] = [{build!r}, {tests!r}]
import signal
from pathlib import Path
# A shell that runs the tests in its background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from runner.test_flakes import GOOD, Script
from touchstone import hosts
from touchstone.runner import cli
hosts.create = lambda *_: Script({{"a": [GOOD], "b": [GOOD]}})
sys.exit(cli.main(sys.argv[1:], Path({root!r})))
"""

    def test_until_interrupted(self):
        wrapper = self.root / "wrapper.py"
        wrapper.write_text(self.WRAPPER.format(
            build=str(BUILD), tests=str(BUILD / "tests"),
            root=str(self.root)))
        log = self.root / "log"
        with log.open("wb") as file, subprocess.Popen(
                [sys.executable, str(wrapper), "--watch", "--all"],
                cwd=str(self.root), stdout=file, stderr=file,
                env={**os.environ, "XDG_CACHE_HOME": str(self.root)},
                start_new_session=True) as child:
            try:
                self.until(log, "waiting for a change")
                self.assertIn("2 SUCCESS", log.read_text())
                self.write("tests/b/main.c", "other")
                self.until(log, "1 SUCCESS")
                self.assertIn("changed: " + str(self.root / "tests/b/main.c"),
                              log.read_text())
                self.until(log, "waiting for a change", 2)
                child.send_signal(signal.SIGINT)
                self.assertEqual(child.wait(20), 130)
            finally:
                child.kill()

    def until(self, log: Path, text: str, times: int = 1) -> None:
        end = time.monotonic() + 30
        while log.read_text().count(text) < times:
            self.assertLess(time.monotonic(), end, log.read_text())
            time.sleep(0.05)

    def test_what_it_cannot_go_with(self):
        for words in (["--gdb"], ["--shard", "1/2"], ["--tap"],
                      ["--stress-count", "2"]):
            args = options.parse(["--watch", "--all", *words])
            with self.assertRaises(UsageError):
                watch.run(args, self.root)
        with mock.patch("sys.stderr"):
            self.assertEqual(cli.main(["--watch", "--all", "--bisect"],
                                      self.root), 128)


if __name__ == "__main__":
    unittest.main()
