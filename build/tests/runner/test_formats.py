# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: KTAP and KCIDB, read as their readers do."""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import library  # noqa: E402
from touchstone.base.verdict import (XFAIL, Case, Ending,  # noqa: E402
                                     Result, Verdict)
from touchstone.report import junit, kcidb, ktap, sink  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.runs.record import Run  # noqa: E402


def result(name: str, verdict: Verdict, *cases: Case) -> Result:
    log = BoundedLog()
    log.append(b"(XEN) Xen version 4.17.5 (x) y\n" + b"x" * 20000 + b"\0")
    return Result(Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", "a~b"), verdict, "a reason # 1", list(cases), log, 0.5)


def sample() -> List[Result]:
    expected = result("known", Verdict.FAILURE, Case("FAIL", "map: x", "y"))
    expected.outcome, expected.words = XFAIL, {"map: x": XFAIL}
    expected.hint = "XSA-1"
    flaky = result("flaky", Verdict.FAILURE)
    flaky.outcome = "FLAKY"
    flaky.endings = [Ending("SUCCESS", "", 2), Ending("FAILURE", "x", 1)]
    return [
        result("good", Verdict.SUCCESS, Case("PASS", "map: #GP -> ok"),
               Case("SKIP", "v2: y", "no # v2")),
        result("bad", Verdict.FAILURE, Case("PASS", "map: #GP -> ok"),
               Case("FAIL", "copy: ../ \"z\"", "got 1")),
        result("lost", Verdict.CRASH), result("none", Verdict.SKIP),
        expected, flaky]


def written(option: str, count: int = 6) -> str:
    """Return a report after some of six results, as if it was cut then."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "report"
        modules = {"ktap": (ktap.head, ktap.item, lambda _: ""),
                   "kcidb": (kcidb.head, kcidb.item, kcidb.tail)}
        made = sink.Growing(file, *modules[option])
        results = sample()
        run = Run({"started": "2026-01-01T00:00:00Z", "machine": "m",
                   "description": "Xen"},
                  [one.instance.name for one in results])
        made.begin(run)
        for one in results[:count]:
            run.add(one)
            made.finished(run, one)
        return file.read_text()


class Ktap(unittest.TestCase):
    # As kunit.py has it: what is behind the number is the name, up to a #.
    RESULT = re.compile(r"(ok|not ok) (\d+) (?:- )?([^#]*)( # .*)?")

    def parse(self, lines: List[str]) -> List[Tuple[str, str, str]]:
        """Return word, name and directive of each result at one level."""
        self.assertEqual(lines[0], "KTAP version 1")
        plan = next(line for line in lines if line.startswith("1.."))
        found: List[Tuple[str, str, str]] = []
        nested: List[str] = []
        for line in lines[1:]:
            if line.startswith("  "):
                nested.append(line[2:])
                continue
            match = self.RESULT.fullmatch(line)
            if match is None:
                self.assertRegex(line, r"^(# |1\.\.\d+$)")
                continue
            found.append((match[1], match[3].strip(), match[4] or ""))
            self.assertEqual(int(match[2]), len(found))
            if nested:
                self.assertEqual(nested[1], f"# Subtest: {found[-1][1]}")
                self.nested[found[-1][1]] = self.parse(nested)
                nested = []
        self.plans[plan] = len(found)
        return found

    def setUp(self):
        self.nested: Dict[str, List[Tuple[str, str, str]]] = {}
        self.plans: Dict[str, int] = {}

    def test_document(self):
        found = self.parse(written("ktap").splitlines())
        name = "test-pv64-{}~a~b".format
        self.assertEqual(found, [
            ("ok", name("good"), ""), ("not ok", name("bad"), ""),
            ("not ok", name("lost"), ""),
            ("ok", name("none"), " # SKIP a reason  1"),
            ("ok", name("known"), " # XFAIL XSA-1"),
            ("not ok", name("flaky"), "")])
        self.assertEqual(self.nested[name("good")], [
            ("ok", "map: GP -> ok", ""), ("ok", "v2: y", " # SKIP no  v2")])
        self.assertEqual([word for word, _, _ in self.nested[name("bad")]],
                         ["ok", "not ok"])
        self.assertEqual(self.plans["1..6"], 6)
        self.assertEqual(self.plans["1..2"], 2)

    def test_cut(self):
        self.assertEqual(len(self.parse(written("ktap", 2).splitlines())), 2)
        self.assertEqual(self.plans["1..6"], 2)


@unittest.skipUnless(library.is_there("junitparser"),
                     "python3-junitparser is not installed")
class Junit(unittest.TestCase):
    """JUnit XML as a library of others reads it.

    xtf-runner writes it with the standard library alone: a Xen host's dom0 has
    no more, and junitparser knows no flakyFailure.
    """

    def test_document(self):
        parser = library.load("junitparser", "python3-junitparser", "this")
        results = sample()
        found = parser.JUnitXml.fromstring(junit.render(results).encode())
        suites = {suite.name: suite for suite in found}
        self.assertEqual(len(suites), len(results))
        for result, suite in zip(results, found):
            cases = list(suite)
            self.assertEqual([case.name for case in cases],
                             [*(case.name for case in result.cases),
                              "verdict"])
            self.assertEqual((suite.tests, suite.failures, suite.skipped), (
                len(cases),
                sum(isinstance(one, parser.Failure)
                    for case in cases for one in case.result),
                sum(isinstance(one, parser.Skipped)
                    for case in cases for one in case.result)))
        good, bad = list(found)[:2]
        self.assertEqual((good.failures, good.skipped), (0, 1))
        self.assertGreater(bad.failures, 0)
        self.assertEqual(found.tests, sum(suite.tests for suite in found))


class Kcidb(unittest.TestCase):
    def test_document(self):
        for count in (0, 1, 6):
            document = json.loads(written("kcidb", count))
            self.assertEqual(document["version"], {"major": 5, "minor": 3})
            build, = document["builds"]
            checkout, = document["checkouts"]
            self.assertEqual(build["checkout_id"], checkout["id"])
            ids = set()
            for test in document["tests"]:
                self.assertEqual(test["build_id"], build["id"])
                self.assertRegex(test["id"], r"^touchstone:[^\0]+$")
                self.assertRegex(test["path"],
                                 r"^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$")
                self.assertIn(test["status"],
                              ("PASS", "FAIL", "SKIP", "ERROR"))
                self.assertLessEqual(len(test.get("log_excerpt", "")), 16384)
                self.assertNotIn("\0", json.loads(json.dumps(test)).get(
                    "log_excerpt", ""))
                ids.add(test["id"])
            self.assertEqual(len(ids), len(document["tests"]))

    def test_names_and_outcomes(self):
        tests = json.loads(written("kcidb"))["tests"]
        found = {test["id"].partition(".")[2]:
                 (test["status"], test["misc"]["outcome"]) for test in tests}
        self.assertEqual(found["test-pv64-known~a~b"], ("FAIL", "XFAIL"))
        self.assertEqual(found["test-pv64-flaky~a~b"], ("FAIL", "FLAKY"))
        self.assertEqual(found["test-pv64-good~a~b.2"], ("SKIP", "SKIP"))
        # A case has one path, whatever becomes of it.
        paths = [test["path"].partition("pv64_a_b.")[2] for test in tests
                 if test["comment"].startswith("map: #GP")]
        self.assertEqual(paths, ["map_GP_-_ok"] * 2)


if __name__ == "__main__":
    unittest.main()
