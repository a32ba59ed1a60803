# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: saved runs beside each other, as text and as a page."""

import io
import re
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import library  # noqa: E402
from touchstone.base.verdict import Verdict  # noqa: E402
from touchstone.report import matrix, pages  # noqa: E402
from touchstone.runner import cli  # noqa: E402
from touchstone.runs import record  # noqa: E402
from touchstone.runs.matrix import Column, rows  # noqa: E402

from . import test_html  # noqa: E402
from .test_runs import result, run_of  # noqa: E402

GOOD, BAD = Verdict.SUCCESS, Verdict.FAILURE
CRASH, SKIP = Verdict.CRASH, Verdict.SKIP


def columns() -> List[Column]:
    nights = [
        run_of(result("good", GOOD), result("skip", SKIP),
               result("race", GOOD), result("broke", GOOD)),
        run_of(result("good", GOOD), result("skip", SKIP),
               result("race", BAD, "one=PASS two=FAIL"),
               result("broke", GOOD)),
        run_of(result("good", GOOD), result("skip", SKIP),
               result("race", GOOD), result("broke", BAD, "<i>=FAIL"),
               result("new", CRASH)),
    ]
    for day, night in enumerate(nights, 1):
        night.about["started"] = f"2026-11-0{day}T02:00:00Z"
    return [Column(f"{at}.json", night) for at, night in enumerate(nights)]


class Rows(unittest.TestCase):
    def test_order(self):
        table = rows(columns())
        self.assertEqual([row.name[len("test-pv64-"):] for row in table],
                         ["new", "race", "broke", "skip", "good"])
        self.assertEqual([row.changes for row in table], [0, 2, 1, 0, 0])
        self.assertEqual(table[0].outcomes, ["", "", "CRASH"])
        self.assertEqual([row.is_same for row in table],
                         [False, False, False, True, True])

    def test_a_steady_failure_is_not_the_same_as_success(self):
        row, = rows([Column("a", run_of(result("x", BAD)))] * 2)
        self.assertFalse(row.is_same)
        self.assertEqual(row.reasons(), [("FAILURE", "a reason", [1, 2])])

    def test_reasons(self):
        race = rows(columns())[1]
        self.assertEqual(race.reasons(),
                         [("FAILURE", "FAIL: two: x is 1", [2])])


class Text(unittest.TestCase):
    def test_what_differs_is_shown(self):
        text = matrix.text(columns())
        self.assertIn("  1  0.json: Xen 4.17.5, 2026-11-01 02:00: 1 SKIP, 3"
                      " SUCCESS\n", text)
        self.assertRegex(text, r"test-pv64-race +\.  FAILURE +\.\n")
        self.assertRegex(text, r"test-pv64-new +- +-  +CRASH\n")
        self.assertNotIn("test-pv64-good ", text)
        self.assertIn("3 runs, 5 instances: 2 went well or were skipped in"
                      " each run, 2 changed from one run to the next", text)

    def test_command(self):
        with tempfile.TemporaryDirectory() as scratch:
            names = []
            for column in columns():
                path = Path(scratch) / column.file
                path.write_text(record.text(column.run))
                names.append(str(path))
            out = ["--html", scratch] if library.is_there("jinja2") else []
            with mock.patch("sys.stdout", io.StringIO()) as said:
                code = cli.main([*out, "--matrix", *names])
            self.assertEqual(code, CRASH.exit_code)
            self.assertIn("5 instances", said.getvalue())
            self.assertEqual(Path(scratch, "index.html").exists(), bool(out))
            with mock.patch("sys.stderr", io.StringIO()) as error:
                self.assertEqual(cli.main(["--save", "x", "--matrix",
                                           *names]), 2)
            self.assertIn("--matrix cannot go with --save", error.getvalue())


@unittest.skipUnless(library.is_there("jinja2"),
                     "python3-jinja2 is not installed")
class Page(test_html.Browser):
    # Of the base class only what opens a page.
    test_filters_and_keys = test_the_fragment_alone = None
    test_a_page_of_usual_size_opens_in_a_second = None

    def test_text(self):
        page = matrix.html_page(columns(), pages.Pages())
        self.assertIn("FAIL: &lt;i&gt;: x is 1", page)
        self.assertEqual(re.findall(
            r'<details class="i [^>]*data-name="(\S+)"[^>]* open>', page),
            [f"test-pv64-{name}" for name in ("new", "race", "broke")])
        self.assertEqual(page.count('<a class="c SUCCESS"'), 3 + 2 + 2)

    def test_filters(self):
        page = matrix.html_page(columns(), pages.Pages())
        dumped = self.dump(page, "#v=FAILURE&q=changed")
        hidden = {name for name, rest in re.findall(
            r'data-name="(\S+)" data-v([^>]*)>', dumped) if " hidden" in rest}
        self.assertEqual(hidden, {f"test-pv64-{name}" for name in (
            "new", "good", "skip")})


if __name__ == "__main__":
    unittest.main()
