# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, domains that end, and that xl refuses."""

import os
import shutil
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.runner import scheduler  # noqa: E402
from touchstone.hosts import xl, xltools  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.report.terminal import explain  # noqa: E402
from touchstone.base.verdict import (InstanceError,  # noqa: E402
                                     Result, RunnerError, Verdict)


class Consoles(xen_host.XenHost):
    """Consoles that end, and domains that do."""

    def check_hang_up(self, state, word):
        def act(name):
            os.write(self.master, b"hello\n")
            time.sleep(0.2)
            if state:
                self.set_state(name, state)
            else:
                shutil.rmtree(str(self.state / "domains" / name))
            self.close_terminal()

        self.options.timeout = 20
        begin, cpu = time.monotonic(), time.process_time()
        result = self.run_one(act)
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn(word, result.reason)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertLess(time.process_time() - cpu, 1)
        self.assertEqual(self.domains(), [])

    def test_hang_up_of_a_crashed_domain(self):
        self.check_hang_up("---sc-", "crashed")

    def test_hang_up_of_a_domain_that_shut_down(self):
        self.check_hang_up("---s--", "shut down")

    def test_hang_up_of_a_domain_that_is_gone(self):
        self.check_hang_up("", "is gone")

    def test_hang_up_of_a_dying_domain(self):
        self.check_hang_up("---scd", "is gone")

    def check_hang_up_of_a_running_domain(self, fault, error, text):
        self.options.timeout = 20
        begin, cpu = time.monotonic(), time.process_time()
        with mock.patch.object(xltools, "xenconsoled_fault", lambda: fault):
            with self.assertRaisesRegex(error, text):
                self.run_one(lambda name: self.close_terminal())
        self.assertLess(time.monotonic() - begin, 10)
        self.assertLess(time.process_time() - cpu, 1)
        self.assertEqual(self.domains(), [])

    def test_hang_up_without_xenconsoled(self):
        self.check_hang_up_of_a_running_domain(
            "xenconsoled is not running", RunnerError, "not running.*restart")

    def test_hang_up_by_a_restart(self):
        self.check_hang_up_of_a_running_domain("", InstanceError,
                                               "was it restarted")

    def test_what_was_said_before_the_hang_up_counts(self):
        def act(name):
            os.write(self.master, b"Test result: SKIP\n")
            time.sleep(0.1)
            self.close_terminal()

        self.assertEqual(self.run_one(act).verdict, Verdict.SKIP)

    def test_last_words_after_the_end(self):
        def act(name):
            self.set_state(name, "---s--")
            time.sleep(0.45)
            os.write(self.master, b"Test result: SUCCESS\n")

        self.assertEqual(self.run_one(act).verdict, Verdict.SUCCESS)

    def test_states(self):
        for state, word in (("---s--", "shut down"), ("---sr-", "rebooted"),
                            ("---sc-", "crashed"), ("----c-", "crashed"),
                            ("---sw-", "crashed"), ("-----d", "is gone")):
            result = self.run_one(lambda name: self.set_state(name, state))
            self.assertEqual(result.verdict, Verdict.CRASH)
            self.assertIn(f"domain {word} without", result.reason)

    def test_an_end_at_the_time_limit_is_no_timeout(self):
        self.options.timeout = 0.2

        def act(name):
            time.sleep(0.1)
            self.set_state(name, "---sc-")

        with mock.patch.object(xl, "_FIRST_LOOK", 60):
            self.assertEqual(self.run_one(act).verdict, Verdict.CRASH)

    def test_gone_before_the_console(self):
        for command in ("domid", "unpause"):
            self.plant(command, 'rm -rf "domains/$2"')
            result = self.run_one()
            self.assertEqual(result.verdict, Verdict.CRASH, command)
            self.assertIn("is gone before", result.reason)
            (self.state / "do" / command).unlink()

    def test_crashed_before_the_console(self):
        self.plant("xenstore-read", "for d in domains/*; do"
                   " echo ---sc- >$d/state; done")
        (self.state / "tty").write_text("/dev/pts/nowhere")
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("crashed before its console", result.reason)

    def test_a_terminal_that_cannot_be_opened(self):
        (self.state / "tty").write_text("/dev/pts/nowhere")
        with self.assertRaisesRegex(InstanceError, "/dev/pts/nowhere"):
            self.run_one()
        self.assertEqual(self.domains(), [])

    def test_list_that_fails_once(self):
        """A tool that fails is no domain that is gone."""
        def act(name):
            time.sleep(1.5)
            self.say(b"Test result: SUCCESS\n")(name)

        self.shorten(xltools, _AGAIN_SECONDS=0.05)
        self.plant("list", "[ -f failed ] || { touch failed; exit 1; }")
        self.assertEqual(self.run_one(act).verdict, Verdict.SUCCESS)
        self.assertTrue((self.state / "failed").exists())

    def test_list_that_fails_always(self):
        self.shorten(xltools, _AGAIN_SECONDS=0.05)
        self.plant("list", "echo out of memory >&2; exit 1")
        with self.assertRaisesRegex(InstanceError, "out of memory"):
            self.run_one()

    def test_list_that_knows_no_such_domain(self):
        self.plant("list", "echo \"$2 is an invalid domain identifier"
                   " (rc=-6)\" >&2; exit 1")
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("is gone", result.reason)

    def test_no_busy_polling(self):
        """A silent domain is asked for seldom, by few processes."""
        self.options.timeout = 4
        cpu = time.process_time()
        self.assertEqual(self.run_one().verdict, Verdict.TIMEOUT)
        self.assertLess(len(self.calls("list")), 8)
        self.assertLess(time.process_time() - cpu, 0.5)

    def test_line_ends(self):
        for end in (b"\n", b"\r\n", b"\n\r", b"\r", b"\r\r\n"):
            result = self.run_one(self.say(
                b"PASS: one" + end + b"FAIL: two: got 1" + end
                + b"Test result: FAILURE" + end))
            self.assertEqual(result.verdict, Verdict.FAILURE, end)
            self.assertEqual([case.text for case in result.cases],
                             ["one", "two: got 1"], end)

    def test_neighbours_and_forgers(self):
        for text in (b"(d9) Test result: SUCCESS",
                     b"(XEN) (d7) Test result: SUCCESS",
                     b"(XEN) Test result: SUCCESS",
                     b"[2026-01-01] Test result: SUCCESS",
                     b"echo Test result: SUCCESS", b"Test result: SUCCESS !"):
            result = self.run_one(self.say(
                text + b"\nTest result: SKIP\n"))
            self.assertEqual(result.verdict, Verdict.SKIP, text)


