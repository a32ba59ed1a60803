# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: console streams, verdicts, and what Xen's lines mean."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import console  # noqa: E402
from touchstone.runner.console import BoundedLog, Console  # noqa: E402
from touchstone.hosts.xenlog import XenLog  # noqa: E402
from touchstone.base.verdict import Case, Verdict  # noqa: E402


def feed(text: str, domain=0) -> Console:
    stream = Console(domain)
    stream.feed(text.encode())
    return stream


class VerdictLine(unittest.TestCase):
    def check(self, text: str, verdict, domain=0) -> None:
        whole = feed(text, domain)
        self.assertEqual(whole.verdict, verdict, text)
        bytewise = Console(domain)
        for byte in text.encode():
            bytewise.feed(bytes([byte]))
        self.assertEqual(bytewise.verdict, verdict, text)

    def test_each_word(self):
        for word in ("SUCCESS", "SKIP", "ERROR", "FAILURE"):
            self.check(f"Test result: {word}\n", Verdict[word])
            self.check(f"Hello\r\nTest result: {word}\r\n", Verdict[word])

    def test_success_with_warnings(self):
        self.check("Test result: SUCCESS with warnings\n", Verdict.SUCCESS)
        self.check("Test result: FAILURE with warnings\n", None)

    def test_through_the_log_of_xen(self):
        for prefix in ("(XEN) (d0) ", "(d0) ", "(XEN) [    1.234567] (d0) ",
                       "(XEN) [2024-01-01 00:00:00.123] (d0) "):
            self.check(prefix + "Test result: SKIP\n", Verdict.SKIP)
        self.check("(XEN) (d1) Test result: SUCCESS\n", None)
        self.check("(XEN) (d0) Test result: SUCCESS\n", None, domain=None)

    def test_no_verdicts(self):
        for text in ("Test result: SUCCESS", "x Test result: SUCCESS\n",
                     " Test result: SUCCESS\n", "Test result: SUCCESS \n",
                     "Test result: CRASH\n", "Test result: SUCCESSES\n",
                     "(XEN) Test result: SUCCESS\n",
                     "Test result: SUCCESS(XEN) Hardware Dom0 halted\n",
                     "Test result:\nSUCCESS\n"):
            self.check(text, None)

    def test_long_lines_hide_no_verdict(self):
        for length in (console.LINE_BYTES - 1, console.LINE_BYTES,
                       console.LINE_BYTES + 1, 3 * console.LINE_BYTES):
            self.check("x" * length + "Test result: SUCCESS\n", None)
        self.check("x" * 10000 + "\nTest result: SUCCESS\n", Verdict.SUCCESS)

    def test_what_follows_the_verdict_does_not_count(self):
        stream = feed("Test result: SKIP\nTest result: FAILURE\nFAIL: x\n")
        stream.feed(b"Test result: SUCCESS\nFAIL: y\n")
        self.assertEqual(stream.verdict, Verdict.SKIP)
        self.assertEqual(stream.cases, [])

    def test_any_bytes(self):
        stream = Console()
        stream.feed(bytes(range(256)) + b"\nTest result: SUCCESS\n")
        self.assertEqual(stream.verdict, Verdict.SUCCESS)


class Cases(unittest.TestCase):
    def test_cases(self):
        stream = feed("PASS: map: one\nSKIP: v2: no v2\r\n"
                      "FAIL: map: two: got 1, expected 0 at a.c:1\n"
                      "PASSED: no\n PASS: no\nTest result: FAILURE\n")
        self.assertEqual(stream.cases, [
            Case("PASS", "map: one"), Case("SKIP", "v2", "no v2"),
            Case("FAIL", "map: two", "got 1, expected 0 at a.c:1")])
        self.assertEqual(stream.reason,
                         "map: two: got 1, expected 0 at a.c:1")

    def test_titles_of_the_image_name_the_cases(self):
        titles = ["map", "map: two: more", "XSA-1: swap: the second",
                  "XSA-1: swap: the second half", "get: a: b"]
        stream = Console(titles=titles)
        stream.feed(b"FAIL: map: two: more: x: y at a.c:1\n"
                    b"SKIP: XSA-1: swap: the second: no v2\n"
                    b"ERROR: XSA-1: swap: the second half: no: memory\n"
                    b"PASS: get: a: b\n"
                    b"FAIL: map: two: got 1\n"
                    b"FAIL: something: else: happened\n")
        self.assertEqual(stream.cases, [
            Case("FAIL", "map: two: more", "x: y at a.c:1"),
            Case("SKIP", "XSA-1: swap: the second", "no v2"),
            Case("ERROR", "XSA-1: swap: the second half", "no: memory"),
            Case("PASS", "get: a: b"),
            Case("FAIL", "map", "two: got 1"),
            Case("FAIL", "something: else", "happened")])

    def test_two_ways_count_once(self):
        stream = feed("PASS: one\n(XEN) (d0) PASS: one\n"
                      "Test result: SUCCESS\n")
        self.assertEqual(stream.cases, [Case("PASS", "one")])
        stream = feed("PASS: one\n(XEN) (d0) PASS: on\n"
                      "(XEN) (d0) PASS: two\nTest result: SUCCESS\n")
        self.assertEqual(stream.cases, [Case("PASS", "one")])

    def test_reasons(self):
        self.assertEqual(feed("Skip: no FEP\nTest result: SKIP\n").reason,
                         "no FEP")
        self.assertEqual(
            feed("PANIC: Unhandled #PF\nTest result: ERROR\n").reason,
            "Unhandled #PF")
        self.assertEqual(feed("Error: x\nTest result: FAILURE\n").reason, "")


