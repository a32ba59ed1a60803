# SPDX-License-Identifier: BSD-2-Clause
"""Many defects in one text: which changes can be put behind a number."""

import sys
import unittest
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BUILD))

from touchstone.defects import guards  # noqa: E402
from . import samples  # noqa: E402
from .test_rules import SOURCE  # noqa: E402


class Guard(unittest.TestCase):
    """One change."""

    def test_statement(self) -> None:
        self.assertEqual(
            guards.guard("f();", "g();", "{\n    ", 3),
            "{ if ( touchstone_defect == 3 ) { g(); } else { f(); } }")

    def test_removed_statement_after_a_condition(self) -> None:
        self.assertEqual(
            guards.guard("f();", "", "if ( a(b) )\n    ", 1),
            "{ if ( touchstone_defect == 1 ) {  } else { f(); } }")

    def test_expression(self) -> None:
        self.assertEqual(
            guards.guard("a >= b", "0", "if ( x && ", 2),
            "(touchstone_defect == 2 ? (0) : (a >= b))")

    def test_condition_of_if(self) -> None:
        self.assertEqual(
            guards.guard("if ( f(a) )", "if ( 0 )", ";\n    ", 2),
            "if ( (touchstone_defect == 2 ? (0) : (f(a))) )")

    def test_lines_of_an_expression_may_begin_with_an_operator(self) -> None:
        self.assertIsNotNone(guards.guard("a\n    && b", "a", "( ", 1))

    def test_neither(self) -> None:
        for old, new, before in (("case 1:", "", "{"), ("&& b", "", "a "),
                                 ("a = b", "a = c", "( "),
                                 ("if ( a ) {", "", ";"),
                                 ("x;", "y", "f = g + "),
                                 ("out: f();", "", ";")):
            self.assertIsNone(guards.guard(old, new, before, 1), old)


class Merge(unittest.TestCase):
    """Changes of one file."""

    def test_overlap_is_refused(self) -> None:
        refused = {}
        one = samples.defect(name="one", function="limit",
                             find="n >= max", replace="0")
        two = one._replace(name="two", find="max", replace="0")
        three = one._replace(name="three", find="return -1;", replace="")
        merged = guards.merge(SOURCE, [(1, one), (2, two), (3, three)],
                              refused)
        self.assertEqual(refused, {"two": guards.OVERLAP})
        self.assertIn("touchstone_defect == 1 ? (0)", merged.text)
        self.assertIn("touchstone_defect == 3", merged.text)
        self.assertNotIn("touchstone_defect == 2", merged.text)
        lines = merged.text.splitlines()
        for first, _, name in merged.lines:
            number = {"one": 1, "three": 3}[name]
            self.assertIn(f"touchstone_defect == {number}",
                          lines[first - 1])


if __name__ == "__main__":
    unittest.main()
