# SPDX-License-Identifier: BSD-2-Clause
"""Which instances try a defect, in which order, and what comes of it."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner.catalogue import Test  # noqa: E402
from touchstone.defects import trial  # noqa: E402
from touchstone.hosts import Options  # noqa: E402
from touchstone.base.verdict import Case, Result, Verdict  # noqa: E402
from .samples import defect  # noqa: E402


def make_test(name: str, category: str = "functional",
              envs: tuple = ("pv64", "pv32pae", "hvm64", "hvm32pae")) -> Test:
    """A test that needs no files."""
    return Test(Path("/nowhere") / name,
                {"name": name, "category": category, "environments": envs})


class Choice(unittest.TestCase):
    """instances_for()."""

    TESTS = [make_test("gnttab-map"), make_test("argo"),
             make_test("gnttab-cost", "bench"),
             make_test("argo-long", "special", ("pv64",))]

    def names(self, names: tuple = (), environments: tuple = (),
              **keys: tuple) -> list:
        """Names of the instances chosen for a defect with some keys."""
        return [instance.name for instance in trial.instances_for(
            defect(**keys), self.TESTS, names, environments)]

    def test_globs_of_the_defect(self) -> None:
        self.assertEqual(len(self.names(tests=("gnttab-*",))), 4)
        self.assertEqual(len(self.names(tests=("gnttab-*", "argo"))), 8)

    def test_what_takes_long_is_named(self) -> None:
        self.assertEqual(len(self.names(tests=("argo*",))), 4)
        self.assertEqual(self.names(tests=("argo-long",)),
                         ["test-pv64-argo-long"])

    def test_names_replace_them(self) -> None:
        self.assertEqual(
            self.names(names=("argo",), tests=("gnttab-*",),
                       environments=("pv64",)), ["test-pv64-argo"])

    def test_environments_of_both(self) -> None:
        self.assertEqual(
            self.names(tests=("argo",), environments=("pv64",)),
            ["test-pv64-argo"])
        self.assertEqual(trial.instances_for(
            defect(tests=("argo",), environments=("hvm64",)), self.TESTS, (),
            ("pv64",)), [])


class Attempts(unittest.TestCase):
    """Range, with verdicts made up in place of QEMU."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.notes = Path(holder.name) / "notes.json"
        self.instances = list(make_test("one").instances())
        self.verdicts = {}
        self.ran = []
        for patch in (mock.patch.object(trial, "_Host"),
                      mock.patch.object(trial.scheduler, "run", self.run_)):
            patch.start()
            self.addCleanup(patch.stop)

    def run_(self, _host: object, instances: list, _jobs: int,
             listener: object, stop: object) -> list:
        """Stand in for scheduler.run()."""
        results = []
        for instance in instances:
            if stop.is_set:
                break
            self.ran.append(instance.env)
            verdict = self.verdicts.get(instance.env, Verdict.SUCCESS)
            cases = [Case("PASS", "a: b"), Case("FAIL", "a: c", "1 is 2")] \
                if verdict is Verdict.FAILURE else []
            results.append(Result(instance, verdict, "the reason", cases,
                                  seconds=0.5))
            listener.finished(results[-1])
        return results

    def range(self) -> trial.Range:
        """A range after its baseline."""
        found = trial.Range(Options(), 1, self.notes)
        self.bad = found.baseline(Path("/xen"), "stamp", self.instances,
                                  lambda _text: None)
        return found

    def test_caught_at_the_first(self) -> None:
        place = self.range()
        self.ran.clear()
        self.verdicts = {"hvm32pae": Verdict.FAILURE,
                         "hvm64": Verdict.CRASH}
        outcome = place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(outcome, trial.Outcome(
            "caught", "test-hvm32pae-one", "FAILURE",
            "FAIL: a: c: 1 is 2"))
        self.assertEqual(self.ran, ["pv64", "hvm32pae"])

    def test_a_line_that_tells_is_better_than_a_crash(self) -> None:
        place = self.range()
        self.ran.clear()
        self.verdicts = {"pv64": Verdict.CRASH, "pv32pae": Verdict.FAILURE}
        outcome = place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(outcome.verdict, "FAILURE")
        self.assertEqual(self.ran, ["pv64", "hvm32pae", "pv32pae"])

    def test_a_hypervisor_that_only_crashes(self) -> None:
        place = self.range()
        self.ran.clear()
        self.verdicts = {env: Verdict.CRASH for env in
                         ("pv64", "pv32pae", "hvm64", "hvm32pae")}
        outcome = place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual((outcome.instance, outcome.verdict),
                         ("test-pv64-one", "CRASH"))
        self.assertEqual(len(self.ran), 3)

    def test_the_catcher_goes_first_the_next_time(self) -> None:
        self.range()
        self.verdicts = {"hvm64": Verdict.TIMEOUT}
        trial_range = self.range()
        self.verdicts = {"hvm64": Verdict.TIMEOUT}
        trial_range.attempt(defect(), Path("/bad"), self.instances)
        self.verdicts = {}
        again = self.range()
        self.ran.clear()
        again.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(self.ran[0], "hvm64")

    def test_escaped(self) -> None:
        place = self.range()
        self.verdicts = {"pv64": Verdict.SKIP}
        outcome = place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(outcome.status, "escaped")
        self.assertIn("4 instances noticed nothing (1 were skipped that",
                      outcome.detail)

    def test_what_fails_anyway_proves_nothing(self) -> None:
        self.verdicts = {env: Verdict.FAILURE for env in
                         ("pv64", "pv32pae", "hvm64", "hvm32pae")}
        place = self.range()
        self.assertEqual(len(self.bad), 4)
        outcome = place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(outcome.status, "no test")

    def test_what_is_skipped_anyway_is_left_out(self) -> None:
        self.verdicts = {"pv64": Verdict.SKIP}
        place = self.range()
        self.ran.clear()
        place.attempt(defect(), Path("/bad"), self.instances)
        self.assertEqual(self.ran, ["hvm32pae", "pv32pae", "hvm64"])

    def test_the_baseline_is_remembered(self) -> None:
        self.range()
        self.ran.clear()
        self.range()
        self.assertEqual(self.ran, [])


if __name__ == "__main__":
    unittest.main()
