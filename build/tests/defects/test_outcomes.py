# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: what became of defects, on one machine and on several."""

import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.verdict import RunnerError  # noqa: E402
from touchstone.defects import command, outcomes  # noqa: E402
from touchstone.defects.trial import Outcome  # noqa: E402
from touchstone.runs.shard import Shard, select  # noqa: E402

from .samples import defect  # noqa: E402

DEFECTS = [defect(name=name) for name in ("one", "two", "three", "four")]
NAMES = [one.name for one in DEFECTS]
CAUGHT = Outcome("caught", "test-pv64-a", "FAILURE", "FAIL: a: b")
ESCAPED = Outcome("escaped", detail="2 instances noticed nothing")


class Parts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)

    def part(self, index: int, outcome: Outcome = CAUGHT,
             version: str = "4.17", names=NAMES) -> Path:
        part = Shard(index, 2, "--shard")
        own = select(DEFECTS, part, {})
        path = self.dir / f"{index}.json"
        path.write_text(outcomes.text(outcomes.document(
            version, 10.0 * index, own, {one.name: outcome for one in own},
            names, part)))
        return path

    def merge(self, *paths: Path) -> dict:
        return outcomes.merge([outcomes.load(path) for path in paths])

    def test_each_defect_is_in_one_part(self):
        whole = self.merge(self.part(1), self.part(2))
        self.assertEqual(list(whole["defects"]), NAMES)
        self.assertEqual((whole["shard"], whole["seconds"]), (None, 20.0))
        self.assertEqual(outcomes.summary(whole, 4), "4 of 4 defects: 4 caught"
                         " (4 FAILURE), 0 escaped; 20 s")
        self.assertEqual(outcomes.exit_status(whole), 0)

    def test_the_worst_counts(self):
        for outcome, status in ((ESCAPED, 5), (Outcome("unusable"), 4),
                                (Outcome("no test"), 4)):
            whole = self.merge(self.part(1), self.part(2, outcome))
            self.assertEqual(outcomes.exit_status(whole), status)

    def test_parts_that_do_not_belong_together(self):
        first = self.part(1)
        for changed, message in (({"version": "4.18"}, "one hypervisor"),
                                 ({"names": ["x"]}, "one selection")):
            with self.assertRaisesRegex(RunnerError, f"not of {message}"):
                self.merge(first, self.part(2, **changed))
        with self.assertRaisesRegex(RunnerError, "in another file"):
            self.merge(first, first)
        with self.assertRaisesRegex(RunnerError, "no outcomes"):
            outcomes.load(Path(__file__))

    def command(self, *words: object):
        with mock.patch("sys.stdout", io.StringIO()) as out, \
                mock.patch("sys.stderr", io.StringIO()) as err:
            code = command.main([str(word) for word in words])
        return code, out.getvalue() + err.getvalue()

    def test_command(self):
        code, said = self.command("--merge", self.part(1),
                                  self.part(2, ESCAPED))
        self.assertEqual(code, 5)
        self.assertIn("4 of 4 defects: 2 caught (2 FAILURE), 2 escaped", said)
        self.assertEqual(said.count("ESCAPED  "), 2)
        whole = self.dir / "whole.json"
        code, said = self.command("--json", whole, "--merge", self.part(2))
        self.assertEqual(code, 1)
        self.assertIn("2 defects have no outcome; shard 1/2 is missing", said)
        self.assertEqual(len(outcomes.load(whole)[1]["defects"]), 2)
        self.assertEqual(self.command("one", "--merge", whole)[0], 2)


if __name__ == "__main__":
    unittest.main()
