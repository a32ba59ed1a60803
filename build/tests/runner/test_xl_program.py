# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl with a test's program for dom0, on the stand-in."""

import json
import stat
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.base.verdict import InstanceError, Verdict  # noqa: E402
from touchstone.hosts import dom0program  # noqa: E402
from touchstone.hosts.dom0 import Dom0Host  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402

GUEST = b"guest speaks\nTest result: SUCCESS\n"


class Program(xen_host.XenHost):
    def setUp(self):
        super().setUp()
        self.shorten(dom0program, _LAST_SECONDS=1.0)

    def run_pair(self, program, guest=GUEST, executable=True, act=None):
        test = Test(self.state, {
            "name": "demo", "category": "functional",
            "environments": ["pv64"], "dom0-program": True})
        instance = Instance(test, "pv64", None)
        instance.cfg.write_text(f'name="{instance.name}"\nextra="word"\n')
        assert test.dom0_program is not None
        if program is not None:
            test.dom0_program.write_text("#!/bin/sh\n" + program + "\n")
            test.dom0_program.chmod(
                stat.S_IRWXU if executable else stat.S_IRUSR)
        host = self.host()
        self.assertEqual(host.can_run(instance) is None, program is not None)
        return self.run_one(act or self.say(guest), host=host,
                            instance=instance)

    def test_both_succeed(self):
        result = self.run_pair(
            'echo "PASS: one: $1 $2"; echo "Test result: SUCCESS"')
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual([case.name for case in result.cases],
                         ["one: 7 word"])
        log = result.log.text().splitlines()
        self.assertIn("dom0  | PASS: one: 7 word", log)
        self.assertIn("guest | guest speaks", log)
        self.assertEqual(len(log), 4)

    def test_the_worse_verdict_and_its_side(self):
        result = self.run_pair(
            'echo "FAIL: one: wrong"; echo "Test result: FAILURE"')
        self.assertEqual(result.verdict, Verdict.FAILURE)
        self.assertEqual(result.reason, "dom0: one: wrong")
        result = self.run_pair(
            'echo "Test result: SUCCESS"',
            b"Failure: leak\nTest result: FAILURE\n")
        self.assertEqual(result.verdict, Verdict.FAILURE)
        self.assertEqual(result.reason, "guest: leak")

    def test_program_ends_without_a_verdict(self):
        result = self.run_pair("echo half a line; exit 3")
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertEqual(result.reason, "dom0: it ended with status 3 without"
                         " a verdict")
        result = self.run_pair("printf unfinished; kill -SEGV $$")
        self.assertEqual(result.reason, "dom0: it ended by signal SIGSEGV"
                         " without a verdict")
        self.assertIn("dom0  | unfinished", result.log.text())

    def test_program_that_never_ends(self):
        result = self.run_pair("sleep 77 & sleep 77")
        self.assertEqual(result.verdict, Verdict.TIMEOUT)
        self.assertIn("dom0: no verdict within 1 s", result.reason)
        self.assert_gone("sleep\x0077")

    def test_guest_that_ends_early_ends_the_program(self):
        begin = time.monotonic()
        result = self.run_pair(
            "sleep 78", act=lambda name: self.set_state(name, "---s--"))
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertTrue(result.reason.startswith("guest: "), result.reason)
        self.assertLess(time.monotonic() - begin, 10)
        self.assert_gone("sleep\x0078")

    def test_not_built(self):
        test = Test(self.state, {
            "name": "demo", "category": "functional",
            "environments": ["pv64"], "dom0-program": True})
        reason = self.host().can_run(Instance(test, "pv64", None))
        self.assertIn("libc6-dev", reason)

    def test_not_executable(self):
        with self.assertRaisesRegex(InstanceError, "test-dom0-demo"):
            self.run_pair("true", executable=False)
        self.assertEqual(list((self.state / "domains").iterdir()), [])

    def test_host_without_linux(self):
        test = Test(self.state, json.loads(json.dumps({
            "name": "demo", "category": "functional",
            "environments": ["pv64"], "dom0-program": True})))
        host = Dom0Host(self.options)
        self.assertIn("box or xl", host.can_run(Instance(test, "pv64", None)))

    def assert_gone(self, words):
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.assertNotIn(words, path.read_text())
            except OSError:
                pass


if __name__ == "__main__":
    unittest.main()
