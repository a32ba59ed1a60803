# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, with stand-ins for the Xen tools and a real pty."""

import os
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]),
                str(Path(__file__).resolve().parent)]

import xen_host  # noqa: E402
from touchstone.hosts import xl  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.base.verdict import InstanceError, RunnerError, Verdict  # noqa: E402

# Keeps one domain in files below $STATE, the way the tests look at it.
XL = r"""#!/bin/sh
cd "$STATE" || exit 9
echo "$*" >>calls
case $1 in
info)    cat info ;;
create)  [ -f refuse ] && { echo "no memory" >&2; exit 1; }
         echo 7 >domain ;;
domid)   cat domain || exit 1 ;;
unpause) touch unpaused ;;
list)    [ -f domain ] || exit 1
         echo "Name ID Mem VCPUs State Time(s)"
         echo "$2 7 128 1 $(cat state) 0.1" ;;
destroy) [ -f domain ] && [ ! -f stuck ] || exit 1
         rm -f domain ;;
*)       exit 9 ;;
esac
"""
XENSTORE_READ = """#!/bin/sh
[ "$1" = /local/domain/7/console/tty ] && cat "$STATE/tty"
"""
INFO = """\
xen_version            : 4.17.0
virt_caps              : pv hvm hap
xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_64 hvm-3.0-x86_32
"""


class XlHost(xen_host.Tools):
    TOOLS = {"xl": XL, "xenstore-read": XENSTORE_READ}

    def setUp(self):
        super().setUp()
        (self.state / "info").write_text(INFO)
        (self.state / "state").write_text("-b----")
        self.options.logfile_dir = str(self.state)

    def run_domain(self, output=b"", state="-b----", stop=None):
        """Run an instance that prints and changes state once unpaused."""
        def domain():
            for _ in range(500):
                if (self.state / "unpaused").exists():
                    break
                time.sleep(0.01)
            if output:
                os.write(self.master, output)
            (self.state / "state").write_text(state)

        thread = threading.Thread(target=domain)
        thread.start()
        try:
            return xl.XlHost(self.options).run(self.instance(),
                                               stop or Stop())
        finally:
            thread.join()
            self.assertFalse((self.state / "domain").exists(),
                             "the domain was not destroyed")

    def calls(self) -> list:
        return (self.state / "calls").read_text().splitlines()

    def test_verdict(self):
        result = self.run_domain(b"PASS: one\r\nTest result: SUCCESS\r\n")
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual([case.text for case in result.cases], ["one"])
        words = [call.split()[0] for call in self.calls()]
        self.assertLess(words.index("create"), words.index("unpause"))
        self.assertIn("create -p", self.calls()[0])

    def test_vcpus_of_the_command_line(self):
        self.options.vcpus = 2
        self.run_domain(b"Test result: SUCCESS\n")
        self.assertTrue(self.calls()[0].endswith(" vcpus=2"))

    def test_cases_are_words_for_the_guest(self):
        self.options.cases = ["map: one, two"]
        self.run_domain(b"Test result: SUCCESS\n")
        words = ' extra="case=map:?one??two"'
        self.assertTrue(self.calls()[0].endswith(words),
                        self.calls()[0])

    def test_names_are_unique(self):
        self.run_domain(b"Test result: SUCCESS\n")
        (self.state / "unpaused").unlink()
        self.run_domain(b"Test result: SUCCESS\n")
        names = [call.split('name="')[1].split('"')[0]
                 for call in self.calls() if call.startswith("create")]
        self.assertEqual(len(names), 2)
        self.assertIn(str(os.getpid()), names[0])

    def test_end_without_verdict(self):
        for state, word in (("---s--", "shut down"), ("----c-", "crashed")):
            result = self.run_domain(b"hello\n", state)
            self.assertEqual(result.verdict, Verdict.CRASH)
            self.assertIn(word, result.reason)
            (self.state / "unpaused").unlink()
            (self.state / "state").write_text("-b----")

    def test_timeout(self):
        result = self.run_domain(b"Test result: SUCCESS")
        self.assertEqual(result.verdict, Verdict.TIMEOUT)

    def test_flood(self):
        self.options.timeout = 600
        result = self.run_domain(b"x" * (xl.FLOOD_BYTES + 4096))
        self.assertEqual(result.verdict, Verdict.CRASH)

    def test_stop(self):
        stop = Stop()
        threading.Timer(0.5, stop.set).start()
        self.assertIsNone(self.run_domain(b"hello\n", stop=stop))

    def test_refused_domain(self):
        (self.state / "refuse").touch()
        with self.assertRaisesRegex(InstanceError, "no memory"):
            xl.XlHost(self.options).run(self.instance(), Stop())

    def test_logfile(self):
        self.options.results_mode = "logfile"
        log = self.state / "guest-test-pv64-demo.log"
        log.write_text("Test result: FAILURE\n")
        threading.Timer(0.5, log.write_text, [
            "Test result: FAILURE\nTest result: SKIP\n"]).start()
        result = xl.XlHost(self.options).run(self.instance(), Stop())
        self.assertEqual(result.verdict, Verdict.SKIP)

    def test_capabilities(self):
        host = xl.XlHost(self.options)
        self.assertIsNone(host.can_run(self.instance("pv64")))
        self.assertIn("CONFIG_PV32",
                      host.can_run(self.instance("pv32pae")))
        self.assertIsNone(host.can_run(self.instance("hvm32")))
        self.assertIn("SHADOW",
                      host.can_run(self.instance("hvm64", "hap=0")))

    def test_no_xl(self):
        os.environ["PATH"] = "/nonexistent"
        with self.assertRaisesRegex(RunnerError, "xen-utils"):
            xl.XlHost(self.options).prepare()


if __name__ == "__main__":
    unittest.main()
