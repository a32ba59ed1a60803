# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: scheduling, processes and deadlines, TAP, JUnit, terminal."""

import io
import os
import re
import signal
import sys
import threading
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import scheduler  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.hosts import Host, Options  # noqa: E402
from touchstone.base.process import Child, Deadline, Stop  # noqa: E402
from touchstone.report import junit, tap  # noqa: E402
from touchstone.report.terminal import TerminalReport  # noqa: E402
from touchstone.base.verdict import (Case, InstanceError, Result, RunnerError,  # noqa: E402
                                     Verdict, worst)


def instance(name: str = "demo") -> Instance:
    return Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)


def log(text: str) -> BoundedLog:
    kept = BoundedLog()
    kept.append(text.encode())
    return kept


RESULTS = [
    Result(instance("good"), Verdict.SUCCESS, "",
           [Case("PASS", "map: # one"),
            Case("SKIP", "v2: x", "no v2 # none")]),
    Result(instance("bad"), Verdict.FAILURE, "map: two: got <1> & \"2\"",
           [Case("PASS", "map: one"),
            Case("FAIL", "map: two", "got <1> & \"2\"")], log("x\0\x1b[1m\n")),
    Result(instance("lost"), Verdict.CRASH, "panic ]]> \x00\ufffe", [],
           log("(XEN) the end \x07\n")),
    Result(instance("none"), Verdict.SKIP, "no PV32"),
    Result(instance("slow"), Verdict.TIMEOUT, "", [], log("")),
    Result(instance("odd"), Verdict.ERROR, "no image"),
]


class Severity(unittest.TestCase):
    def test_exit_codes(self):
        codes = {"SUCCESS": 0, "SKIP": 3, "ERROR": 4, "FAILURE": 5,
                 "CRASH": 6, "TIMEOUT": 6}
        for verdict in Verdict:
            self.assertEqual(verdict.exit_code, codes.pop(verdict.name))
        self.assertFalse(codes)

    def test_worst(self):
        self.assertEqual(worst(RESULTS), Verdict.TIMEOUT)
        self.assertEqual(worst(RESULTS[:2]), Verdict.FAILURE)
        self.assertEqual(worst([RESULTS[0], RESULTS[3]]), Verdict.SKIP)
        self.assertEqual(worst([]), Verdict.SUCCESS)


class JUnit(unittest.TestCase):
    def test_document(self):
        root = ElementTree.fromstring(junit.render(RESULTS).encode())
        suites = root.findall("testsuite")
        self.assertEqual(len(suites), len(RESULTS))
        for key, tag in (("tests", "testcase"), ("failures", "failure"),
                         ("errors", "error"), ("skipped", "skipped")):
            self.assertEqual(int(root.get(key)), len(list(root.iter(tag))))
            self.assertEqual(int(root.get(key)), sum(
                int(suite.get(key)) for suite in suites))
        names = [case.get("name") for case in suites[1].iter("testcase")]
        self.assertEqual(names, ["map: one", "map: two", "verdict"])
        self.assertIn("got <1> & \"2\"", suites[1].find(".//failure")
                      .get("message"))

    def test_a_document_is_not_too_long_for_gitlab(self):
        results = [Result(instance(f"bad{at}"), Verdict.CRASH, "", [],
                          log(f"first {'<' * 320000} last"))
                   for at in range(70)]
        text = junit.render(results, "logs")
        self.assertLess(len(text), 100 << 20)
        self.assertLess(sum(len(output.text) for output in
                            ElementTree.fromstring(text).iter("system-out")),
                        21 << 20)
        self.assertIn(" last\n[[ATTACHMENT|logs/test-pv64-bad0.log]]\n", text)
        self.assertIn("<system-out>first ", text)

    def test_every_bad_verdict_shows(self):
        for result in RESULTS:
            root = ElementTree.fromstring(junit.render([result]).encode())
            bad = int(root.get("failures")) + int(root.get("errors"))
            self.assertEqual(bool(bad),
                             result.verdict.exit_code > 3, result.instance)


