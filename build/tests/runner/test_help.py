# SPDX-License-Identifier: BSD-2-Clause
"""What the command says of itself: manual, completion, --doctor."""

import argparse
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List, Set
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import library  # noqa: E402
from touchstone.base.verdict import RunnerError  # noqa: E402
from touchstone.runner import (cli, completion, doctor,  # noqa: E402
                               manual, options)
from touchstone.runner.doctor import Finding  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


def known_options() -> Set[str]:
    """Return all options with two dashes that --help shows."""
    return {option for action in options.parser()._actions
            for option in action.option_strings
            if option.startswith("--") and action.help != argparse.SUPPRESS}


SOURCE = (ROOT / "docs/xtf-runner.man").read_text("utf-8")


class Manual(unittest.TestCase):
    """The manual page and the pages of docs know the options there are."""

    def page(self) -> str:
        try:
            return manual.page(options.parser(), manual.read(SOURCE))
        except RunnerError as error:
            self.skipTest(str(error))

    def test_each_option_is_in_the_manual(self):
        text = self.page().replace("\\-", "-")
        entries = re.findall(r"^\.TP\n(.*)\n(.*)$", text, re.MULTILINE)
        found = {option for line, _ in entries
                 for option in re.findall(r"\\fB(--[a-z-]+)\\fR", line)}
        self.assertEqual(found, known_options() - {"--help"})
        self.assertNotIn("@", SOURCE.replace(" @ ", "").replace("@trixie", "")
                         .replace("@ENVIRONMENTS@", "")
                         .replace("@CATEGORIES@", "")
                         .replace("@OTHER_CATEGORIES@", ""))
        self.assertRegex(text, r"(?m)^pv64 .* mmu64le, or the groups")

    def test_text_follows_its_option(self):
        text = self.page()
        at = text.index("\\fB\\-\\-watch\\fR")
        entry = text[at:text.index(".TP", at)]
        self.assertIn("Build and run the selection", entry)
        self.assertIn("A round builds", entry)
        self.assertLess(text.index(".SH HOW TO RUN IT"), at)

    def test_text_for_nothing_is_an_error(self):
        parser = argparse.ArgumentParser(prog="p", description="Do it.")
        parser.add_argument("--one", help="the first")
        for text in ('.\\" option --two\nx', '.\\" group what\nx'):
            with self.assertRaisesRegex(RunnerError, "there is no"):
                manual.page(parser, manual.read(text))
        with self.assertRaisesRegex(RunnerError, "two parts"):
            manual.read('.\\" before\n.\\" before')

    def test_without_the_library(self):
        with mock.patch.object(
                library.importlib, "import_module", side_effect=ImportError):
            with self.assertRaisesRegex(
                    RunnerError, "is missing here: install the Debian package"
                    " python3-argparse-manpage"):
                manual.page(options.parser(), manual.read(""))

    def test_docs_name_no_other(self):
        for name in ("docs/reports.md", "docs/ci/README.md"):
            text = (ROOT / name).read_text("utf-8")
            found = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*[a-z])", text))
            self.assertEqual(found - known_options(), set(), name)

    @unittest.skipIf(shutil.which("groff") is None, "groff is not installed")
    def test_form(self):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"], input=self.page(),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.stderr, "")


class Completion(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        info = self.dir / "tests/gnttab-map/info.json"
        info.parent.mkdir(parents=True)
        info.write_text(json.dumps({
            "name": "gnttab-map", "category": "functional",
            "environments": ["pv64"], "variations": ["a", "b"]}))

    def script(self, shell: str) -> Path:
        file = self.dir / shell
        file.write_text(completion.script(shell, options.parser()))
        return file

    def complete(self, *words: str) -> List[str]:
        """Return what bash offers for the last of some words."""
        runner = self.dir / "xtf-runner"
        runner.write_text(
            f"#!/bin/sh\nexec {sys.executable} {ROOT}/xtf-runner"
            f" --tests-dir {self.dir}/tests \"$@\"\n")
        runner.chmod(0o755)
        done = subprocess.run(
            ["bash", "--norc", "-c", '. "$0"; COMP_WORDS=("$@");'
             " COMP_CWORD=$(($# - 1)); _xtf_runner;"
             ' printf "%s\\n" "${COMPREPLY[@]}"', str(self.script("bash")),
             str(runner), *words], stdout=subprocess.PIPE, text=True,
            cwd=self.dir, check=True)
        return done.stdout.split()

    def test_bash(self):
        self.assertEqual(self.complete("--stress-"),
                         ["--stress-count", "--stress-duration"])
        self.assertEqual(self.complete("--accel", ""), ["auto", "tcg", "kvm"])
        self.assertEqual(self.complete("gntt"), ["gnttab-map"])
        self.assertEqual(self.complete("--all", "test-pv64-"),
                         ["test-pv64-gnttab-map~a", "test-pv64-gnttab-map~b"])
        self.assertEqual(self.complete("--html", "te"), ["tests"])
        self.assertEqual(self.complete("--tap", "pv6"), ["pv64"])
        self.assertEqual(self.complete("--jobs", "p"), [])

    @unittest.skipIf(shutil.which("zsh") is None, "zsh is not installed")
    def test_zsh(self):
        file = str(self.script("zsh"))
        done = subprocess.run(
            ["zsh", "-f", "-c", "autoload -U compinit && compinit -u -D &&"
             ' . "$1" && print $_comps[xtf-runner]', "zsh", file],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.stdout, "_xtf_runner\n")

    def test_each_option_is_there(self):
        for shell in completion.SHELLS:
            text = self.script(shell).read_text()
            for option in known_options():
                self.assertRegex(text, rf"{option}[\s|)\[\"]", shell)


class Doctor(unittest.TestCase):
    def run_doctor(self, *findings: Finding):
        said: List[str] = []
        code = doctor.run(Path("/"), "qemu", said.append,
                          lambda *_: iter(findings))
        return code, said

    def test_what_is_needed_decides(self):
        good = Finding("a", True, "fine", "never said")
        missing = Finding("b", False, "gone", "make b")
        optional = missing._replace(needed=False)
        self.assertEqual(self.run_doctor(good)[0], 0)
        code, said = self.run_doctor(good, optional)
        self.assertEqual(code, 0)
        self.assertTrue(any(line.endswith("-> make b") for line in said))
        self.assertNotIn("never said", "\n".join(said))
        code, said = self.run_doctor(missing, good)
        self.assertEqual(code, 1)
        self.assertTrue(said[0].startswith("MISSING  b"))

    def test_this_machine(self):
        with tempfile.TemporaryDirectory() as scratch:
            with mock.patch("sys.stdout", io.StringIO()) as out:
                code = cli.main(["--doctor", "--tests-dir", scratch, "--qemu",
                                 "no-such-qemu"])
        self.assertEqual(code, 1)
        self.assertIn("no-such-qemu is not found", out.getvalue())
        self.assertIn("-> make", out.getvalue())


if __name__ == "__main__":
    unittest.main()
