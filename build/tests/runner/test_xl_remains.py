# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, what a run leaves that was killed."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.hosts import xl, xldomain  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


class Remains(xen_host.XenHost):
    """What a run leaves that was killed, and what the next one does."""

    def prepare(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            host = self.host()
            host.prepare()
        self.addCleanup(host._ledger.close)
        return said.getvalue()

    def dead_process(self):
        child = subprocess.Popen(["true"])
        child.wait()
        return child.pid

    def test_only_own_names_are_destroyed(self):
        dead = self.dead_process()
        foreign = ["test-pv64-demo", f"test-pv64-demo-{dead}-1",
                   f"my-test-pv64-demo-xtf-{dead}-1",
                   f"test-arm64-demo-xtf-{dead}-1",
                   f"test-pv64-demo-xtf-{os.getpid()}-99", "xtf"]
        own = [f"test-pv64-demo-xtf-{dead}-1",
               f"test-hvm64-a-b~hap-xtf-{dead}-12"]
        for name in foreign + own:
            self.add_domain(name)
        said = self.prepare()
        self.assertEqual(self.domains(), sorted(foreign))
        for name in own:
            self.assertIn(name, said)

    def test_killed_runner(self):
        """By SIGKILL, in either mode: end to end."""
        for mode in ("console", "logfile"):
            tests = self.state / "tests" / "demo"
            tests.mkdir(parents=True, exist_ok=True)
            (tests / "info.json").write_text(
                '{"name": "demo", "category": "functional",'
                ' "environments": ["pv64"]}')
            (tests / "test-pv64-demo.cfg").write_text("")
            self.guest(': >"logs/guest-$1.log"')
            with subprocess.Popen(
                    [sys.executable, str(ROOT / "xtf-runner"), "--tests-dir",
                     str(tests.parent), "--host-kind", "xl", "-m", mode,
                     "--logfile-dir", self.options.logfile_dir, "demo"],
                    stdout=subprocess.DEVNULL) as child:
                for _ in range(1000):
                    if (self.state / "unpaused").exists():
                        break
                    time.sleep(0.01)
                child.kill()
            (self.state / "unpaused").unlink()
            self.assertEqual(len(self.domains()), 1, mode)
            self.add_domain("other")
            said = self.prepare()
            self.assertEqual(self.domains(), ["other"], mode)
            self.assertIn("running test-pv64-demo", said)
            shutil.rmtree(str(self.state / "domains/other"))
            self.assertEqual(self.prepare(), "")

    def test_reports_of_a_killed_runner(self):
        """They are whole, with what had ended, and name what was running."""
        for name in ("first", "second"):
            tests = self.state / "tests" / name
            tests.mkdir(parents=True)
            (tests / "info.json").write_text(
                f'{{"name": "{name}", "category": "functional",'
                ' "environments": ["pv64"]}')
            (tests / f"test-pv64-{name}.cfg").write_text("")
        self.guest(': >>"logs/guest-$1.log"; [ $1 = test-pv64-first ] &&'
                   ' echo "Test result: SUCCESS" >>"logs/guest-$1.log"')
        # What is on the disk when the second one's domain is made counts.
        kept, xml, tap = (self.state / name for name in
                          ("kept", "out.xml", "out.tap"))
        self.plant("create", "[ $(grep -c ^create calls) = 2 ] &&"
                   " { cp -r kept kept2; cp out.xml out.xml2;"
                   " cp out.tap out.tap2; touch made; }")
        with subprocess.Popen(
                [sys.executable, str(ROOT / "xtf-runner"), "--tests-dir",
                 str(self.state / "tests"), "--host-kind", "xl", "-j1", "-m",
                 "logfile", "--logfile-dir", self.options.logfile_dir,
                 f"--junit={xml}", f"--tap={tap}", "--keep-logs", str(kept),
                 "first", "second"], stdout=subprocess.PIPE) as child:
            for _ in range(2000):
                if (self.state / "made").exists():
                    break
                time.sleep(0.01)
            child.kill()
            said = child.communicate()[0].decode()
        self.assertIn("SUCCESS  test-pv64-first", said)
        self.assertIn("started  test-pv64-second", said)
        for end in ("2", ""):
            suites = ElementTree.parse(f"{xml}{end}").getroot().findall(
                "testsuite")
            self.assertEqual([suite.get("name") for suite in suites],
                             ["test-pv64-first"])
            self.assertIn("ok 1 - test-pv64-first\n",
                          Path(f"{tap}{end}").read_text())
            self.assertTrue(Path(f"{kept}{end}/test-pv64-first.log").exists())
            journal = Path(f"{kept}{end}/run.log").read_text()
            self.assertTrue(journal.endswith(" started test-pv64-second\n"))

    def test_the_name_is_on_the_disk_before_the_domain_is_there(self):
        self.plant("create", "cat cache/touchstone/runs/* >at-create")
        host = self.host()
        host.prepare()
        self.addCleanup(host._ledger.close)
        synced = []

        def fsync(_):
            synced.extend(path.read_text() for path in
                          (self.state / "cache/touchstone/runs").iterdir())

        with mock.patch.object(xldomain.os, "fsync", fsync):
            self.run_one(self.say(b"Test result: SUCCESS\n"), host=host)
        self.assertTrue(synced[0].endswith(" test-pv64-demo\n"), synced)
        self.assertRegex((self.state / "at-create").read_text(),
                         r"domain test-pv64-demo\S* test-pv64-demo\n$")

    def test_a_computer_that_went_down(self):
        host = self.host()
        host.prepare()
        ledger = next((self.state / "cache/touchstone/runs").iterdir())
        host._ledger.started("test-pv64-guilty", "test-pv64-guilty-xtf-1-1")
        host._ledger.close()        # as the kernel does
        words = ledger.read_text().split(" ")
        words[1] = "00000000-other-boot"
        ledger.write_text(" ".join(words))
        said = self.prepare()
        self.assertIn("ended when this computer went down", said)
        self.assertIn("running test-pv64-guilty", said)

    def test_a_domain_that_resisted_is_tried_again(self):
        self.plant("destroy", "exit 1")
        host = self.host()
        host.prepare()
        self.run_one(self.say(b"Test result: SUCCESS\n"), host=host)
        host._ledger.close()
        self.assertEqual(len(self.domains()), 1)
        (self.state / "do/destroy").unlink()
        self.prepare()
        self.assertEqual(self.domains(), [])

    def test_a_run_that_ended_leaves_no_ledger(self):
        host = self.host()
        host.prepare()
        self.run_one(self.say(b"Test result: SUCCESS\n"), host=host)
        host._ledger.close()
        self.assertEqual(
            list((self.state / "cache/touchstone/runs").iterdir()), [])

    def test_two_runs_at_once(self):
        """Neither touches what the other one runs."""
        first, second = self.host(), self.host()
        first.prepare()
        self.addCleanup(first._ledger.close)
        first._ledger.started("test-pv64-a", "test-pv64-a")
        first._ledger.started("test-pv64-b", "test-pv64-b-xtf-99999999-1")
        self.add_domain("test-pv64-a")
        self.add_domain("test-pv64-b-xtf-99999999-1")
        second.prepare()
        self.addCleanup(second._ledger.close)
        self.assertEqual(len(self.domains()), 2)

    def test_a_full_disk_keeps_no_domain(self):
        with mock.patch.object(xldomain.os, "write",
                               side_effect=OSError(28, "full")):
            host = self.host()
            host.prepare()
        host._ledger.close()

    def test_stop_leaves_nothing(self):
        stop = Stop()
        threading.Timer(0.5, stop.set).start()
        self.assertIsNone(self.run_one(stop=stop))
        self.assertEqual(self.domains(), [])

    def test_stop_while_memory_is_waited_for(self):
        self.shorten(xldomain, _MEMORY_PAUSES=(60,))
        self.plant("create", "echo 'not enough memory' >&2; exit 1")
        stop = Stop()
        threading.Timer(0.5, stop.set).start()
        begin = time.monotonic()
        self.assertIsNone(self.run_one(stop=stop))
        self.assertLess(time.monotonic() - begin, 10)


if __name__ == "__main__":
    unittest.main()