class Creation(xen_host.XenHost):
    """`xl create` that is refused."""

    def refuse(self, *lines):
        (self.state / "refusal").write_text("\n".join(lines) + "\n")
        self.plant("create", "cat refusal >&2; exit 1")

    def refusal(self, *lines):
        self.refuse(*lines)
        with self.assertRaises(InstanceError) as caught:
            self.run_one()
        return str(caught.exception).splitlines()

    def test_lines_are_kept_apart(self):
        self.refuse("libxl: error: one", "libxl: error: two")
        with self.assertRaises(InstanceError) as caught:
            self.run_one()
        shown = explain(Result(self.instance(), Verdict.ERROR,
                               str(caught.exception)))
        self.assertIn("libxl: error: one", shown)
        self.assertIn("libxl: error: two", shown)
        self.assertTrue(all("\n" not in line for line in shown))

    def test_hints(self):
        for line, word in (
                ("libxl: error: neither hap nor shadow paging available",
                 "VT-x"),
                ("libxl: error: Domain 7:device model did not start: -1",
                 "qemu-system-xen"),
                ("libxl: error: device model /usr/bin/qemu-system-i386 is not"
                 " executable: No such file or directory", "qemu-system-xen"),
                ("libxl: error: libxl_set_memory_target failed", "dom0_mem"),
                ("xc: error: panic: failed to open kernel image"
                 " /x/test-pv64-a: No such file or directory", "make"),
                ("libxl: error: 32-bit PV kernels are not supported",
                 "CONFIG_PV32")):
            lines = self.refusal("Parsing config from x.cfg", line)
            self.assertTrue(any(text.startswith("hint: ") and word in text
                                for text in lines), lines)
        self.assertFalse([text for text in self.refusal("something else")
                          if text.startswith("hint: ")])

    def test_a_name_in_use_is_not_taken_twice(self):
        self.add_domain(f"test-pv64-demo-xtf-{os.getpid()}-1")
        result = self.run_one(self.say(b"Test result: SUCCESS\n"))
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual(self.domains(),
                         [f"test-pv64-demo-xtf-{os.getpid()}-1"])

    def test_too_little_memory(self):
        self.refuse("failed to free memory for the domain",
                    "libxl: error: destruction of domain failed")
        result = self.run_one()
        self.assertTrue(result.reason.endswith("(xl: failed to free memory"
                                               " for the domain)"))
        self.assertEqual(result.verdict, Verdict.SKIP)
        self.assertIn("Xen has 77 MiB", result.reason)
        self.assertIn("dom0_mem", result.reason)
        self.assertGreater(len(self.calls("create")), 2)

    def test_memory_that_comes_back(self):
        self.plant("create", "[ $(grep -c ^create calls) -lt 3 ] && {"
                   " echo 'not enough memory' >&2; exit 1; }")
        result = self.run_one(self.say(b"Test result: SUCCESS\n"))
        self.assertEqual(result.verdict, Verdict.SUCCESS)

    def test_memory_that_another_instance_has(self):
        """With room for one domain, two jobs give two verdicts."""
        self.plant("create", "mkdir memory 2>/dev/null || {"
                   " echo 'not enough memory' >&2; exit 1; }")
        self.plant("destroy", '[ -d "domains/$2" ] && rmdir memory')
        self.options.results_mode = "logfile"
        self.guest('echo "Test result: SUCCESS" >"logs/guest-$1.log" &'
                   ' sleep 1.5')
        instances = [self.instance(name=name) for name in ("a", "b", "c")]
        results = scheduler.run(self.host(), instances, 2,
                                scheduler.Listener(), Stop())
        self.assertEqual([result.verdict for result in results],
                         3 * [Verdict.SUCCESS])

    def test_half_a_domain_is_destroyed(self):
        self.plant("create", "mkdir domains/half; echo 9 >domains/half/id;"
                   " for word; do case $word in name=*) n=${word#name=?};"
                   " mv domains/half domains/${n%?};; esac; done;"
                   " echo 'libxl: error: odd' >&2; exit 1")
        with self.assertRaisesRegex(InstanceError, "odd"):
            self.run_one()
        self.assertEqual(self.domains(), [])

    def test_a_creation_that_hangs(self):
        self.plant("create", "sleep 60")
        with self.assertRaisesRegex(InstanceError, "did not end"):
            self.run_one()

    def test_no_xl(self):
        os.environ["PATH"] = "/nonexistent"
        with self.assertRaisesRegex(RunnerError, "xen-utils"):
            self.host().prepare()


class Destruction(xen_host.XenHost):
    def test_a_domain_that_resists_is_told_of(self):
        self.plant("destroy", "echo 'libxl: error: stuck' >&2; exit 1")
        result = self.run_one(self.say(b"Test result: SUCCESS\n"))
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertRegex(result.notes[0], "could not be destroyed.*stuck")

    def test_a_destruction_that_takes_two_attempts(self):
        self.plant("destroy", "[ $(grep -c ^destroy calls) -lt 2 ] && exit 1")
        result = self.run_one(self.say(b"Test result: SUCCESS\n"))
        self.assertEqual(result.notes, [])
        self.assertEqual(self.domains(), [])

    def test_a_destruction_that_goes_on_afterwards(self):
        """In logfile mode, the name must be free for the next run."""
        self.options.results_mode = "logfile"
        self.guest('echo "Test result: SUCCESS" >>"logs/guest-$1.log"')
        self.plant("destroy", '[ -f dying ] && exit 1; touch dying;'
                   ' (sleep 0.6; rm -r "domains/$2") >/dev/null 2>&1 & exit')
        for _ in range(2):
            self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
            self.assertEqual(self.domains(), [])
            (self.state / "dying").unlink()


if __name__ == "__main__":
    unittest.main()
