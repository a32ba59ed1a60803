# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: lists in .ini files."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import inifile  # noqa: E402
from touchstone.base.verdict import RunnerError  # noqa: E402


class Files(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)

    def write(self, text: str, name: str = "a.ini") -> Path:
        path = self.dir / name
        path.write_text(text)
        return path

    def test_values(self):
        section, = inifile.read(self.write(
            "# a comment\n[x y]\na = 1: 2\nb = p q\n    r\n"), "abc", "a")
        self.assertEqual(section.name, "x y")
        self.assertEqual(section["a"], "1: 2")
        self.assertEqual(section.words("b"), ("p", "q", "r"))
        self.assertEqual(section.lines("b"), ("p q", "r"))
        self.assertEqual(section.get("c", "d"), "d")
        self.assertEqual(section.words("c", "d e"), ("d", "e"))
        self.assertNotIn("c", section)
        self.assertEqual(list(section), ["a", "b"])

    def test_defaults_are_values_of_each_section(self):
        section, = inifile.read(self.write("[DEFAULT]\na = 1\n[x]\n"), "a",
                                "a")
        self.assertEqual(section["a"], "1")

    def test_faults(self):
        for text, message in (("[x]\nb = 1\n", r"\[x\]: lacks a"),
                              ("[x]\na = 1\nz = 1\n", "unknown key z"),
                              ("a = 1\n", "no section headers"),
                              ("[x]\na = 1\na = 2\n", "already exists")):
            with self.assertRaisesRegex(RunnerError, message):
                inifile.read(self.write(text), "ab", "a")
        with self.assertRaisesRegex(RunnerError, "No such file"):
            inifile.read(self.dir / "none", "a")

    def test_directory(self):
        self.write("[x]\na = 1\n", "2.ini")
        self.write("[y]\na = 1\n", "1.ini")
        self.assertEqual([section.name for section in
                          inifile.read_all(self.dir, "a")], ["y", "x"])
        self.write("[x]\na = 1\n", "3.ini")
        with self.assertRaisesRegex(RunnerError, "two sections .* called x"):
            inifile.read_all(self.dir, "a")


if __name__ == "__main__":
    unittest.main()
