# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: saved runs, and what differs between two of them."""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import List
from unittest import mock
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import cli  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.report import comparison, files, sink  # noqa: E402
from touchstone.runs import record  # noqa: E402
from touchstone.runs.compare import compare  # noqa: E402
from touchstone.runs.record import Run  # noqa: E402
from touchstone.base.verdict import (Case, Ending, Result,  # noqa: E402
                                RunnerError, Verdict)

BOOT = """\
(XEN) Xen version 4.17.5 (Debian) (gcc 12) debug=y Sat
(XEN) Latest ChangeSet: Mon git:0123456789
(XEN) [    1.000] build-id: f3bb24b0
<script>
"""


def result(name: str, verdict: Verdict, cases: str = "", seconds: float = 1.0,
           text: str = BOOT) -> Result:
    """Return a result; `cases` is e.g. `one=PASS two=FAIL`."""
    instance = Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)
    log = BoundedLog()
    log.append(text.encode())
    pairs = [word.split("=") for word in cases.split()]
    return Result(instance, verdict, "a reason", [
        Case(status, title, "" if status == "PASS" else "x is 1")
        for title, status in pairs], log, seconds)


def run_of(*results: Result, missing: int = 0) -> Run:
    run = Run({"description": "Xen 4.17.5", "started": "today"},
              [one.instance.name for one in results]
              + [f"test-pv64-missing-{at}" for at in range(missing)])
    for one in results:
        run.add(one)
    return run


