# SPDX-License-Identifier: BSD-2-Clause
"""build/new-test: the files that it writes, and that they compile."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List, Tuple

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "build"))

from touchstone.newtest import command, kinds  # noqa: E402


def name_of(kind: str) -> str:
    """Return a name for a test of this kind, with a dash in it."""
    return "xsa-9999" if kind == "xsa" else f"new-{kind}"


class Files(unittest.TestCase):
    """The command line, and the text of the files."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)

    def call(self, *argv: str) -> Tuple[int, str]:
        """Return the exit status and the output."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                status = command.main(list(argv), self.root)
            except SystemExit as end:
                status = int(end.code or 0)
        return status, out.getvalue()

    def read(self, name: str) -> Tuple[str, str]:
        """Return the Makefile and the source of a test."""
        directory = self.root / "tests" / name
        return ((directory / "Makefile").read_text(),
                (directory / "main.c").read_text())

    def test_each_case_ends_as_an_error(self) -> None:
        """The last statement of the body says that it is not written."""
        for kind in kinds.KINDS:
            with self.subTest(kind=kind):
                name = name_of(kind)
                self.assertEqual(self.call("--kind", kind, name)[0], 0)
                _, source = self.read(name)
                self.assertNotRegex(source, "@[A-Z]+@")
                self.assertEqual(source.count("CASE(\""), 1)
                self.assertRegex(source, r'error_case\("[^;]*\);\n}\n\Z')

    def test_titles_agree(self) -> None:
        """The page and the banner have the same words."""
        for kind in kinds.KINDS:
            with self.subTest(kind=kind):
                name = name_of(kind)
                self.call("--kind", kind, name)
                source = self.read(name)[1]
                page = re.search(rf"@page test-{name} (.*)", source)
                banner = re.search(r'test_title\[\] = "(.*)"', source)
                assert page and banner
                self.assertEqual(page[1], banner[1])

    def test_lines_fit(self) -> None:
        """No line of a template is longer than the house's C has."""
        for path in kinds.TEMPLATES.iterdir():
            for line in path.read_text().splitlines():
                self.assertLessEqual(len(line), 80, f"{path.name}: {line}")

    def test_kind_from_the_name(self) -> None:
        """The name's beginning chooses the fixture."""
        self.call("evtchn-foo")
        self.assertIn("EVTCHN_CASE(", self.read("evtchn-foo")[1])
        self.call("other")
        self.assertIn("\nCASE(", self.read("other")[1])

    def test_advisory(self) -> None:
        """An advisory has its category, its address and its case's prefix."""
        self.call("--kind", "evtchn", "xsa-9998")
        makefile, source = self.read("xsa-9998")
        self.assertIn("CATEGORY  := xsa\n", makefile)
        self.assertIn("advisory-9998.html", source)
        self.assertIn('EVTCHN_CASE("XSA-9998 operation', source)

    def test_refusals(self) -> None:
        """A bad name, a kind that does not fit, a test that exists."""
        self.assertEqual(self.call("Foo")[0], 2)
        self.assertEqual(self.call("--kind", "xsa", "gnttab-foo")[0], 2)
        self.assertEqual(self.call("foo")[0], 0)
        before = self.read("foo")
        status, output = self.call("foo", "--title", "Other")
        self.assertEqual(status, 1)
        self.assertIn("tests/foo already exists", output)
        self.assertEqual(self.read("foo"), before)


class Compiled(unittest.TestCase):
    """Each kind compiles as it is, with the flags of the build."""

    def compile(self, envs: List[str], out: str, *variables: str) -> None:
        """Compile all kinds for these environments, into a scratch `O`."""
        (ROOT / "out").mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="new-test-", dir=ROOT / "out"))
        self.addCleanup(shutil.rmtree, scratch)
        tests = []
        for kind in kinds.KINDS:
            directory = scratch / name_of(kind)
            command.create(directory, name_of(kind), kind)
            tests.append(str(directory.relative_to(ROOT)))
        objects_in = (scratch / out).relative_to(ROOT)
        objects = [
            f"{objects_in}/{env}/{test}/main.o" for env in envs
            for test in tests
            if "peer" not in test or env in kinds.KINDS["peer"].envs.split()]
        environ = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        done = subprocess.run(
            ["make", "-j2", f"O={objects_in}", f"TESTS={' '.join(tests)}",
             *variables, *objects],
            cwd=ROOT, env=environ, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("warning", done.stdout)

    def test_gcc(self) -> None:
        """With GCC, one PV and one HVM environment."""
        self.compile(["pv64", "hvm32"], "gcc")

    @unittest.skipUnless(shutil.which("clang"), "needs clang")
    def test_clang(self) -> None:
        """With Clang, the other widths."""
        self.compile(["pv32pae", "hvm64"], "clang", "CC=clang", "STRICT=1")


if __name__ == "__main__":
    unittest.main()