class Tap(unittest.TestCase):
    def test_document(self):
        lines = tap.render(RESULTS).splitlines()
        self.assertEqual(lines[:2], ["TAP version 14", "1..6"])
        points = [line for line in lines if line.startswith(("ok", "not ok"))]
        self.assertEqual(points, [
            "ok 1 - test-pv64-good", "not ok 2 - test-pv64-bad",
            "not ok 3 - test-pv64-lost",
            "ok 4 - test-pv64-none # SKIP no PV32",
            "not ok 5 - test-pv64-slow", "not ok 6 - test-pv64-odd"])
        self.assertIn("    ok 1 - map: \\# one", lines)
        self.assertIn("    ok 2 - v2: x # SKIP no v2 # none", lines)
        self.assertIn("    not ok 2 - map: two", lines)
        self.assertIn('      message: "got <1> & \\"2\\""', lines)
        self.assertNotIn("\x1b", "".join(lines))


class Names(unittest.TestCase):
    """A case is called the same whatever becomes of it."""

    TITLE = "XSA-1: swap: the second # one"

    def results(self):
        for status in ("PASS", "SKIP", "FAIL", "ERROR"):
            reason = "" if status == "PASS" else "got: 1: 2"
            line = f"{self.TITLE}: {reason}" if reason else self.TITLE
            yield Result(instance(), Verdict.ERROR, "", [
                Case.of_line(status, line, ["XSA-1", self.TITLE])])

    def test_junit(self):
        for result in self.results():
            root = ElementTree.fromstring(junit.render([result]).encode())
            self.assertEqual(root.find(".//testcase").get("name"), self.TITLE)

    def test_tap(self):
        for result in self.results():
            line = tap.render([result]).splitlines()[3]
            self.assertEqual(re.sub(r"^ *(?:not )?ok 1 - |(?<!\\) # SKIP.*",
                                    "", line),
                             self.TITLE.replace("#", "\\#"))


class Terminal(unittest.TestCase):
    def test_plain(self):
        stream = io.StringIO()
        report = TerminalReport(
            stream, len(RESULTS), lambda: "Xen 1.2")
        for result in RESULTS:
            result.again = (f"again {result.instance.test.name}"
                            if result.is_bad else "")
            report.started(result.instance)
            report.finished(result)
        report.close(RESULTS, False)
        text = stream.getvalue()
        self.assertNotIn("\x1b", text)
        self.assertEqual(text.count("Xen 1.2\n"), 1)
        self.assertIn("    FAIL: map: two: got <1>", text)
        self.assertIn("    | (XEN) the end", text)
        self.assertEqual([name for name in ("good", "bad", "lost", "none")
                          if f"    run again: again {name}\n" in text],
                         ["bad", "lost"])
        table = text[text.index("Combined test results:\n"):].splitlines()
        self.assertEqual(table[2].split(), ["test-pv64-bad", "FAILURE"])
        self.assertIn("6 instances: 1 SUCCESS, 1 SKIP, 1 ERROR, 1 FAILURE,"
                      " 1 CRASH, 1 TIMEOUT", table[-1])

    def test_quiet_and_interrupted(self):
        stream = io.StringIO()
        report = TerminalReport(stream, 9, quiet=True)
        report.started(RESULTS[0].instance)
        report.finished(RESULTS[0])
        report.close(RESULTS[:1], True)
        lines = stream.getvalue().splitlines()
        self.assertEqual(lines[0], "Combined test results:")
        self.assertIn("1 of 9 instances", lines[2])
        self.assertIn("Interrupted", lines[3])


class ListHost(Host):
    """A host whose instances do what their name says."""

    def __init__(self):
        super().__init__(Options())
        self.at_once = self.most = 0
        self.lock = threading.Lock()

    def can_run(self, instance):
        return "cannot" if instance.test.name == "skip" else None

    def run(self, instance, stop):
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        name = instance.test.name
        try:
            if name == "broken-host":
                raise RunnerError("broken")
            if name == "broken-instance":
                raise InstanceError("no good")
            with Child(["sleep", "60" if name == "long" else "0.05"]) as child:
                child.read(60, stop)
            return None if stop.is_set else Result(instance, Verdict.SUCCESS)
        finally:
            with self.lock:
                self.at_once -= 1