class Saved(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.path = Path(scratch.name) / "sub/run.json"

    def sinks(self) -> List[sink.Sink]:
        return [sink.saved(self.path)]

    def test_nothing_is_lost(self):
        bad = result("bad", Verdict.FAILURE, "one=PASS two=FAIL")
        bad.hint, bad.known, bad.again = "XSA-1", True, "xtf-runner bad"
        bad.outcome, bad.words = "XFAIL", {"two": "XFAIL"}
        flaky = result("flaky", Verdict.CRASH)
        flaky.outcome, flaky.forgiven = "FLAKY", True
        flaky.endings = [Ending("CRASH", "panic", 1),
                         Ending("SUCCESS", "", 2)]
        run = run_of(result("good", Verdict.SUCCESS, "one=PASS"), bad, flaky,
                     Result(bad.instance, Verdict.ERROR, "no image"))
        run.planned = [*run.planned[:3], "test-pv64-odd"]
        run.results[3].instance = result("odd", Verdict.SKIP).instance
        sink.replay(run, self.sinks())
        again = record.load(self.path)
        self.assertEqual(record.text(again), record.text(run))
        self.assertEqual(self.path.read_text(), record.text(run))
        self.assertEqual(again.xen, {
            "version": "4.17.5", "compiled": "(Debian) (gcc 12) debug=y Sat",
            "changeset": "Mon git:0123456789", "build-id": "f3bb24b0"})
        self.assertEqual(again.exit_code, 4)

    def test_the_file_is_whole_at_any_time(self):
        run = Run({}, [f"test-pv64-{at}" for at in range(3)])
        saved, = self.sinks()
        saved.begin(run)
        for at in range(3):
            document = json.loads(self.path.read_text())
            self.assertEqual(len(document["results"]), at)
            self.assertFalse(document["end"]["complete"])
            run.add(result(str(at), Verdict.SUCCESS, text="long " * at))
            saved.finished(run, run.results[-1])
        run.seconds = 12345.678
        saved.end(run)
        self.assertTrue(json.loads(self.path.read_text())["end"]["complete"])

    def test_a_tail_that_shrinks(self):
        self.path.parent.mkdir()
        file = files.GrowingFile(self.path, "head", " long tail")
        file.add("", " t")
        self.assertEqual(self.path.read_text(), "head t")
        file.add(" item", " tail")
        self.assertEqual(self.path.read_text(), "head item tail")

    def test_killed_anywhere_in_a_write(self):
        self.path.parent.mkdir()
        real = files._write_at
        for written in (0, 1, 3, 4):

            def write_at(file, at, data, count=written):
                real(file, at, data[:count])
                raise SystemExit

            file = files.GrowingFile(self.path, "head", " long tail")
            with mock.patch.object(files, "_write_at", write_at):
                with self.assertRaises(SystemExit):
                    file.add(" a", " t")
            self.assertEqual(self.path.read_text(), "head long tail")
            file.add(" b", " t")
            self.assertEqual(self.path.read_text(), "head a b t")

    def test_no_copy_is_left(self):
        for link in (os.link, mock.Mock(side_effect=PermissionError)):
            with mock.patch.object(files.os, "link", link):
                sink.replay(run_of(*(result(str(at), Verdict.SUCCESS)
                                     for at in range(5))), self.sinks())
            self.assertEqual(os.listdir(self.path.parent), [self.path.name])
            self.assertEqual(len(record.load(self.path).results), 5)

    def test_a_full_disk(self):
        self.path.parent.mkdir()
        file = files.GrowingFile(self.path, "head", " tail")
        real, room = os.pwrite, [3]

        def pwrite(descriptor, data, at):
            if room[0] == 0:
                room[0] = 99
                raise OSError(28, "No space left")
            part = data[:room[0]]
            room[0] -= len(part)
            return real(descriptor, part, at)

        with mock.patch.object(files.os, "pwrite", pwrite):
            with self.assertRaisesRegex(RunnerError, "No space left"):
                file.add(" one", " tail")
        self.assertEqual(self.path.read_text(), "head tail")
        file.add(" two", " tail")
        self.assertEqual(self.path.read_text(), "head one two tail")

    def test_killed(self):
        """A writer that is killed leaves a whole file, whenever that is."""
        code = ("import sys; sys.path[:0] = sys.argv[1:3]\n"
                "from runner.test_runs import *\n"
                "run = Run({}, [f'test-pv64-{n}' for n in range(100000)])\n"
                "saved = sink.saved(Path(sys.argv[3]))\n"
                "saved.begin(run); print('begun', flush=True)\n"
                "for n in range(100000):\n"
                "    run.add(result(str(n), Verdict.SUCCESS, text='x' * 9999))"
                "\n    saved.finished(run, run.results[-1])\n")
        here = Path(__file__).resolve()
        for wait in (0.01, 0.1, 0.2):
            with subprocess.Popen(
                    [sys.executable, "-c", code, str(here.parents[1]),
                     str(here.parents[2]), str(self.path)],
                    stdout=subprocess.PIPE) as child:
                child.stdout.readline()
                begun = self.path.stat().st_size
                end = time.monotonic() + 60
                # A busy computer may need long for the first result.
                while (self.path.stat().st_size == begun
                       and time.monotonic() < end):
                    time.sleep(0.01)
                time.sleep(wait)
                child.send_signal(signal.SIGKILL)
            run = record.load(self.path)
            self.assertEqual([one.instance.test.name for one in run.results],
                             [str(n) for n in range(len(run.results))])
            self.assertTrue(run.results)

    def test_other_files(self):
        self.path.parent.mkdir()
        good = json.loads(record.text(run_of(result("a", Verdict.SUCCESS))))
        for change in ({"format": "x"}, {"version": 2}, {"planned": ["other"]},
                       {"end": None}, {"results": [{}]}):
            self.path.write_text(json.dumps({**good, **change}))
            with self.assertRaises(RunnerError, msg=change):
                record.load(self.path)
        for text in ("", "[]", "{", "\xff"):
            self.path.write_text(text)
            with self.assertRaises(RunnerError):
                record.load(self.path)

    def test_no_place_for_it(self):
        self.path = Path(os.devnull) / "run.json"
        with self.assertRaises(RunnerError):
            self.sinks()[0].begin(run_of())


class Compared(unittest.TestCase):
    def kinds(self, old, new):
        found = compare(run_of(*old), run_of(*new))
        return [(change.kind, change.case, change.old, change.new)
                for change in found.changes], found.exit_code

    def one(self, old, new):
        """Compare one instance, given as a verdict and cases each."""
        return self.kinds([result("a", *old)], [result("a", *new)])

    def test_cases(self):
        good, bad = Verdict.SUCCESS, Verdict.FAILURE
        for old, new, expected, code in (
                ((good, "one=PASS"), (good, "one=PASS"), [], 0),
                ((good, "one=PASS two=PASS"), (bad, "one=PASS two=FAIL"),
                 [("newly-failing", "two", "PASS", "FAIL")], 5),
                ((bad, "one=FAIL"), (good, "one=PASS"),
                 [("newly-passing", "one", "FAIL", "PASS")], 0),
                ((bad, "one=FAIL"), (bad, "one=FAIL"),
                 [("still-failing", "one", "FAIL", "FAIL")], 0),
                ((good, "one=SKIP"), (good, "one=PASS"), [], 0),
                ((good, "one=PASS"), (good, "one=SKIP"),
                 [("lost", "one", "PASS", "SKIP")], 3),
                ((good, "one=PASS two=PASS"), (good, "one=PASS"),
                 [("lost", "two", "PASS", "")], 3),
                ((good, "one=PASS"), (bad, "one=PASS new=FAIL"),
                 [("newly-failing", "new", "", "FAIL")], 5)):
            self.assertEqual(self.one(old, new), (expected, code), (old, new))

    def test_whole_instances(self):
        good, crash = Verdict.SUCCESS, Verdict.CRASH
        for old, new, expected, code in (
                # A crash is one change, not one for each case not reached.
                ((good, "one=PASS two=PASS"), (crash, "one=PASS"),
                 [("newly-failing", "", "SUCCESS", "CRASH")], 5),
                ((crash, "one=PASS"), (good, "one=PASS two=PASS"),
                 [("newly-passing", "", "CRASH", "SUCCESS")], 0),
                ((crash,), (crash,),
                 [("still-failing", "", "CRASH", "CRASH")], 0),
                ((good,), (Verdict.SKIP,),
                 [("lost", "", "SUCCESS", "SKIP")], 3),
                ((good,), (Verdict.TIMEOUT,),
                 [("newly-failing", "", "SUCCESS", "TIMEOUT")], 5)):
            self.assertEqual(self.one(old, new), (expected, code), (old, new))
        self.assertEqual(self.kinds([result("a", good, "one=PASS")], []),
                         ([("lost", "", "SUCCESS", "")], 3))
        self.assertEqual(self.kinds([], [result("a", good)]), ([], 0))

    def test_known_and_flaky(self):
        expected = result("a", Verdict.FAILURE, "one=FAIL")
        expected.outcome, expected.words = "XFAIL", {"one": "XFAIL"}
        good = result("a", Verdict.SUCCESS, "one=PASS")
        self.assertEqual(self.kinds([good], [expected]), (
            [("known", "one", "PASS", "XFAIL")], 0))
        known = result("a", Verdict.FAILURE, "one=FAIL")
        known.known = True
        self.assertEqual(self.kinds([good], [known]), (
            [("known", "one", "PASS", "FAIL")], 0))
        flaky = result("a", Verdict.FAILURE, "one=FAIL")
        flaky.outcome, flaky.words = "FLAKY", {"one": "FLAKY"}
        self.assertEqual(self.kinds([good], [flaky]), (
            [("flaky", "one", "PASS", "FLAKY")], 5))
        self.assertEqual(self.kinds([flaky], [flaky]), (
            [("flaky", "one", "FLAKY", "FLAKY")], 0))

    def test_time(self):
        def slower(old: float, new: float) -> bool:
            kinds, code = self.kinds(
                [result("a", Verdict.SUCCESS, "", old)],
                [result("a", Verdict.SUCCESS, "", new)])
            self.assertEqual(code, 0)
            return [kind[0] for kind in kinds] == ["slower"]

        self.assertTrue(slower(4, 6.1))
        self.assertFalse(slower(4, 5.9))
        self.assertFalse(slower(1, 2.9))
        self.assertFalse(slower(10, 13))
        self.assertFalse(slower(6, 4))

    def compared(self):
        bad = result("bad", Verdict.FAILURE, "one=FAIL two=FAIL")
        bad.hint, bad.known, bad.again = "XSA-1 <b>", True, "xtf-runner bad"
        worse = result("worse", Verdict.FAILURE, "one=FAIL")
        worse.again = "xtf-runner worse"
        good = [result(name, Verdict.SUCCESS, "one=PASS two=PASS")
                for name in ("bad", "worse", "lost")]
        return compare(run_of(*good), run_of(bad, worse))

    def test_text(self):
        lines = comparison.text(self.compared()).splitlines()
        self.assertIn("Newly failing (1)", lines)
        self.assertIn("      PASS -> FAIL: x is 1", lines)
        self.assertIn("      run again: xtf-runner worse", lines)
        self.assertIn("  test-pv64-bad: FAIL, 2 cases", lines)
        self.assertIn("      XSA-1 <b>", lines)
        self.assertTrue(lines[-1].startswith("Something got worse: 1 newly"))

    def test_junit(self):
        root = ElementTree.fromstring(comparison.junit_xml(self.compared()))
        failures = [case.get("classname") for case in root.iter("testcase")
                    if case.find("failure") is not None]
        self.assertEqual(failures, ["test-pv64-worse"])
        self.assertEqual((root.get("failures"), root.get("skipped")),
                         ("1", "4"))

    def test_command(self):
        with tempfile.TemporaryDirectory() as scratch:
            files = [Path(scratch) / name for name in ("old", "new", "x.xml")]
            for file, run in zip(files, (self.compared().old,
                                         self.compared().new)):
                file.write_text(record.text(run))
            with mock.patch("sys.stdout", io.StringIO()) as out:
                code = cli.main(["--compare", str(files[0]), str(files[1]),
                                 "--junit", str(files[2])])
            self.assertEqual(code, 5)
            self.assertIn("Newly failing (1)", out.getvalue())
            self.assertTrue(files[2].exists())
            files[0].write_text("{}")
            with mock.patch("sys.stderr", io.StringIO()) as err:
                self.assertEqual(cli.main(["--compare", str(files[0]),
                                           str(files[1])]), 1)
            self.assertIn("not a run that --save wrote", err.getvalue())


if __name__ == "__main__":
    unittest.main()
