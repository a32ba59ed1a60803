# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: defects that releases of Xen are known to have."""

import datetime
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import known_defects as known  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.base.verdict import (Case, Result, RunnerError,  # noqa: E402
                                Verdict)

LIST = """
[XSA-1]
tests = one-*
cases = map: bad
verdicts = FAILURE CRASH
commit = 0123456789
broken = 4.18
fixed = 4.21 4.20.2 4.19.4
"""


TODAY = datetime.date(2026, 1, 31)


def result(test: str, verdict: Verdict, *cases: Case) -> Result:
    instance = Instance(Test(Path("/nowhere"), {
        "name": test, "category": "xsa", "environments": ["pv64"]}),
        "pv64", None)
    return Result(instance, verdict, cases=list(cases))


GOOD = Case("PASS", "map: good")
BAD = Case("FAIL", "map: bad", "x is 1")


class Known(unittest.TestCase):
    def load(self, text: str, excused: bool = False):
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "list.ini"
            path.write_text(text)
            return known.load(path, excused)

    def marked(self, version: str, res: Result, text: str = LIST,
               excused: bool = False, whole: bool = True) -> Result:
        known.Marker(self.load(text, excused), version, whole,
                     TODAY).mark(res)
        return res

    def test_the_list_of_the_project(self):
        self.assertTrue(known.load())

    def test_versions(self):
        defect, = self.load(LIST)
        for text, has in (("4.17.9", False), ("4.18.9", True),
                          ("4.19.3", True), ("4.19.4", False),
                          ("4.20.1+5-g1", True), ("4.20.2", False),
                          ("4.21.0", False), ("4.22-unstable", False),
                          ("unknown", False)):
            self.assertEqual(defect.is_in(text, TODAY), has,
                             text)

    def test_a_known_failure(self):
        res = self.marked("4.20.0", result("one-a", Verdict.FAILURE,
                                           Case("PASS", "map: good"),
                                           Case("FAIL", "map: bad: x is 1")))
        self.assertTrue(res.known)
        self.assertIn("fixed by 0123456789, in 4.21, 4.20.2", res.hint)

    def test_another_case_fails_as_well(self):
        res = self.marked("4.20.0", result("one-a", Verdict.FAILURE,
                                           Case("FAIL", "map: bad: x is 1"),
                                           Case("FAIL", "copy: x is 1")))
        self.assertFalse(res.known)
        self.assertTrue(res.hint)

    def test_another_verdict_and_a_fixed_release(self):
        self.assertFalse(self.marked(
            "4.20.0", result("one-a", Verdict.TIMEOUT)).known)
        res = self.marked("4.20.2", result("one-a", Verdict.CRASH))
        self.assertFalse(res.known)
        self.assertTrue(res.hint)

    def test_another_test(self):
        res = self.marked("4.20.0", result("two", Verdict.FAILURE))
        self.assertFalse(res.known or res.hint)

    def test_known_failures_count_unless_they_are_expected(self):
        for excused, outcome, code in ((False, "FAILURE", 5),
                                       (True, "XFAIL", 0)):
            res = self.marked("4.20.0", result("one-a", Verdict.FAILURE,
                                               GOOD, BAD), LIST, excused)
            self.assertEqual((res.outcome, res.exit_code), (outcome, code))
            self.assertEqual([res.word(case) for case in res.cases],
                             ["PASS", "XFAIL" if excused else "FAIL"])

    def test_one_that_does_not_show(self):
        for version, verdict, cases, excused, outcome in (
                ("4.20.0", Verdict.SUCCESS, [], True, "XPASS"),
                ("4.20.0", Verdict.SUCCESS, [], False, "SUCCESS"),
                ("4.20.2", Verdict.SUCCESS, [], True, "SUCCESS"),
                ("4.20.0", Verdict.SKIP, [], True, "SKIP"),
                ("4.20.0", Verdict.SUCCESS, [GOOD], True, "SUCCESS"),
                ("4.20.0", Verdict.SUCCESS, [Case("PASS", "map: bad")], True,
                 "XPASS")):
            res = self.marked(version, result("one-a", verdict, *cases),
                              LIST, excused)
            self.assertEqual(res.outcome, outcome)
        self.assertEqual(res.exit_code, 5)
        self.assertEqual(res.word(res.cases[0]), "XPASS")

    def test_one_that_shows_sometimes(self):
        text = LIST + "shows = sometimes\n"
        self.assertEqual(self.marked("4.20.0", result(
            "one-a", Verdict.SUCCESS), text, True).outcome, "SUCCESS")

    def test_a_file_of_expectations(self):
        text = """
[a]
tests = one
cases = map: bad
reason = a bug
until = 2026-01-31
[b]
tests = one
environments = pv*
cases = copy: bad
  copy: worse
reason = another
xen = 4.17* 4.18.?
"""
        copy = Case("FAIL", "copy: bad", "y")
        for version, cases, outcome in (
                ("4.17.5+1", [BAD, copy], "XFAIL"),
                ("4.17.5", [BAD, copy, Case("FAIL", "else", "")], "FAILURE"),
                ("4.17.5", [BAD, Case("PASS", "copy: bad")], "XPASS"),
                ("4.19", [BAD, copy], "FAILURE"),
                ("4.19", [BAD, Case("PASS", "copy: bad")], "XFAIL"),
                ("", [BAD], "XFAIL")):
            res = self.marked(version, result("one", Verdict.FAILURE, *cases),
                              text, True)
            self.assertEqual(res.outcome, outcome, (version, cases))
        late = self.load(text.replace("01-31", "01-30"), True)
        res = result("one", Verdict.FAILURE, BAD)
        known.Marker(late, "4.19", True, TODAY).mark(res)
        self.assertEqual(res.outcome, "FAILURE")
        self.assertIn("2026-01-30, which has passed", res.hint)

    def test_a_part_of_the_cases_says_little(self):
        text = "[a]\ntests = one\nreason = any case may fail\n"
        for whole, outcome in ((True, "XPASS"), (False, "SUCCESS")):
            self.assertEqual(self.marked("", result(
                "one", Verdict.SUCCESS, GOOD), text, True, whole).outcome,
                outcome)

    def test_files_that_break_the_format(self):
        for line in ("tests =", "color = red", "verdicts = FAILED",
                     "fixed = soon", "until = 2026-13-01", "commit =",
                     "shows = never", "broken = old"):
            key = line.split(" ")[0]
            text = "\n".join(old for old in LIST.splitlines()
                             if not old.startswith(key)) + f"\n{line}\n"
            with self.assertRaises(RunnerError, msg=line):
                self.load(text)


if __name__ == "__main__":
    unittest.main()