class Scheduling(unittest.TestCase):
    def run_names(self, names, jobs=2, stop_after=None):
        host, stop = ListHost(), Stop()
        if stop_after is not None:
            threading.Timer(stop_after, stop.set).start()
        results = scheduler.run(host, [instance(name) for name in names],
                                jobs, scheduler.Listener(), stop)
        return host, [(str(result.instance)[10:], result.verdict.name)
                      for result in results]

    def test_order_and_jobs(self):
        host, results = self.run_names(["a", "skip", "b", "c", "d"], 3)
        self.assertEqual(results, [
            ("a", "SUCCESS"), ("skip", "SKIP"), ("b", "SUCCESS"),
            ("c", "SUCCESS"), ("d", "SUCCESS")])
        self.assertIn(host.most, (2, 3))

    def test_one_bad_instance(self):
        _, results = self.run_names(["a", "broken-instance", "b"])
        self.assertEqual(results[1], ("broken-instance", "ERROR"))
        self.assertEqual(len(results), 3)

    def test_bad_host(self):
        begin = time.monotonic()
        with self.assertRaises(RunnerError):
            self.run_names(["long", "broken-host", "b"])
        self.assertLess(time.monotonic() - begin, 10)

    def test_stop(self):
        begin = time.monotonic()
        _, results = self.run_names(["a", "long", "long", "b"], 2, 0.5)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(results, [("a", "SUCCESS")])


class Processes(unittest.TestCase):
    def test_output_errors_and_status(self):
        stop, data = Stop(), b""
        with Child(["sh", "-c", "echo out; echo err >&2; exit 3"]) as child:
            while True:
                piece = child.read(10, stop)
                if not piece:
                    break
                data += piece
            self.assertTrue(child.wait(5))
            self.assertEqual((data, child.errors, child.returncode),
                             (b"out\n", b"err\n", 3))

    def test_the_whole_group_dies(self):
        with Child(["sh", "-c", "sleep 60 & echo $!; wait"]) as child:
            grandchild = int(child.read(10, Stop()))
        for _ in range(100):
            try:
                os.kill(grandchild, 0)
                state = Path(f"/proc/{grandchild}/stat").read_text()
            except (ProcessLookupError, FileNotFoundError):
                return
            if state.rsplit(")")[1].split()[0] == "Z":
                return
            time.sleep(0.05)
        os.kill(grandchild, signal.SIGKILL)
        self.fail("a grandchild survived")

    def test_silence_ends_with_the_time(self):
        with Child(["sleep", "60"]) as child:
            begin = time.monotonic()
            self.assertIsNone(child.read(0.2, Stop()))
            self.assertLess(time.monotonic() - begin, 5)

    def test_deadline(self):
        with Child(["sleep", "60"]) as child:
            deadline = Deadline(0.1)
            self.assertFalse(deadline.is_over(child.pid))
            time.sleep(0.15)
            # A sleeper is not starved: its time is up when it is up, or
            # almost: the kernel may count the microseconds of its start.
            for _ in range(20):
                if deadline.is_over(child.pid):
                    return
                time.sleep(0.05)
            self.fail("the time is not up")

    def test_starved_children_get_more(self):
        deadline = Deadline(0.05)
        time.sleep(0.06)
        import touchstone.base.process as process
        original = process._starved
        process._starved = lambda pid: 0.04
        try:
            self.assertFalse(deadline.is_over(os.getpid()))
            process._starved = lambda pid: 1000.0
            time.sleep(0.2)
            self.assertTrue(deadline.is_over(os.getpid()))
        finally:
            process._starved = original


if __name__ == "__main__":
    unittest.main()
