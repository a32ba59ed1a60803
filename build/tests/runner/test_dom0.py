# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: what host dom0 asks of Xen and of QEMU; neither is run."""

import sys
import tempfile
import unittest
from pathlib import Path
from typing import List, Tuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.hosts import Options  # noqa: E402
from touchstone.hosts.boot import Boot  # noqa: E402
from touchstone.hosts.dom0 import Dom0Host  # noqa: E402
from touchstone.hosts.savedstate import StateError  # noqa: E402
from touchstone.hosts.xenlog import XenLog  # noqa: E402
from touchstone.hypervisors.hypervisor import Hypervisor  # noqa: E402
from touchstone.base.process import Deadline, Stop  # noqa: E402
from touchstone.base.verdict import Verdict  # noqa: E402
from touchstone.base.verdict import InstanceError  # noqa: E402


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)
        self.options = Options()
        self.options.qemu = sys.executable
        self.options.accel = "tcg"

    def instance(self, cfg: str = "", **info: object) -> Instance:
        instance = Instance(Test(self.directory, {
            "name": "demo", "category": "functional",
            "environments": ["pv64"], **info}), "pv64", None)
        instance.cfg.write_text(cfg)
        return instance


class Commands(Scratch):
    def command(self, instance: Instance) -> List[str]:
        host = Dom0Host(self.options)
        host._hypervisor = Hypervisor("mine", "4.17", Path("/xen"))
        return host.command(instance)

    def xen_words(self, instance: Instance) -> List[str]:
        command = self.command(instance)
        return command[command.index("-append") + 1].split()

    def cpus(self, instance: Instance) -> str:
        command = self.command(instance)
        return command[command.index("-smp") + 1]

    def test_vcpus_are_those_of_the_configuration(self) -> None:
        self.assertIn("dom0_max_vcpus=1", self.xen_words(self.instance()))
        four = self.instance("vcpus=4\n")
        self.assertIn("dom0_max_vcpus=4", self.xen_words(four))
        self.assertEqual(self.cpus(four), "4")

    def test_vcpus_of_the_command_line_go_first(self) -> None:
        self.options.vcpus = 2
        for cfg in ("", "vcpus=4\n"):
            instance = self.instance(cfg)
            self.assertIn("dom0_max_vcpus=2", self.xen_words(instance))
            self.assertEqual(self.cpus(instance), "2")

    def test_slices_are_long_where_instructions_are_counted(self) -> None:
        slices = "sched_credit_tslice_ms=500"
        plain, realtime = self.instance(), self.instance(realtime=True)
        self.assertIn("-icount", self.command(plain))
        self.assertIn(slices, self.xen_words(plain))
        self.assertNotIn("-icount", self.command(realtime))
        self.assertNotIn(slices, self.xen_words(realtime))
        self.options.accel = "kvm"
        self.assertNotIn("-icount", self.command(plain))
        self.assertNotIn(slices, self.xen_words(plain))

    def test_instructions_are_shorter_where_timers_come_too_fast(self) -> None:
        def shift(instance: Instance) -> str:
            command = self.command(instance)
            return command[command.index("-icount") + 1].split(",")[0]

        self.assertEqual(shift(self.instance()), "shift=10")
        self.assertEqual(shift(self.instance("vcpus=2\n")), "shift=8")
        self.assertEqual(shift(self.instance(category="bench")), "shift=6")
        self.options.xen_cmdline = "sched=credit2"
        self.assertEqual(shift(self.instance()), "shift=6")

    def test_cases_and_order_are_words_for_the_guest(self) -> None:
        self.options.cases = ["map: a, 'b' *", "x"]
        self.options.shuffle = 7
        self.assertIn("test-pv64-demo own case=map:?a???b??* case=x shuffle=7",
                      self.command(self.instance('extra="own"')))
        self.options.cases = ["x" * 2000]
        with self.assertRaises(InstanceError):
            self.command(self.instance())

    def test_a_test_s_own_options_come_later(self) -> None:
        instance = self.instance(**{"xen-cmdline": "sched=null"})
        self.options.xen_cmdline = "sched=rtds"
        words = [word for word in self.xen_words(instance)
                 if word.startswith("sched=")]
        self.assertEqual(words[-2:], ["sched=null", "sched=rtds"])

    def test_the_null_scheduler_has_a_processor_for_each_vcpu(self) -> None:
        self.assertIn("-icount", self.command(self.instance("vcpus=2\n")))
        self.options.xen_cmdline = "sched=rtds sched=null"
        one = self.instance()
        self.assertEqual(self.cpus(one), "1")
        self.assertIn("-icount", self.command(one))
        two = self.instance("vcpus=2\n")
        self.assertEqual(self.cpus(two), "2")
        self.assertNotIn("-icount", self.command(two))
        peers = self.instance(realtime=True)
        self.assertEqual(self.cpus(peers), "3")
        self.assertIn("dom0_max_vcpus=1", self.xen_words(peers))
        self.options.xen_cmdline = "sched=null sched=credit2"
        self.assertEqual(self.cpus(peers), "1")

    def test_nothing_is_said_twice(self) -> None:
        self.options.xen_cmdline = "argo=0"
        instance = self.instance(**{
            "xen-cmdline": "argo=1,mac-permissive=1 a b a=1"})
        words = self.xen_words(instance)
        self.assertEqual([word for word in words if word[0] in "ab"],
                         ["argo=1,mac-permissive=1", "a", "b", "a=1",
                          "argo=0"])
        self.options.xen_cmdline = "argo=0 argo=1,mac-permissive=1"
        self.assertEqual(self.xen_words(instance)[-2:],
                         ["argo=0", "argo=1,mac-permissive=1"])

    def test_a_state_is_for_one_machine(self) -> None:
        self.options.cold = True
        host = Dom0Host(self.options)
        host._hypervisor = Hypervisor("mine", "4.17", Path("/xen"),
                                      Path("/xen-syms"))
        plain = self.instance("memory=64\nvcpus=2\n")
        plain.image.write_bytes(b"x" * 2000000)
        recipe = host._recipe(plain)
        self.assertEqual((recipe.memory, recipe.vcpus, recipe.module),
                         (192, 2, 2 << 20))
        self.assertEqual(recipe, host._recipe(plain))
        for instance, why in (
                (self.instance(cold=True), "asks for it"),
                (self.instance(**{"xen-cmdline": "x -- y"}), "Xen's options"),
                (self.instance("extra='%s'\n" % ("x" * 600)), "too long")):
            with self.assertRaisesRegex(StateError, why):
                host._recipe(instance)


