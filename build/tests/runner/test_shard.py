# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: runs spread over machines, and put together again."""

import io
import json
import random
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import cli  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runs import merge, record, shard  # noqa: E402
from touchstone.runs.record import Run  # noqa: E402
from touchstone.runs.shard import Shard  # noqa: E402
from touchstone.base.verdict import (Result, RunnerError,  # noqa: E402
                                UsageError, Verdict)


def instance(name: str) -> Instance:
    return Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)


class Split(unittest.TestCase):
    def parts(self, instances, total, seconds):
        return [shard.select(instances, Shard(index, total, ""), seconds)
                for index in range(1, total + 1)]

    def test_each_is_in_one_part(self):
        chance = random.Random(1)
        for count in (0, 1, 2, 7, 50):
            instances = [instance(f"t{at}") for at in range(count)]
            seconds = {one.name: chance.choice((0.0, 0.2, 5.0))
                       for one in instances if chance.random() < 0.7}
            for total in (1, 2, 3, 8):
                parts = self.parts(instances, total, seconds)
                together = [one for part in parts for one in part]
                self.assertEqual(len(together), count)
                self.assertEqual(set(together), set(instances))
                for part in parts:
                    self.assertEqual(part, sorted(part, key=instances.index))
                # As if on another machine.
                others = [instance(one.test.name) for one in instances]
                again = self.parts(others, total, dict(seconds))
                self.assertEqual([[one.name for one in part]
                                  for part in parts],
                                 [[one.name for one in part]
                                  for part in again])

    def test_balance(self):
        instances = [instance(f"t{at:02}") for at in range(40)]
        seconds = {one.name: at ** 2 / 10 for at, one in enumerate(instances)}
        loads = [sum(seconds[one.name] for one in part)
                 for part in self.parts(instances, 4, seconds)]
        self.assertLess(max(loads) / min(loads), 1.02)
        # Without times, the parts are of one size.
        self.assertEqual([len(part) for part in self.parts(instances, 4, {})],
                         [10] * 4)

    def test_words(self):
        self.assertEqual(shard.parse("2/3")[:2], (2, 3))
        for text in ("0/3", "4/3", "3", "/", "a/b", "1/0", "-1/2", "1/2/3"):
            with self.assertRaises(UsageError, msg=text):
                shard.parse(text)

    def test_environment(self):
        def of(**variables):
            found = shard.from_environment(variables)
            return found and found[:2]

        self.assertIsNone(of())
        self.assertIsNone(of(CI_NODE_TOTAL="1"))
        self.assertEqual(of(CI_NODE_TOTAL="4", CI_NODE_INDEX="1"), (1, 4))
        self.assertEqual(of(CI_NODE_TOTAL="4", CI_NODE_INDEX="1",
                            TEST_TOTAL_SHARDS="3", TEST_SHARD_INDEX="2"),
                         (3, 3))
        for wrong in ({"TEST_TOTAL_SHARDS": "2"},
                      {"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "2"},
                      {"TEST_TOTAL_SHARDS": "x", "TEST_SHARD_INDEX": "0"},
                      {"CI_NODE_TOTAL": "2", "CI_NODE_INDEX": "0"}):
            with self.assertRaises(UsageError, msg=wrong):
                of(**wrong)

    def test_status_file(self):
        with tempfile.TemporaryDirectory() as scratch:
            status = Path(scratch) / "status"
            shard.from_environment({
                "TEST_TOTAL_SHARDS": "1", "TEST_SHARD_INDEX": "0",
                "TEST_SHARD_STATUS_FILE": str(status)})
            self.assertTrue(status.exists())
            with self.assertRaises(RunnerError):
                shard.from_environment({
                    "TEST_TOTAL_SHARDS": "1", "TEST_SHARD_INDEX": "0",
                    "TEST_SHARD_STATUS_FILE": str(status / "no")})

    def test_the_list_is_of_the_part(self):
        with tempfile.TemporaryDirectory() as scratch:
            for name in ("one", "two", "three"):
                info = Path(scratch) / "tests" / name / "info.json"
                info.parent.mkdir(parents=True)
                info.write_text(json.dumps({
                    "name": name, "category": "functional",
                    "environments": ["pv64"]}))
            seen = []
            for variables in ({"CI_NODE_TOTAL": "2", "CI_NODE_INDEX": "1"},
                              {"TEST_TOTAL_SHARDS": "2",
                               "TEST_SHARD_INDEX": "1"}):
                with mock.patch("sys.stdout", io.StringIO()) as out, \
                        mock.patch.dict("os.environ", variables):
                    cli.main(["--list"], Path(scratch))
                seen += out.getvalue().split()
            self.assertEqual(sorted(seen), ["test-pv64-one", "test-pv64-three",
                                            "test-pv64-two"])


class Merged(unittest.TestCase):
    NAMES = ["test-pv64-a", "test-pv64-b", "test-pv64-c"]

    def part(self, index, names, total=2, version="4.17.5"):
        run = Run({"started": f"day {index}", "xen-version": version,
                   "shard": {"index": index, "total": total,
                             "selection": self.NAMES}},
                  [f"test-pv64-{name}" for name in names])
        for name in names:
            run.add(Result(instance(name), Verdict.SUCCESS))
        run.seconds = float(index)
        return (f"{index}.json", run)

    def test_all_shards(self):
        runs = [self.part(2, "b"), self.part(1, "ca")]
        whole = merge.merge(runs)
        self.assertEqual([one.instance.name for one in whole.in_order()],
                         self.NAMES)
        self.assertTrue(whole.is_complete)
        self.assertEqual((whole.seconds, whole.about["started"]),
                         (2.0, "day 1"))
        self.assertEqual(merge.missing(runs), [])

    def test_a_shard_is_missing(self):
        runs = [self.part(1, "ca", 3), self.part(3, "", 3)]
        whole = merge.merge(runs)
        self.assertFalse(whole.is_complete)
        self.assertEqual(merge.missing(runs), ["2/3"])

    def test_what_does_not_belong_together(self):
        for other, why in ((self.part(2, "a"), "test-pv64-a is in both"),
                           (self.part(2, "b", 3), "of different runs"),
                           (self.part(2, "b", 2, "4.18"), "not of one Xen")):
            with self.assertRaisesRegex(RunnerError, why):
                merge.merge([self.part(1, "a"), other])

    def test_parts_of_any_kind(self):
        runs = [self.part(1, "b"), self.part(2, "a")]
        for _, run in runs:
            run.about["shard"] = None
        self.assertEqual(merge.merge(runs).planned, self.NAMES[1::-1])

    def test_command(self):
        with tempfile.TemporaryDirectory() as scratch:
            def run(*names):
                with mock.patch("sys.stdout", io.StringIO()) as out, \
                        mock.patch("sys.stderr", io.StringIO()) as err:
                    code = cli.main([
                        "--merge", *(f"{scratch}/{name}" for name in names),
                        "--save", f"{scratch}/all.json"])
                return code, out.getvalue(), err.getvalue()

            for name, part in (self.part(1, "ab"), self.part(2, "c")):
                (Path(scratch) / name).write_text(record.text(part))
            code, out, _ = run("1.json", "2.json")
            self.assertEqual(code, 0)
            self.assertIn("3 instances: 3 SUCCESS in 2.0 s", out)
            whole = record.load(Path(scratch) / "all.json")
            self.assertEqual(whole.planned, self.NAMES)
            code, _, err = run("2.json")
            self.assertEqual(code, 1)
            self.assertIn("2 of 3 instances have no result; shard 1/2 is"
                          " missing", err)


if __name__ == "__main__":
    unittest.main()
