# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: --git-range, on a history that the test makes."""

import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.verdict import RunnerError, UsageError  # noqa: E402
from touchstone.coverage import render  # noqa: E402
from touchstone.coverage.analysis import FileCoverage  # noqa: E402
from touchstone.runner import cli, gitrange  # noqa: E402

SOURCE = """\
static int one(int a)
{
    if ( a )
        return 1;

    return 0;
}

int two(void)
{
    return 2;
}

int three(void)
{
    return 3;
}
"""


class Range(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        self.tree = self.dir / "tree"
        self.tree.mkdir()
        self.git("init", "-q")
        self.commit({"xen/common/a.c": SOURCE, "xen/include/a.h": "x\n",
                     "docs/a.md": "x\n", "xen/arch/arm/a.c": "x\n"})
        self.data = self.record(SOURCE)

    def git(self, *words):
        subprocess.run(["git", "-C", str(self.tree), "-c", "user.name=a",
                        "-c", "user.email=a@b", *words], check=True)

    def commit(self, files):
        for name, text in files.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-qm", "change")

    def record(self, source):
        """Write what build/coverage would of a source."""
        by_env, by_test = FileCoverage("common/a.c"), FileCoverage(
            "common/a.c")
        by_env.lines = {3: {"pv64"}, 4: set(), 6: {"pv64"}, 11: {"pv64"},
                        16: set()}
        by_test.lines = {3: {"map", "copy"}, 4: set(), 6: {"map"},
                         11: {"send"}, 16: set()}
        for file in (by_env, by_test):
            file.attach(source)
        data = self.dir / "coverage.json"
        data.write_text(render.as_json([by_env], "Xen", {},
                                       render.tests_of([by_test])))
        return data

    def touched(self, span="HEAD~1..HEAD"):
        return gitrange.touched(self.tree / "xen", span, self.data)

    def test_a_function_and_who_reaches_it(self):
        self.commit({"xen/common/a.c": SOURCE.replace("return 1", "return 9")})
        found = self.touched()
        self.assertEqual(found.functions, ["xen/common/a.c: one"])
        self.assertEqual(found.tests, {"map", "copy"})
        self.assertEqual((found.unknown, found.unreached), ([], []))

    def test_several_commits_and_an_open_end(self):
        self.commit({"xen/common/a.c": SOURCE.replace("return 1", "return 9")})
        self.commit({"xen/common/a.c": SOURCE.replace("return 2", "return 9")})
        self.assertEqual(self.touched("HEAD~2..").tests, {"send"})
        self.assertEqual(self.touched("HEAD~1..").tests,
                         {"map", "copy", "send"})

    def test_what_no_test_reaches(self):
        changed = SOURCE.replace("return 1", "return 9").replace(
            "return 3", "return 9")
        self.commit({"xen/common/a.c": changed})
        self.assertEqual(self.touched().unreached,
                         ["xen/common/a.c: three()"])
        # Lines can be told where the data is of this very source.
        self.data = self.record(changed)
        self.assertEqual(self.touched().unreached, [
            "xen/common/a.c: three()", "xen/common/a.c:4",
            "xen/common/a.c:16"])

    def test_a_function_that_goes_and_one_that_comes(self):
        self.commit({"xen/common/a.c": SOURCE.replace("two", "new")})
        found = self.touched()
        self.assertEqual(found.functions,
                         ["xen/common/a.c: new", "xen/common/a.c: two"])
        self.assertEqual(found.tests, {"send"})
        self.assertEqual(found.unreached, ["xen/common/a.c: new()"])

    def test_lines_that_are_only_removed(self):
        self.commit({"xen/common/a.c": SOURCE.replace(
            "    if ( a )\n        return 1;\n\n", "")})
        self.assertEqual(self.touched().functions, ["xen/common/a.c: one"])

    def test_what_the_data_does_not_have(self):
        self.commit({"xen/include/a.h": "y\n", "docs/a.md": "y\n",
                     "xen/arch/arm/a.c": "y\n"})
        self.assertEqual(self.touched().unknown, ["xen/include/a.h"])

    def test_faults(self):
        self.commit({"docs/a.md": "z\n"})
        for span, error in (("HEAD", UsageError), ("a...b", UsageError),
                            ("..HEAD", UsageError), ("a..b", RunnerError)):
            with self.assertRaises(error, msg=span):
                self.touched(span)
        self.data.write_text('{"files": {"a": {"functions": [{}]}}}')
        with self.assertRaisesRegex(RunnerError, "earlier version"):
            self.touched()
        self.data.unlink()
        with self.assertRaisesRegex(RunnerError, "run build/coverage first"):
            self.touched()

    def test_command(self):
        self.commit({"xen/common/a.c": SOURCE.replace("return 2", "return 9")})
        for name in ("map", "send"):
            info = self.dir / "tests" / name / "info.json"
            info.parent.mkdir(parents=True)
            info.write_text(json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64"]}))
        words = ["--git-range", "HEAD~1..HEAD", "--coverage", str(self.data)]
        tree = ["--tree", str(self.tree)]
        for more, code, listed in (
                (["--list", *tree], 0, "test-pv64-send\n"),
                (["map", *tree], 3, ""), (["--list"], 2, "")):
            with mock.patch("sys.stdout", io.StringIO()) as out, \
                    mock.patch("sys.stderr", io.StringIO()) as err:
                self.assertEqual(cli.main([*words, *more], self.dir), code)
            self.assertEqual(out.getvalue(), listed)
        self.assertIn("--git-range goes with --tree", err.getvalue())


if __name__ == "__main__":
    unittest.main()
