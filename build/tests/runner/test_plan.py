# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: what runs when, and the notes of earlier runs."""

import json
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Dict, List, Optional
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import plan  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.hosts import Host, Options  # noqa: E402
from touchstone.runner.plan import Plan  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.runner.timings import Timing, Timings  # noqa: E402
from touchstone.base.verdict import InstanceError, Result, Verdict  # noqa: E402


def instance(name: str) -> Instance:
    return Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)


class Notes(Dict[str, Timing]):
    """Timings of earlier runs."""

    def __init__(self, **seconds: float) -> None:
        super().__init__({f"test-pv64-{name}": Timing(value)
                          for name, value in seconds.items()})


class WideHost(Host):
    """A host whose instances use as many processors as their name says."""

    def __init__(self) -> None:
        super().__init__(Options())
        self.waiting: List[str] = []

    def processors(self, instance: Instance) -> int:
        if instance.test.name == "bad":
            raise InstanceError("no number")
        return int(instance.test.name[1:] or 1)

    def would_wait(self, instance: Instance) -> bool:
        return instance.test.name in self.waiting


class Planning(unittest.TestCase):
    def setUp(self) -> None:
        self.host = WideHost()
        self.stop = Stop()

    def plan(self, names: str, slots: int,
             timings: Optional[Notes] = None) -> Plan:
        self.instances = {name: instance(name) for name in names.split()}
        return Plan(self.host, list(self.instances.values()), slots, timings)

    def take(self, made: Plan) -> str:
        found = made.take(self.stop)
        return found.test.name if found else ""

    def test_given_order_without_notes(self) -> None:
        made = self.plan("c a b", 3)
        self.assertEqual([self.take(made) for _ in range(4)],
                         ["c", "a", "b", ""])

    def test_longest_first_unknown_before(self) -> None:
        made = self.plan("a b c d", 4, Notes(a=1, b=3, d=2))
        self.assertEqual([self.take(made) for _ in range(4)],
                         ["c", "b", "d", "a"])

    def test_wide_ones_take_their_room(self) -> None:
        made = self.plan("a b2 c4 d", 4, Notes(a=1, b2=1, c4=1, d=2))
        self.assertEqual(self.take(made), "c4")
        late: List[str] = []
        thread = threading.Thread(target=lambda: late.append(self.take(made)))
        thread.start()
        thread.join(0.1)
        self.assertEqual(late, [])      # no room for anything
        made.give_back(self.instances["c4"])
        thread.join(5)
        self.assertEqual(late, ["b2"])
        self.assertEqual([self.take(made), self.take(made)], ["d", "a"])

    def test_wider_than_all_there_is(self) -> None:
        self.assertEqual(self.take(self.plan("a8", 2)), "a8")

    def test_narrower_than_it_could_be(self) -> None:
        notes = Notes(a4=9, b=1)
        notes["test-pv64-a4"] = Timing(9, 1.2)
        made = self.plan("a4 b", 2, notes)
        self.assertEqual([self.take(made), self.take(made)], ["a4", "b"])

    def test_small_ones_fill_up(self) -> None:
        made = self.plan("a3 b2 c", 4)
        self.assertEqual([self.take(made), self.take(made)], ["a3", "c"])

    def test_what_would_wait_comes_later(self) -> None:
        made = self.plan("a b c", 3)
        self.host.waiting = ["a", "b"]
        self.assertEqual([self.take(made) for _ in range(3)],
                         ["c", "a", "b"])

    def test_a_bad_configuration_is_run_for_its_message(self) -> None:
        self.assertEqual(self.take(self.plan("bad", 2)), "bad")

    def test_stop(self) -> None:
        made = self.plan("a b", 1)
        self.take(made)
        self.stop.set()
        self.assertEqual(self.take(made), "")

    def test_remaining(self) -> None:
        clock = mock.Mock(return_value=100.0)
        with mock.patch.object(plan.time, "monotonic", clock):
            made = self.plan("a b2 c d", 2, Notes(a=4, b2=6, c=2))
            # 12 + 4 + 2 + the median of the known, 4, on two processors.
            self.assertEqual(made.remaining(), 11.0)
            self.assertEqual(self.take(made), "b2")
            clock.return_value = 103.0
            self.assertEqual(made.remaining(), 8.0)
            # It took twice as long: so will the others.
            clock.return_value = 112.0
            made.give_back(self.instances["b2"])
            self.assertEqual(made.remaining(), 10.0)
            # The longest one may be all that counts.
            made = self.plan("a b", 2, Notes(a=9, b=1))
            self.assertEqual(made.remaining(), 9.0)
            self.assertIsNone(self.plan("a b c", 2, Notes(a=4)).remaining())


class Remembering(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.file = Path(scratch.name) / "deep" / "timings.json"

    def result(self, name: str, seconds: float, used: float,
               verdict: Verdict = Verdict.SUCCESS) -> Result:
        made = Result(instance(name), verdict, log=mock.Mock(),
                      seconds=seconds)
        made.wanted_seconds = used
        return made

    def known(self, name: str, kind: str = "dom0") -> Optional[Timing]:
        return Timings(self.file, kind).get(f"test-pv64-{name}")

    def save(self, *results: Result) -> None:
        Timings(self.file, "dom0").save(results)

    def test_the_last_runs_count(self) -> None:
        self.assertIsNone(self.known("a"))
        self.save(self.result("a", 4.0, 8.0), self.result("b", 0.5, 0.1))
        self.assertEqual(self.known("a"), Timing(4.0, 2.0))
        self.assertEqual(self.known("b"), Timing(0.5, None))
        self.assertIsNone(self.known("a", "xl"))
        self.save(self.result("a", 8.0, 8.0))
        self.assertEqual(self.known("a"), Timing(6.0, 1.5))
        self.save(self.result("a", 6.0, 24.0))
        self.assertEqual(self.known("a"), Timing(6.0, 4.0))

    def test_only_what_ended_as_usual_counts(self) -> None:
        skipped = Result(instance("c"), Verdict.SKIP, "cannot run here")
        self.save(self.result("a", 4.0, 1.0, Verdict.TIMEOUT),
                  self.result("b", 4.0, 1.0, Verdict.SKIP), skipped)
        self.assertIsNone(self.known("a"))
        self.assertIsNotNone(self.known("b"))
        self.assertIsNone(self.known("c"))

    def test_a_bad_file_is_no_file(self) -> None:
        self.save(self.result("a", 4.0, 1.0))
        for text in ("", "[]", "{", '{"dom0": 1}', '{"dom0": null}',
                     '{"dom0": {"test-pv64-a": 1}}',
                     '{"dom0": {"test-pv64-a": [null, 1]}}',
                     json.dumps({"dom0": {"test-pv64-a": ["x", None]}})):
            self.file.write_text(text)
            self.assertIsNone(self.known("a"), text)
        self.save(self.result("a", 4.0, 1.0))
        self.assertIsNotNone(self.known("a"))


if __name__ == "__main__":
    unittest.main()