class Fallbacks(Scratch):
    """What goes wrong with a saved state; QEMU is a script."""

    def run_with(self, problem: object) -> Tuple[Verdict, List[str]]:
        qemu = self.directory / "qemu"
        qemu.write_text("#!/bin/sh\necho 'Test result: SKIP'\n")
        qemu.chmod(0o755)
        self.options.qemu = str(qemu)
        host = Dom0Host(self.options)
        host._hypervisor = Hypervisor("mine", "4.17", Path("/xen"),
                                      Path("/xen-syms"))
        host._states = mock.Mock()
        instance = self.instance()
        instance.image.write_bytes(b"\x7fELF")
        with mock.patch.object(host, "_run_state", side_effect=problem):
            result = host.run(instance, Stop())
        self.states = host._states
        assert result is not None
        return result.verdict, host.remarks()

    def hopeless(self, *consoles: str) -> str:
        """Boot from the start, with these consoles; return why to give up."""
        qemu = self.directory / "qemu"
        qemu.touch(0o755)
        self.options.qemu = str(qemu)
        host = Dom0Host(self.options)
        host._hypervisor = Hypervisor("mine", "4.17", Path("/xen"))
        instance = self.instance()
        instance.image.write_bytes(b"\x7fELF")
        for console in consoles:
            qemu.write_text(f"#!/bin/sh\nprintf '{console}'\n")
            host.run(instance, Stop())
        return host.hopeless

    def test_a_xen_that_never_boots_is_given_up(self) -> None:
        panic = ("(XEN) Panic on CPU 0:\\n(XEN) Unable to load FLASK policy\\n"
                 "(XEN) Reboot in five seconds...\\n")
        self.assertEqual(self.hopeless(panic, panic), "")
        self.assertRegex(self.hopeless(panic, panic, panic),
                         "^Xen does not boot: hypervisor panic: Unable to load"
                         " FLASK policy; boot it with .*flask=disabled")
        self.assertEqual(self.hopeless("", "", ""),
                         "Xen does not boot: the machine reset without a"
                         " verdict")

    def test_a_xen_that_has_built_a_domain_is_not_given_up(self) -> None:
        panic = "(XEN) Panic on CPU 0:\\n(XEN) Reboot in five seconds...\\n"
        building = "(XEN) *** Building a PV Dom0 ***\\n"
        for better in (building + panic, "Test result: SUCCESS\\n"):
            self.assertEqual(
                self.hopeless(better, panic, panic, panic), "")

    def boot(self, *console: bytes) -> Boot:
        boot = Boot(XenLog(True, False), Deadline(9), [], b"(XEN) so far\n")
        for data in console:
            boot._take(data)
        if boot.verdict is None:
            boot._end(Verdict.CRASH, "it fell silent")
        return boot

    def test_a_full_memory_boots_from_the_start(self) -> None:
        verdict, remarks = self.run_with(OSError(28, "No space left"))
        self.assertIs(verdict, Verdict.SKIP)
        self.assertIn("No space left", remarks[0])

    def test_a_state_that_qemu_refuses_is_dropped(self) -> None:
        good = self.boot(b"hello\n", b"Test result: SUCCESS\n")
        verdict, remarks = self.run_with([StateError("refused"), good])
        self.assertEqual((verdict, remarks), (Verdict.SUCCESS, []))
        self.states.drop.assert_called_once()

    def test_a_crash_before_the_guest_speaks_is_tried_again(self) -> None:
        verdict, remarks = self.run_with([self.boot(b"(XEN) oh\n")])
        self.assertIs(verdict, Verdict.SKIP)
        self.assertIn("it fell silent", remarks[0])

    def test_a_crash_of_the_guest_counts(self) -> None:
        verdict, remarks = self.run_with([self.boot(b"hello\n")])
        self.assertEqual((verdict, remarks), (Verdict.CRASH, []))


if __name__ == "__main__":
    unittest.main()
