# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: reports in files while a run goes on, and when it is cut."""

import contextlib
import io
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import scheduler  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.console import BoundedLog  # noqa: E402
from touchstone.hosts import Host, Options  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.report import files  # noqa: E402
from touchstone.report.files import FileReports, Journal  # noqa: E402
from touchstone.base.verdict import Result, RunnerError, Verdict  # noqa: E402


def instance(name: str) -> Instance:
    return Instance(Test(Path("/nowhere"), {
        "name": name, "category": "functional", "environments": ["pv64"]}),
        "pv64", None)


class LookingHost(Host):
    """A host that looks at the reports while an instance runs."""

    def __init__(self, look):
        super().__init__(Options())
        self.look = look
        self.live = 0

    def can_run(self, instance):
        return None

    def run(self, instance, stop):
        self.live += 1
        try:
            self.look(instance)
            log = BoundedLog()
            log.append(b"Test result: SUCCESS\n")
            return Result(instance, Verdict.SUCCESS, log=log)
        finally:
            self.live -= 1


class Growing(unittest.TestCase):
    NAMES = ("a", "b", "c")

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        self.logs = self.dir / "logs"
        self.xml = self.dir / "out.xml"
        self.tap = self.dir / "out.tap"
        self.stream = io.StringIO()
        self.seen = []

    def reports(self, **options):
        return FileReports(
            scheduler.Listener(), len(self.NAMES), logs=self.logs,
            junit_file=self.xml, tap_file=self.tap, tap_stream=self.stream,
            **options)

    def run_all(self, look, reports=None):
        host = LookingHost(look)
        reports = reports or self.reports()
        results = scheduler.run(host, [instance(name) for name in self.NAMES],
                                1, reports, Stop())
        return reports, results

    def look(self, running):
        """Check all that must be there while an instance runs."""
        done = self.NAMES[:self.NAMES.index(running.test.name)]
        journal = (self.logs / files.JOURNAL).read_text().splitlines()
        self.seen.append((
            journal[-1].split()[1:],
            sorted(path.name for path in self.logs.glob("test-*")),
            [suite.get("name") for suite in
             ElementTree.parse(str(self.xml)).getroot().findall("testsuite")],
            self.tap.read_text().splitlines(),
            self.stream.getvalue().splitlines(), done))

    def test_while_it_runs(self):
        self.run_all(self.look)
        for number, (last, logs, suites, tap, stream, done) in enumerate(
                self.seen):
            names = [f"test-pv64-{name}" for name in done]
            points = [f"ok {at} - {name}" for at, name in enumerate(names, 1)]
            self.assertEqual(last, ["started",
                                    f"test-pv64-{self.NAMES[number]}"])
            self.assertEqual(logs, [f"{name}.log" for name in names])
            self.assertEqual(suites, names)
            self.assertEqual(tap[:-1], ["TAP version 14", "1..3", *points])
            self.assertRegex(tap[-1], rf"^Bail out! .*: {number} of 3 ")
            self.assertEqual(stream, ["TAP version 14", "1..3", *points])
        self.assertEqual(len(self.seen), 3)

    def test_the_name_is_synced_before_the_start(self):
        synced = []
        real = files.os.fsync

        def fsync(file):
            real(file)
            synced.append((self.logs / files.JOURNAL).read_text())

        def look(running):
            self.assertTrue(any(f"started {running.name}\n" in text
                                for text in synced), running.name)

        with mock.patch.object(files.os, "fsync", fsync):
            self.run_all(look)

    def test_the_end(self):
        reports, results = self.run_all(lambda _: None)
        reports.close(results)
        self.assertNotIn("Bail out", self.tap.read_text())
        self.assertNotIn("Bail out", self.stream.getvalue())
        self.assertIn("3 of 3", (self.logs / files.JOURNAL).read_text())

    def test_a_run_that_was_cut(self):
        reports, results = self.run_all(lambda _: None)
        reports.close(results[:2])
        self.assertIn("Bail out! ", self.tap.read_text())
        self.assertIn("Bail out! ", self.stream.getvalue())

    def test_what_cannot_be_written_is_said_before_the_first(self):
        self.xml = Path("/proc/nowhere/out.xml")
        with self.assertRaisesRegex(RunnerError, "/proc/nowhere"):
            self.run_all(self.fail)

    def test_a_full_disk_on_the_way(self):
        real, full = files.write_file, [False]

        def write_file(path, text, sync=False):
            if full[0]:
                raise RunnerError(f"cannot write {path}: full")
            real(path, text, sync)

        def look(running):
            full[0] = running.test.name == "b"

        errors = io.StringIO()
        with mock.patch.object(files, "write_file", write_file), \
                contextlib.redirect_stderr(errors):
            reports, results = self.run_all(look)
        self.assertEqual(errors.getvalue().count("\n"), 1)
        self.assertIn("full", errors.getvalue())
        self.assertEqual(len(results), 3)
        self.assertFalse((self.logs / "test-pv64-b.log").exists())
        reports.close(results)
        self.assertTrue((self.logs / "test-pv64-b.log").exists())

    def test_a_directory_that_goes_away(self):
        def look(running):
            if running.test.name == "b":
                shutil.rmtree(self.logs)

        reports, results = self.run_all(look)
        reports.close(results)
        self.assertTrue((self.logs / "test-pv64-b.log").exists())

    def test_no_partial_file_stays(self):
        with mock.patch.object(files.Path, "replace",
                               side_effect=OSError(28, "No space left")):
            with self.assertRaisesRegex(RunnerError, "No space left"):
                files.write_file(self.xml, "text")
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_devices_stay_devices(self):
        fifo = self.dir / "fifo"
        files.os.mkfifo(str(fifo))
        reader = files.os.open(str(fifo),
                               files.os.O_RDONLY | files.os.O_NONBLOCK)
        self.addCleanup(files.os.close, reader)
        files.write_file(fifo, "text")
        self.assertTrue(fifo.is_fifo())
        self.assertEqual(files.os.read(reader, 99), b"text")

    def test_a_journal_goes_on(self):
        for text in ("one", "two"):
            Journal(self.dir / "journal").add(text)
        lines = (self.dir / "journal").read_text().splitlines()
        self.assertEqual([line.split(" ", 1)[1] for line in lines],
                         ["one", "two"])


class BrokenListener(unittest.TestCase):
    """A listener that fails, e.g. as nobody reads its output any more."""

    def test_nothing_keeps_running(self):
        class Listener(scheduler.Listener):
            def finished(self, result):
                raise BrokenPipeError

        host = LookingHost(lambda running: time.sleep(
            0.1 if running.test.name == "0" else 0.4))
        with self.assertRaises(BrokenPipeError):
            scheduler.run(host, [instance(str(n)) for n in range(9)], 2,
                          Listener(), Stop())
        self.assertEqual(host.live, 0)


if __name__ == "__main__":
    unittest.main()
