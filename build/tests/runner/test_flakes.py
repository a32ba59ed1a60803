# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: instances that run several times, and what that comes to."""

import io
import json
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Dict, List
from unittest import mock
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone import hosts  # noqa: E402
from touchstone.runner import bisection, cli  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.hosts import Host, Options  # noqa: E402
from touchstone.report import junit, tap  # noqa: E402
from touchstone.report.terminal import explain  # noqa: E402
from touchstone.runs.flakes import Tally  # noqa: E402
from touchstone.runs import record  # noqa: E402
from touchstone.base.verdict import (XFAIL, Case, Result,  # noqa: E402
                                RunnerError, Verdict)


def instance(name: str = "a") -> Instance:
    return Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)


def result(verdict: Verdict, **cases: str) -> Result:
    """Return a result; cases are e.g. `one="PASS"`."""
    return Result(instance(), verdict,
                  "" if verdict is Verdict.SUCCESS else "reason",
                  [Case(status, title, "" if status == "PASS" else "x is 1")
                   for title, status in cases.items()], seconds=2.0)


def together(*results: Result, forgive: bool = False) -> Result:
    tally = Tally()
    for one in results:
        tally.add(one)
    return tally.result(forgive)


GOOD, BAD, CRASH = Verdict.SUCCESS, Verdict.FAILURE, Verdict.CRASH


class Together(unittest.TestCase):
    def test_always_the_same(self):
        for verdict in Verdict:
            whole = together(*[result(verdict, one="PASS")] * 3)
            self.assertEqual((whole.outcome, whole.words),
                             (str(verdict), {}))
        one = result(BAD)
        self.assertIs(together(one), one)

    def test_now_and_then(self):
        whole = together(result(GOOD, one="PASS", two="PASS"),
                         result(BAD, one="PASS", two="FAIL"),
                         result(CRASH, one="PASS"),
                         result(GOOD, one="PASS", two="PASS"))
        self.assertEqual((whole.label, whole.verdict, whole.exit_code),
                         ("FLAKY 2/4", CRASH, 6))
        one, two = whole.cases
        self.assertEqual((whole.word(one), whole.word(two), whole.times(two)),
                         ("PASS", "FLAKY", "1/3"))
        self.assertEqual(whole.seconds, 2.0)
        self.assertTrue(whole.is_bad)
        self.assertEqual(explain(whole)[:3], [
            "ended so: 2 x SUCCESS", "ended so: 1 x FAILURE: reason",
            "ended so: 1 x CRASH: reason"])

    def test_a_case_alone(self):
        whole = together(result(GOOD, one="PASS"), result(GOOD, one="SKIP"),
                         result(GOOD, one="PASS"))
        self.assertEqual((whole.label, whole.exit_code), ("FLAKY 1/3", 5))
        whole = together(result(BAD, one="FAIL", two="FAIL"),
                         result(BAD, one="FAIL", two="PASS"))
        self.assertEqual((whole.outcome, whole.words), ("FAILURE",
                                                        {"two": "FLAKY"}))

    def test_forgiven(self):
        whole = together(result(GOOD), result(BAD), forgive=True)
        self.assertEqual((whole.outcome, whole.exit_code), ("FLAKY", 0))
        whole = together(result(BAD), result(BAD), forgive=True)
        self.assertEqual(whole.exit_code, 5)

    def test_an_expected_failure_may_be_a_race(self):
        expected = result(BAD, one="FAIL")
        expected.outcome, expected.words = XFAIL, {"one": XFAIL}
        whole = together(expected, result(GOOD, one="PASS"))
        self.assertEqual((whole.outcome, whole.words, whole.exit_code),
                         (XFAIL, {"one": XFAIL}, 0))
        # Another failure in between is not expected.
        self.assertEqual(together(expected, result(CRASH)).outcome, "FLAKY")

    def test_formats(self):
        for forgive, failures in ((False, 2), (True, 0)):
            whole = together(result(GOOD, one="PASS"),
                             result(BAD, one="FAIL"), forgive=forgive)
            root = ElementTree.fromstring(junit.render([whole]))
            self.assertEqual(len(list(root.iter("failure"))), failures)
            self.assertEqual(len(list(root.iter("flakyFailure"))), 2)
            self.assertEqual(int(root.get("failures")), failures)
            lines = tap.render([whole]).splitlines()
            word = "ok" if forgive else "not ok"
            self.assertIn(f"{word} 1 - test-pv64-a", lines)
            self.assertIn(f"    {word} 1 - one", lines)
            self.assertIn("  outcome: FLAKY 1/2", lines)


class Script(Host):
    """A host whose instances end as a script says, run by run."""

    kind = "script"

    def __init__(self, script: Dict[str, List[Verdict]]):
        super().__init__(Options())
        self.script = script
        self.lock = threading.Lock()
        self.runs = 0

    def describe(self):
        return "a script"

    def can_run(self, instance):
        return None

    def run(self, instance, stop):
        with self.lock:
            self.runs += 1
            verdicts = self.script[instance.test.name]
            verdict = verdicts.pop(0) if len(verdicts) > 1 else verdicts[0]
        log = BoundedLog()
        log.append(str(verdict).encode())
        return Result(instance, verdict, "", log=log)


