# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: BENCH: lines, the table of costs and its JSON."""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.hosts import Clock  # noqa: E402
from touchstone.report import bench  # noqa: E402
from touchstone.base.verdict import Result, Verdict  # noqa: E402

CYCLES = Clock()
EMULATED = Clock("instructions", 64, True)

CONSOLE = """\
(XEN) *** Serial input to DOM0
BENCH: cpu="Some Processor 3000  "
BENCH: hypercall.null unit=cycles median=200 p10=190 p90=250 n=1000
BENCH: argo.send.16 unit=cycles median=1000 p10=900 p90=1800 n=1000 bytes=16
BENCH: argo.notify unit=cycles median=500 p10=499 p90=501 n=10
Test result: SUCCESS
"""


def result(text, env="pv64", name="bench-argo", verdict=Verdict.SUCCESS):
    log = None
    if text is not None:
        log = BoundedLog()
        log.append(text.replace("\n", "\r\n").encode())
    test = Test(Path("/nowhere"), {
        "name": name, "category": "bench", "environments": [env]})
    return Result(Instance(test, env, None), verdict, log=log)


class Parsing(unittest.TestCase):
    def test_values(self):
        found = bench.parse(result(CONSOLE), CYCLES)
        self.assertEqual(found[:4], ("test-pv64-bench-argo", "bench-argo",
                                     "pv64", "Some Processor 3000"))
        self.assertEqual(found.costs, [
            bench.Cost("hypercall.null", 200, 190, 250, 1000, None, 1),
            bench.Cost("argo.send.16", 1000, 900, 1800, 1000, 16, 5),
            bench.Cost("argo.notify", 500, 499, 501, 10, None, 2.5)])
        self.assertEqual([cost.bytes_per_unit for cost in found.costs],
                         [None, 0.016, None])

    def test_the_clock_scales_all_but_multiples(self):
        cost = bench.parse(result(CONSOLE), EMULATED).costs[1]
        self.assertEqual((cost.median, cost.p10, cost.p90),
                         (1000 / 64, 900 / 64, 1800 / 64))
        self.assertEqual((cost.times_null, cost.count, cost.bytes),
                         (5, 1000, 16))

    def test_prefixes_and_copies(self):
        copy = "".join(f"(XEN) [    1.234567] (d0) {line}\n"
                       for line in CONSOLE.splitlines())
        want = bench.parse(result(CONSOLE), CYCLES)
        self.assertEqual(bench.parse(result(copy), CYCLES), want)
        self.assertEqual(bench.parse(result(CONSOLE + copy), CYCLES), want)

    def test_lines_that_are_not_whole(self):
        for line in ("BENCH: x unit=cycles median=1 p10=1 p90=",
                     "BENCH: x unit=cycles median=1 p10=1 p90=2",
                     "BENCH: x unit=cycles median=1 (XEN) p10=1 p90=2 n=3",
                     "BENCH: x unit=ns median=1 p10=1 p90=2 n=3",
                     "see BENCH: x unit=cycles median=1 p10=1 p90=2 n=3"):
            self.assertEqual(bench.parse(result(line + "\n"), CYCLES).costs,
                             [], line)

    def test_nothing_to_divide_by(self):
        lines = [line for line in CONSOLE.splitlines() if "null" not in line]
        costs = bench.parse(result("\n".join(lines)), CYCLES).costs
        self.assertEqual([cost.times_null for cost in costs], [None, None])
        zero = CONSOLE.replace("median=200", "median=0")
        costs = bench.parse(result(zero), CYCLES).costs
        self.assertEqual([cost.times_null for cost in costs], [None] * 3)
        zero = CONSOLE.replace("median=1000", "median=0")
        self.assertIsNone(
            bench.parse(result(zero), CYCLES).costs[1].bytes_per_unit)

    def test_no_console(self):
        self.assertEqual(bench.parse(result(None), CYCLES).costs, [])


class Table(unittest.TestCase):
    def test_an_environment_each(self):
        evtchn = CONSOLE.replace("argo", "evtchn").replace("=200", "=100")
        text = bench.table([
            result(CONSOLE), result(CONSOLE, "hvm32"), result(None, "hvm64"),
            result(evtchn, name="bench-evtchn")], CYCLES)
        lines = [line.split() for line in text.splitlines()]
        self.assertEqual(lines, [
            ["Processor:", "Some", "Processor", "3000,", "unknown"], [],
            ["pv64,", "cycles", "median", "p10", "p90", "x", "null",
             "bytes/cycle"],
            ["hypercall.null", "200", "190", "250", "1.00"],
            ["argo.send.16", "1000", "900", "1800", "5.00", "0.016"],
            ["argo.notify", "500", "499", "501", "2.50"],
            # Of its own null hypercall, which is not shown again.
            ["evtchn.send.16", "1000", "900", "1800", "10.00", "0.016"],
            ["evtchn.notify", "500", "499", "501", "5.00"], [],
            ["hvm32,", "cycles", "median", "p10", "p90", "x", "null",
             "bytes/cycle"],
            ["hypercall.null", "200", "190", "250", "1.00"],
            ["argo.send.16", "1000", "900", "1800", "5.00", "0.016"],
            ["argo.notify", "500", "499", "501", "2.50"]])

    def test_an_emulator_is_called_one(self):
        text = bench.table([result(CONSOLE)], EMULATED)
        self.assertIn("emulates the processor (tcg)", text)
        self.assertIn("pv64, instructions", text)
        self.assertIn("bytes/instruction", text)
        self.assertNotIn("cycle", text)

    def test_nothing_measured(self):
        self.assertEqual(bench.table([result(None)], CYCLES),
                         "No instance measured anything.\n")


class Json(unittest.TestCase):
    def test_members(self):
        got = json.loads(bench.document(
            [result(CONSOLE), result(None, verdict=Verdict.SKIP)],
            EMULATED, "Xen 1.2"))
        self.assertEqual((got["host"], got["unit"], got["emulated"]),
                         ("Xen 1.2", "instructions", True))
        first, second = got["results"]
        self.assertEqual(first["environment"], "pv64")
        self.assertEqual(first["verdict"], "SUCCESS")
        self.assertEqual(first["costs"][1], {
            "name": "argo.send.16", "median": 15.625, "p10": 900 / 64,
            "p90": 1800 / 64, "n": 1000, "times-null": 5.0, "bytes": 16,
            "bytes-per-unit": 16 / 15.625})
        self.assertEqual((second["verdict"], second["costs"]), ("SKIP", []))


if __name__ == "__main__":
    unittest.main()
