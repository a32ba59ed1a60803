# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl on a host that misbehaves, each fault by a stand-in."""

import contextlib
import io
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
from touchstone.runner import scheduler  # noqa: E402
from touchstone.hosts import xl, xlconsole, xldomain, xltools  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.report.terminal import explain  # noqa: E402
from touchstone.base.verdict import (InstanceError, Result,  # noqa: E402
                                RunnerError, Verdict)

ROOT = Path(__file__).resolve().parents[3]


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
                ("", 9, "no console within 2 s.*restart")):
            begin = time.monotonic()
            with mock.patch.object(xltools, "xenconsoled_fault",
                                   lambda: fault):
                with self.assertRaisesRegex(RunnerError, words):
                    self.run_one()
            self.assertLess(time.monotonic() - begin, seconds)
            self.assertEqual(self.domains(), [])

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
        self.refuse("failed to free memory for the domain")
        result = self.run_one()
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


class XenSays(xen_host.XenHost):
    """Xen's own log is reported with the instance."""

    def run_with(self, *lines):
        host = self.host()
        dmesg = self.state / "dmesg"
        dmesg.write_text("(XEN) Xen WARN at old.c:1\n(XEN) last\n")
        host.prepare()

        def act(name):
            with dmesg.open("a") as file:
                file.write("".join(line + "\n" for line in lines))
            os.write(self.master, b"Test result: SUCCESS\n")

        return host, self.run_one(act, host=host)

    def test_alarms(self):
        lines = ("Xen WARN at common/grant_table.c:99",
                 "UBSAN: Undefined behaviour in common/event_fifo.c:1:2",
                 "Assertion 'x == y' failed at common/argo.c:3")
        host, result = self.run_with(
            "(XEN) quiet", *("(XEN) [  12.345] " + line for line in lines))
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual(result.notes, list(lines))
        self.assertIn("Xen said meanwhile: " + lines[0], explain(result))
        # The next instance does not get them again.
        again = self.run_one(self.say(b"Test result: SUCCESS\n"), host=host)
        self.assertEqual(again.notes, [])

    def test_guests_cannot_forge_them(self):
        _, result = self.run_with("(XEN) (d7) Xen WARN at forged.c:1",
                                  "(d7) (XEN) Xen WARN at forged.c:1",
                                  "Xen WARN at forged.c:1")
        self.assertEqual(result.notes, [])

    def test_why_a_domain_crashed(self):
        host = self.host()
        dmesg = self.state / "dmesg"
        dmesg.write_text("(XEN) boot\n")
        host.prepare()

        def act(name):
            dmesg.write_text("(XEN) boot\n(XEN) d6v0 Triple fault - no\n"
                             "(XEN) d7v0 Triple fault - invoking x\n")
            self.set_state(name, "---sc-")

        result = self.run_one(act, host=host)
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertTrue(result.reason.endswith("d7v0 Triple fault - invoking"
                                               " x"), result.reason)

    def test_no_xl_dmesg(self):
        self.plant("dmesg", "exit 1")
        _, result = self.run_with("(XEN) Xen WARN at a.c:1")
        self.assertEqual(result.verdict, Verdict.SUCCESS)


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
        self.assertIn("went down during a run", said)
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
