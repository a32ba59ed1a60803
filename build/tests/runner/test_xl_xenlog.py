# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl, Xen's own log, read by position."""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.hosts import xllog  # noqa: E402
from touchstone.report.terminal import explain  # noqa: E402
from touchstone.base.verdict import Verdict  # noqa: E402


class Positions(unittest.TestCase):
    """What is new in a ring that is read as a whole."""

    def test_growing(self):
        self.assertEqual(xllog.news("a\nb\n", "a\nb\nc\n"), "c\n")
        self.assertEqual(xllog.news("", "a\n"), "a\n")
        self.assertEqual(xllog.news("a\n", "a\n"), "")

    def test_a_ring_that_wraps_around(self):
        lines = [f"(XEN) line {number} of some\n" for number in range(400)]
        text = "".join(lines)
        for size in (60, 250, 3000):
            for first in (60, 150, 390):
                for more in (1, 2, 5, 10):
                    old = "".join(lines[:first])[-size:]
                    new = "".join(lines[:first + more])[-size:]
                    added = "".join(lines[first:first + more])
                    self.assertEqual(xllog.news(old, new), added[-size:],
                                     (size, first, more))
        self.assertEqual(xllog.news(text[:500], text[5000:]), text[5000:])

    def test_lines_that_are_all_the_same(self):
        line = "(XEN) Xen WARN at a.c:1\n"
        self.assertEqual(xllog.news(3 * line, 5 * line), 2 * line)

    def test_half_a_line_comes_once(self):
        texts = iter(["(XEN) a\n", "(XEN) a\n(XEN) Xen WA",
                      "(XEN) a\n(XEN) Xen WARN at a.c:1\n"])
        log = xllog.HypervisorLog(lambda: next(texts))
        for _ in range(3):
            log.refresh()
        self.assertEqual(log.since(0), ["Xen WARN at a.c:1"])

    def test_positions_stay_when_lines_are_dropped(self):
        texts = ["(XEN) 0\n"]
        log = xllog.HypervisorLog(lambda: texts[0])
        log.refresh()
        for number in range(1, 3 * xllog._KEPT_LINES, 1000):
            texts[0] += "".join(f"(XEN) {each}\n" for each in
                                range(number, number + 1000))
            at = log.position()
            log.refresh()
            self.assertEqual(log.since(at)[0], str(number))

    def test_many_alarms_are_cut(self):
        self.assertEqual(len(xllog.alarms(100 * ["Xen WARN at a.c:1"])),
                         xllog._SHOWN_LINES + 1)


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


if __name__ == "__main__":
    unittest.main()
