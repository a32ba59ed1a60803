# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, -m logfile with logs that are not as they should be."""

import os
import shutil
import sys
import threading
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.hosts import xl, xlconsole  # noqa: E402
from touchstone.base.verdict import (InstanceError,  # noqa: E402
                                     RunnerError, Verdict)


class Logs(xen_host.XenHost):
    """-m logfile, with logs that are not as they should be."""

    def setUp(self):
        super().setUp()
        self.options.results_mode = "logfile"
        self.log = self.state / "logs/guest-test-pv64-demo.log"
        self.append = 'log=logs/guest-$1.log; '

    def test_what_was_there_before_does_not_count(self):
        self.log.write_text("Test result: FAILURE\n")
        self.guest(self.append + 'echo "Test result: SKIP" >>$log')
        self.assertEqual(self.run_one().verdict, Verdict.SKIP)

    def test_no_log(self):
        with self.assertRaisesRegex(RunnerError, "XENCONSOLED_TRACE=guest"):
            self.run_one()
        self.assertEqual(self.domains(), [])

    def test_no_directory(self):
        (self.state / "logs").rmdir()
        with self.assertRaisesRegex(RunnerError, "--logfile-dir"):
            self.run_one()
        self.assertFalse(self.calls("unpause"))

    def test_rotated_while_it_is_written(self):
        self.guest(self.append + 'echo "PASS: one" >>$log; (sleep 0.3;'
                   ' exec 3>>$log; mv $log $log.1; : >$log; sleep 0.2;'
                   ' echo "PASS: two" >&3; sleep 0.2; echo "PASS: three"'
                   ' >>$log; echo "Test result: SUCCESS" >>$log)'
                   ' >/dev/null 2>&1 &')
        self.log.write_text("old\n")
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual([case.name for case in result.cases],
                         ["one", "two", "three"])

    def test_truncated_while_it_is_written(self):
        self.guest(self.append + 'echo "PASS: one" >>$log; (sleep 0.3;'
                   ' : >$log; sleep 0.2; echo "Test result: SUCCESS" >>$log)'
                   ' >/dev/null 2>&1 &')
        self.log.write_text("an old line\n" * 9)
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)

    def test_a_full_disk_before(self):
        full = mock.Mock(f_blocks=9, f_bfree=0)
        with mock.patch.object(xlconsole.os, "statvfs", lambda _: full):
            with self.assertRaisesRegex(RunnerError, "is full"):
                self.run_one()
        self.assertEqual(self.domains(), [])
        self.assertFalse(self.calls("unpause"))

    def test_a_disk_that_fills_up(self):
        for end in ("echo ---s-- >domains/$1/state", "true"):
            self.guest(self.append + 'echo "PASS: one" >>$log;' + end)
            self.options.timeout = 1
            answers = iter([mock.Mock(f_blocks=9, f_bfree=1)])
            full = mock.Mock(f_blocks=9, f_bfree=0)
            with mock.patch.object(xlconsole.os, "statvfs",
                                   lambda _: next(answers, full)):
                with self.assertRaisesRegex(InstanceError, "make room"):
                    self.run_one()

    def test_a_log_that_nobody_writes(self):
        self.log.write_text("old\n")
        self.options.timeout = 0.5
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.TIMEOUT)
        self.assertIn("XENCONSOLED_TRACE=guest", result.reason)

    def test_an_end_before_anybody_reads(self):
        self.guest(self.append + 'echo "Test result: SKIP" >>$log;'
                   ' rm -r domains/$1')
        self.assertEqual(self.run_one().verdict, Verdict.SKIP)

    def test_an_end_without_verdict(self):
        self.guest(self.append + 'echo "PASS: one" >>$log; rm -r domains/$1')
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("is gone", result.reason)

    def test_the_name_of_another_run(self):
        """It is waited for, and never destroyed."""
        self.guest(self.append + 'echo "Test result: SUCCESS" >>$log')
        self.add_domain("test-pv64-demo")
        threading.Timer(0.7, shutil.rmtree, [
            str(self.state / "domains/test-pv64-demo")]).start()
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
        self.assertEqual(len(self.calls("destroy")), 1)

    def test_the_name_of_another_domain(self):
        self.options.timeout = 0.5
        self.add_domain("test-pv64-demo")
        with self.assertRaisesRegex(InstanceError, "xl destroy.*-m console"):
            self.run_one()
        self.assertEqual(self.domains(), ["test-pv64-demo"])


if __name__ == "__main__":
    unittest.main()