class Log(unittest.TestCase):
    def test_small(self):
        log = BoundedLog()
        log.append(b"one\r\ntwo\n")
        self.assertEqual(log.text(), "one\ntwo\n")

    def test_bounds(self):
        log = BoundedLog()
        total = 0
        for number in range(30000):
            line = b"line %d of a long output\r\n" % number
            log.append(line)
            total += len(line)
        text = log.text()
        kept = console.HEAD_BYTES + console.TAIL_BYTES
        self.assertIn(f"{total - kept} bytes left out", text)
        self.assertTrue(text.startswith("line 0 of"))
        self.assertEqual(log.last_lines(1), ["line 29999 of a long output"])
        self.assertLess(len(text), kept + 100)

    def test_memory_is_bounded_for_any_chunks(self):
        for size in (1, 1000, 65536, 10**6):
            log = BoundedLog()
            for _ in range(3 * 10**6 // size if size > 1 else 400000):
                log.append(b"x" * size)
            self.assertLessEqual(
                sum(map(len, log._tail)), console.TAIL_BYTES + size)

    def test_guest_lines(self):
        stream = feed("hello\n(XEN) noise\n(XEN) (d0) there\n(XEN) more\n")
        self.assertEqual(stream.log.last_guest_lines(5),
                         ["hello", "(XEN) (d0) there"])


def boot(text: str, pv=True, shadow=False) -> XenLog:
    stream, log = Console(), XenLog(pv, shadow)
    for line in stream.feed(text.encode()):
        log.feed(line)
    return log


class XenLines(unittest.TestCase):
    PANIC = ("(XEN) \n(XEN) ****\n(XEN) Panic on CPU 0:\n(XEN) {}\n"
             "(XEN) ****\n(XEN) \n(XEN) Reboot in five seconds...\n")

    def test_panic(self):
        log = boot(self.PANIC.format("No reason"))
        self.assertEqual(log.ended, "hypervisor panic: No reason")

    def test_panic_without_end(self):
        log = boot("abc(XEN) [ 1.2] Panic on CPU 3:\n(XEN) Why\n")
        self.assertTrue(log.ending)
        self.assertIsNone(log.ended)
        self.assertEqual(log.conclude(), "hypervisor panic: Why")

    def test_a_guest_cannot_panic_the_hypervisor_by_words(self):
        log = boot("Panic on CPU 0:\nHardware Dom0 crashed: \n")
        self.assertFalse(log.ending)
        self.assertIsNone(log.ended)

    def test_ends(self):
        for line, word in (
                ("Hardware Dom0 halted: halting machine", "halted"),
                ("Hardware Dom0 crashed: rebooting machine", "crashed"),
                ("Hardware Dom0 shutdown: rebooting machine", "rebooted"),
                ("Hardware domain 0 did unsupported soft reset", "reset")):
            log = boot(f"Test result: SUCCESS(XEN) {line}\n")
            self.assertEqual(log.ended, f"the domain {word} without a verdict")

    def test_first_cause(self):
        log = boot("(XEN) d0v0 Triple fault - bye\n(XEN) domain_crash called"
                   " from x.c:1\n(XEN) Hardware Dom0 shutdown: y\n")
        self.assertIn("Triple fault - bye", log.ended)

    def test_no_pv32(self):
        log = boot("(XEN) Found 32-bit PV kernel, but CONFIG_PV32 missing\n"
                   + self.PANIC.format("Could not construct domain 0"))
        self.assertIn("CONFIG_PV32=y", log.unsupported)

    def test_a_failed_construction_is_no_skip(self):
        log = boot(self.PANIC.format("Could not construct domain 0"))
        self.assertIsNone(log.unsupported)

    def test_no_shadow(self):
        start = "(XEN) Speculative mitigation facilities:\n"
        build = "(XEN) *** Building a PVH Dom0 ***\n"
        no_shadow = "(XEN)   Compiled-in support: RETURN_THUNK\n"
        shadow = "(XEN)   Compiled-in support: X SHADOW_PAGING Y\n"
        for text, expected in ((start + no_shadow + build, True),
                               (start + build, True), (build, False),
                               (start + shadow + build, False)):
            log = boot(text, pv=False, shadow=True)
            self.assertEqual(bool(log.unsupported), expected, text)
        log = boot(start + build, pv=False, shadow=False)
        self.assertIsNone(log.unsupported)

    def test_no_pv_no_hvm(self):
        self.assertIn("CONFIG_PV=y", boot(
            "(XEN) *** Building a PVH Dom0 ***\n").unsupported)
        self.assertIn("CONFIG_HVM=y", boot(
            "(XEN) *** Building a PV Dom0 ***\n", pv=False).unsupported)

    def test_no_pv_and_no_iommu(self):
        panic = self.PANIC.format(
            "Presently, iommu must be enabled for PVH hardware domain")
        self.assertIn("CONFIG_PV=y", boot(panic).unsupported)
        self.assertIsNone(boot(panic, pv=False).unsupported)

    def test_no_virtualisation(self):
        panic = self.PANIC.format("Error creating d0: -22")
        self.assertTrue(boot(panic, pv=False).unsupported)
        log = boot("(XEN) HVM: SVM enabled\n" + panic, pv=False)
        self.assertIsNone(log.unsupported)
        self.assertIn("Error creating", log.ended)
        self.assertIsNone(boot(panic, pv=True).unsupported)


if __name__ == "__main__":
    unittest.main()