class Command(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)

    def run_script(self, script, *words):
        """Run the command on a script; return the exit code and the run."""
        for name in script:
            info = self.root / "tests" / name / "info.json"
            info.parent.mkdir(parents=True, exist_ok=True)
            info.write_text(json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64"]}))
        host = Script(script)
        saved = self.root / "run.json"
        with mock.patch("sys.stdout", io.StringIO()) as out, \
                mock.patch.object(hosts, "create", lambda *_: host), \
                mock.patch("signal.signal"), mock.patch.dict(
                    "os.environ", {"XDG_CACHE_HOME": str(self.root)}):
            code = cli.main(["--all", "-j2", "--save", str(saved),
                             "--keep-logs", str(self.root / "logs"), *words],
                            self.root)
        self.out = out.getvalue()
        self.host = host
        return code, {one.instance.test.name: one.label
                      for one in record.load(saved).results}

    def script(self):
        return {"good": [GOOD], "bad": [BAD], "some": [BAD, CRASH, GOOD]}

    def test_retries(self):
        code, found = self.run_script(self.script(), "--retries", "2")
        self.assertEqual(found, {"good": "SUCCESS", "bad": "FAILURE",
                                 "some": "FLAKY 2/3"})
        self.assertEqual((code, self.host.runs), (6, 1 + 3 + 3))
        code, found = self.run_script(self.script(), "--retries", "1")
        self.assertEqual(found["some"], "FLAKY 1/2")

    def test_flaky_result(self):
        code, _ = self.run_script({"some": [BAD, GOOD]}, "--retries", "1",
                                  "--flaky-result", "pass")
        self.assertEqual(code, 0)
        code, _ = self.run_script({"some": [BAD, GOOD]}, "--retries", "1")
        self.assertEqual(code, 5)

    def test_expected_failures_are_not_tried_again(self):
        expected = self.root / "expect.ini"
        expected.write_text("[a]\ntests = bad\nreason = b\n")
        code, found = self.run_script({"bad": [BAD]}, "--retries", "5",
                                      "--expect", str(expected))
        self.assertEqual((code, found, self.host.runs),
                         (0, {"bad": "XFAIL"}, 1))

    def test_stress_count(self):
        code, found = self.run_script(self.script(), "--stress-count", "4")
        self.assertEqual(found, {"good": "SUCCESS", "bad": "FAILURE",
                                 "some": "FLAKY 2/4"})
        self.assertEqual((code, self.host.runs), (6, 12))
        self.assertIn("round 4 of 4: 2 of 3 instances went wrong so far",
                      self.out)
        self.assertIn("3 instances: 1 SUCCESS, 1 FLAKY, 1 FAILURE", self.out)
        self.assertNotIn("SUCCESS  test-pv64-good", self.out)
        # The log is of the worst run.
        log = self.root / "logs/test-pv64-some.log"
        self.assertEqual(log.read_text(), "CRASH")
        journal = (self.root / "logs/run.log").read_text()
        self.assertEqual(journal.count(" started test-pv64-good\n"), 4)

    def test_stress_that_is_interrupted(self):
        stops = []
        run = Script.run

        def interrupt(host, instance, stop):
            if host.runs == 5:
                stop.set()
                stops.append(instance)
            return run(host, instance, stop)

        with mock.patch.object(Script, "run", interrupt):
            self.run_script({"a": [GOOD], "b": [GOOD]}, "--stress-count",
                            "9", "-j1")
        self.assertEqual(len(stops), 1)
        saved = record.load(self.root / "run.json")
        # Two whole rounds; what the third came to counts.
        self.assertEqual((saved.about["rounds"],
                          saved.about["rounds-planned"]), (2, 9))
        self.assertFalse(saved.is_complete)
        document = json.loads((self.root / "run.json").read_text())
        self.assertIs(document["end"]["complete"], False)
        self.assertIn("round 2 of 9, interrupted: 0 of 2", self.out)

    def test_stress_duration(self):
        code, _ = self.run_script({"good": [GOOD]}, "--stress-duration", "2")
        self.assertEqual(code, 0)
        self.assertGreater(self.host.runs, 1)

    def test_bisect_with_a_race(self):
        with mock.patch.object(bisection, "builds", lambda _: True), \
                mock.patch.object(bisection, "boots", lambda *_: True):
            for verdicts, count, code in (([GOOD, GOOD, CRASH], "3", 1),
                                          ([GOOD, GOOD, CRASH], "2", 0)):
                found, _ = self.run_script({"a": verdicts}, "--bisect",
                                           "--stress-count", count)
                self.assertEqual(found, code)

    def test_both_ways_at_once(self):
        with mock.patch("sys.stderr", io.StringIO()) as err:
            with self.assertRaises(RunnerError):
                self.run_script({"a": [GOOD]}, "--retries", "1",
                                "--stress-count", "2")
        self.assertIn("--retries cannot go with", err.getvalue())


if __name__ == "__main__":
    unittest.main()
