# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, a host whose daemons are dead or hung."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.hosts import xl, xltools  # noqa: E402
from touchstone.base.verdict import (InstanceError,  # noqa: E402
                                     RunnerError, Verdict)


class Daemons(xen_host.XenHost):
    """xenstored and xenconsoled dead or hung: said in seconds."""

    def check_prepare(self, *words):
        begin = time.monotonic()
        with self.assertRaises(RunnerError) as caught:
            self.host().prepare()
        self.assertLess(time.monotonic() - begin, 10)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_xenstored_hangs(self):
        self.plant("info", "sleep 60")
        self.plant("xenstore-read", "sleep 60")
        self.check_prepare("xenstored", "restart")

    def test_xenstored_hangs_though_xl_info_does_not_need_it(self):
        self.plant("xenstore-read", "sleep 60")
        self.check_prepare("xenstored", "restart")

    def test_xenstored_that_is_there_may_be_slow(self):
        self.plant("xenstore-read", "sleep 2.2")
        with mock.patch.object(xltools, "_processes", lambda _: ["S"]):
            self.assertEqual(xltools.xenstored_fault(), "")
        for states, text in ((["T"], "is stopped"), ([], "does not answer")):
            with mock.patch.object(xltools, "_processes", lambda _: states):
                self.assertIn(text, xltools.xenstored_fault())
        self.plant("xenstore-read", "sleep 60")
        with mock.patch.object(xltools, "_processes", lambda _: ["S"]):
            self.assertIn("xenstored hangs", xltools.xenstored_fault())

    def test_xenstored_is_dead(self):
        self.plant("info", "echo 'libxl: error: cannot connect to xenstore:"
                   " Connection refused' >&2; exit 1")
        self.check_prepare("xenstored is not running", "restart")

    def test_xenstored_is_dead_for_its_client(self):
        self.plant("xenstore-read",
                   "echo 'xenstore-read: xs_open: Connection refused' >&2;"
                   " exit 1")
        self.check_prepare("xenstored is not running")

    def test_xenstored_hangs_on_the_way(self):
        self.plant("unpause", "touch hang; sleep 60")
        self.plant("xenstore-read", "[ -f hang ] && sleep 60")
        begin = time.monotonic()
        with self.assertRaisesRegex(RunnerError, "xenstored"):
            self.run_one()
        self.assertLess(time.monotonic() - begin, 10)

    def test_xenstored_hangs_while_a_silent_instance_runs(self):
        self.options.timeout = 0.5
        self.plant("xenstore-read", "[ -f unpaused ] && sleep 60")
        with self.assertRaisesRegex(RunnerError, "xenstored"):
            self.run_one()

    def test_a_command_that_hangs_while_xenstored_answers(self):
        self.plant("unpause", "sleep 60")
        with self.assertRaisesRegex(InstanceError, "did not end within"):
            self.run_one()
        self.assertEqual(self.domains(), [])

    def test_no_console(self):
        (self.state / "tty").unlink()
        for fault, seconds, words in (
                ("xenconsoled is not running", 1.9, "is not running.*restart"),
                ("", 9, "no console.*restart")):
            begin = time.monotonic()
            with mock.patch.object(xltools, "xenconsoled_fault",
                                   lambda: fault):
                with self.assertRaisesRegex(RunnerError, words):
                    self.run_one()
            self.assertLess(time.monotonic() - begin, seconds)
            self.assertEqual(self.domains(), [])

    def test_no_console_says_xl(self):
        self.plant("create", "echo 'libxl: error: libxl_create.c:1976:"
                   "console_xswait_callback: domain 10 console tty: timed"
                   " out' >&2; exit 3")
        with self.assertRaisesRegex(RunnerError, "xenconsoled.*restart"):
            self.run_one()

    def test_a_console_that_comes_late(self):
        path = (self.state / "tty").read_text()
        (self.state / "tty").unlink()
        threading.Timer(0.3, (self.state / "tty").write_text, [path]).start()
        result = self.run_one(self.say(b"Test result: SUCCESS\n"))
        self.assertEqual(result.verdict, Verdict.SUCCESS)

    def test_processes(self):
        name = "xtf-stand-in-dm"    # the kernel keeps 15 characters
        tool = self.state / name
        shutil.copy("/bin/sleep", str(tool))
        self.assertEqual(xltools._processes(name), [])
        with subprocess.Popen([str(tool), "60"]) as child:
            try:
                self.assertEqual(xltools._processes(name), ["S"])
                os.kill(child.pid, signal.SIGSTOP)
                for _ in range(100):
                    if xltools._processes(name) == ["T"]:
                        break
                    time.sleep(0.01)
                with mock.patch.object(
                        xltools, "_processes", lambda _: ["T"]):
                    self.assertIn("stopped", xltools.xenconsoled_fault())
            finally:
                child.kill()

    def test_not_root(self):
        self.plant("info", "echo 'libxl: error: cannot open libxc handle:"
                   " Permission denied' >&2; exit 1")
        self.check_prepare("as root")

    def test_a_command_that_leaves_a_daemon(self):
        self.plant("info", "sleep 60 & cat info; exit")
        begin = time.monotonic()
        self.assertEqual(xltools.info()["xen_version"], "4.17.0")
        self.assertLess(time.monotonic() - begin, 2.5)

    def test_a_command_that_floods(self):
        self.plant("dmesg", "head -c 3000000 /dev/zero | tr '\\0' x; exit")
        self.assertEqual(len(xltools.run("xl", "dmesg")), 3000000)


if __name__ == "__main__":
    unittest.main()
