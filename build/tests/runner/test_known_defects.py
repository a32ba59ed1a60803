# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: defects that releases of Xen are known to have."""

import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import known_defects as known  # noqa: E402
from touchstone.runner.scheduler import Listener  # noqa: E402
from touchstone.base.verdict import Case, Result, RunnerError, Verdict  # noqa: E402

LIST = """
[XSA-1]
tests = one-*
cases = map: bad
verdicts = FAILURE CRASH
commit = 0123456789
broken = 4.18
fixed = 4.21 4.20.2 4.19.4
"""


def result(test: str, verdict: Verdict, *cases: Case) -> Result:
    instance = SimpleNamespace(test=SimpleNamespace(name=test), name=test)
    return Result(instance, verdict, cases=list(cases))


class Known(unittest.TestCase):
    def load(self, text: str):
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "list.ini"
            path.write_text(text)
            return known.load(path)

    def marker(self, version: str) -> known.Marker:
        return known.Marker(Listener(), self.load(LIST), version)

    def marked(self, version: str, res: Result) -> Result:
        self.marker(version).finished(res)
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
            self.assertEqual(defect.is_in(known.parse_version(text)), has,
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

    def test_one_that_does_not_show(self):
        marker = self.marker("4.20.0")
        good = result("one-a", Verdict.SUCCESS)
        bad = result("one-b", Verdict.CRASH)
        skipped = result("one-c", Verdict.SKIP)
        for res in (good, bad, skipped):
            marker.finished(res)
        self.assertEqual(marker.absent([good, bad]), [])
        self.assertEqual(marker.absent([skipped]), [])
        self.assertEqual(len(marker.absent([good, skipped])), 1)
        self.assertEqual(self.marker("4.21").absent([good]), [])

    def test_files_that_break_the_format(self):
        for line in ("tests =", "color = red", "verdicts = FAILED",
                     "fixed = soon"):
            key = line.split(" ")[0]
            text = "\n".join(old for old in LIST.splitlines()
                             if not old.startswith(key)) + f"\n{line}\n"
            if line == "tests =":
                text = text.replace("tests =", "")
            with self.assertRaises(RunnerError, msg=line):
                self.load(text)


if __name__ == "__main__":
    unittest.main()
