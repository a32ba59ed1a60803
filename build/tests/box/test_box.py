# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host box, with a stand-in for QEMU and the agent in it."""

import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.process import Deadline, Stop  # noqa: E402
from touchstone.base.verdict import InstanceError, Verdict  # noqa: E402
from touchstone.box import machine  # noqa: E402
from touchstone.box.channel import Message  # noqa: E402
from touchstone.hosts import Options  # noqa: E402
from touchstone.hosts.box import BoxHost  # noqa: E402
from touchstone.hosts.monitor import Interrupted  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402

# Acts by the words of the image that it is handed, one box a process.
QEMU = r"""
import json, os, re, socket, sys, time
fd = int(re.search(r"id=agent,fd=(\d+)", " ".join(sys.argv))[1])
agent = socket.socket(fileno=fd)
def send(data=b"", **fields):
    agent.sendall(json.dumps({**fields, "size": len(data)}).encode()
                  + b"\n" + data)
served = 0
stream = agent.makefile("rb")
for line in stream:
    request = json.loads(line)
    words = stream.read(request["size"]).split()
    if request["do"] == "can_run":
        send(obstacle=None)
        continue
    served += 1
    if b"panic" in words or b"wrecked" in words and served > 1:
        print("(XEN) Panic on CPU 0:\n(XEN) Assertion 'x' failed at a.c:1\n"
              "(XEN) Reboot in five seconds...", flush=True)
        time.sleep(60)
    if b"exit" in words:
        sys.exit(3)
    if b"silent" in words:
        time.sleep(60)
    if b"nonsense" in words:
        agent.sendall(b"what?\n")
    if b"lost" in words:
        send(runner_error="xenstored is not running")
        continue
    if b"refused" in words:
        send(error="xl says no")
    send(b"PASS: one\n", verdict="SUCCESS", reason="",
         cases=[["PASS", "one", ""]], notes=[])
"""


class Host(BoxHost):
    """Its boxes are stand-ins."""

    def __init__(self, script: Path) -> None:
        options = Options()
        options.qemu = sys.executable
        options.accel = "tcg"
        options.timeout = 1.0
        super().__init__(options)
        self.script = script
        self.started = []

        self._common = machine.Recipe(Path("xen"), None)

    def _start(self, recipe, stop, progress):
        box = machine.Box([sys.executable, str(self.script)], recipe)
        self.started.append(box)
        return box


class Box(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)
        script = self.directory / "qemu.py"
        script.write_text(QEMU)
        self.host = Host(script)
        self.addCleanup(self.host.close)

    def instance(self, words="", env="pv64", cfg="", xen=""):
        instance = Instance(Test(self.directory, {
            "name": "demo", "category": "functional",
            "environments": [env], "xen-cmdline": xen}), env, None)
        instance.cfg.write_text(cfg)
        instance.image.write_text(words)
        return instance

    def run_one(self, words=""):
        return self.host.run(self.instance(words), Stop())

    def test_verdict(self):
        result = self.run_one()
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual([case.text for case in result.cases], ["one"])
        self.assertEqual(result.log.text(), "PASS: one\n")

    def test_a_box_serves_many(self):
        for _ in range(3):
            self.run_one()
        self.assertIsNone(self.host.can_run(self.instance()))
        self.assertEqual(len(self.host.started), 1)

    def test_a_box_for_other_options_of_xen(self):
        instance = self.instance(xen="argo=1,mac-permissive=1 sched=null")
        self.host.run(instance, Stop())
        self.run_one()
        self.assertEqual(len(self.host.started), 1)
        for _ in range(2):
            self.host.run(self.instance(xen="dom0_mem=max:4G argo=0"), Stop())
        self.assertEqual([box.recipe.xen_options
                          for box in self.host.started], ["", "argo=0"])
        self.assertIsNotNone(self.host.started[0].child.returncode)

    def test_panic_in_a_fresh_box(self):
        result = self.run_one("panic")
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("Assertion 'x' failed", result.reason)
        self.assertIn("Panic on CPU 0", result.log.text())
        self.assertEqual(len(self.host.started), 1)
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
        self.assertEqual(len(self.host.started), 2)

    def test_guilty_in_a_used_box(self):
        self.run_one()
        result = self.run_one("panic")
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertEqual(len(self.host.started), 2)
        self.assertEqual(len(self.host.remarks()), 1)

    def test_wrecked_by_another(self):
        self.run_one()
        result = self.run_one("wrecked")
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertIn("ran again", self.host.remarks()[0])
        self.assertIn("Assertion 'x' failed", self.host.remarks()[0])

    def test_qemu_ends(self):
        result = self.run_one("exit")
        self.assertEqual(len(self.host.started), 2)
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("QEMU ended with status 3", result.reason)

    def test_killed(self):
        self.run_one()
        self.host.started[0].child.end()
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
        self.assertEqual(len(self.host.started), 2)

    def test_no_answer(self):
        from touchstone.hosts import box
        overhead, box._OVERHEAD = box._OVERHEAD, 0.0
        self.addCleanup(setattr, box, "_OVERHEAD", overhead)
        self.host.options.timeout = 0.3
        result = self.run_one("silent")
        self.assertEqual(result.verdict, Verdict.TIMEOUT)
        self.host.options.timeout = 10.0
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
        self.assertEqual(len(self.host.started), 2)

    def test_nonsense(self):
        result = self.run_one("nonsense")
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("nonsense", result.reason)

    def test_dom0_is_no_use_any_more(self):
        result = self.run_one("lost")
        self.assertEqual(len(self.host.started), 2)
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("xenstored is not running", result.reason)
        self.assertEqual(self.run_one().verdict, Verdict.SUCCESS)
        self.assertEqual(len(self.host.started), 3)

    def test_refused(self):
        with self.assertRaisesRegex(InstanceError, "xl says no"):
            self.run_one("refused")

    def test_stopped(self):
        stop = Stop()
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        self.assertIsNone(self.host.run(self.instance("silent"), stop))
        self.assertLess(time.monotonic() - began, 10.0)
        self.assertIsNotNone(self.host.started[0].child.returncode)

    def test_no_image(self):
        instance = self.instance()
        instance.image.unlink()
        with self.assertRaisesRegex(InstanceError, "make"):
            self.host.run(instance, Stop())

    def test_hvm_images_are_pvh_guests(self):
        instance = self.instance(env="hvm64", cfg=(
            'type="hvm"\nfirmware_override="/x/image"\nmemory=64\n'))
        cfg = self.host._request("run", instance, b"").fields["cfg"]
        self.assertNotIn("/x/image", cfg)
        self.assertTrue(cfg.endswith('type="pvh"\nkernel="@IMAGE@"\n'), cfg)
        self.assertIn("memory=64", cfg)

    def test_hvm32pae_on_an_emulated_processor(self):
        instance = self.instance(env="hvm32pae")
        cfg = self.host._request("run", instance, b"").fields["cfg"]
        self.assertTrue(cfg.endswith("hap=0\n"), cfg)

    def test_interrupted_while_it_starts(self):
        stop = Stop()
        stop.set()
        with machine.Box([sys.executable, str(self.host.script)]
                         ) as box:
            with self.assertRaises(Interrupted):
                box.ask(Message({"do": "can_run"}), 5.0, stop)
            with self.assertRaises(Interrupted):
                box.answer(Deadline(5.0), stop)


if __name__ == "__main__":
    unittest.main()
