# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: what the runner does for arm64."""

import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.verdict import UsageError  # noqa: E402
from touchstone.hosts import Options, arm64, create, fdt  # noqa: E402
from touchstone.hypervisors import hypervisor  # noqa: E402
from touchstone.runner import image, session  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.runner.selection import select  # noqa: E402

# Where the images of these tests are linked.
BASE = 0xffff000000100000


def memory_image(cases) -> bytes:
    """Return an image for arm64 with cases (title, file, line, stage)."""
    table = bytearray()
    texts = bytearray()
    begin = 256
    at_texts = begin + 48 * len(cases)
    for title, file, line, stage in cases:
        places = []
        for text in (title, file):
            places.append(BASE + at_texts + len(texts))
            texts += text.encode() + b"\0"
        table += struct.pack("<QQII", *places, line, stage).ljust(48, b"\0")
    head = bytearray(256)
    head[0x38:0x3c] = b"ARM\x64"
    head[0x40:0x60] = b"Touchstn" + struct.pack(
        "<QQQ", BASE, BASE + begin, BASE + at_texts)
    return bytes(head + table + texts)


class Images(unittest.TestCase):
    def titles(self, data: bytes):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return image.titles(Path(file.name), "mmu64le")

    def test_titles_in_order(self):
        data = memory_image([("late", "b.c", 3, 0), ("early", "b.c", 1, 0),
                             ("last", "a.c", 1, 1)])
        self.assertEqual(self.titles(data), ["early", "late", "last"])

    def test_other_images_have_none(self):
        data = memory_image([("a", "b.c", 3, 0)])
        self.assertEqual(self.titles(data[:0x40] + bytes(64)), [])
        self.assertEqual(self.titles(data[:300]), [])


class Trees(unittest.TestCase):
    def test_what_is_written_is_read(self):
        root = fdt.Node()
        root.set("model", "a board")
        root.set("#address-cells", fdt.cells(2, 1))
        root.set("empty", None)
        root.set("odd", b"abc")
        inner = root.child("chosen").child("domain1")
        inner.set("memory", fdt.cells(0x123456789))
        self.assertIs(root.child("chosen").child("domain1"), inner)
        again = fdt.parse(fdt.serialise(root))
        self.assertEqual(again.properties, root.properties)
        self.assertEqual(again.properties["model"], b"a board\0")
        self.assertEqual([node.name for node in again.children], ["chosen"])
        self.assertEqual(again.child("chosen").child("domain1").properties,
                         {"memory": bytes([0, 0, 0, 1, 0x23, 0x45, 0x67,
                                           0x89])})
        self.assertEqual(fdt.serialise(again), fdt.serialise(root))

    def test_broken_ones_are_errors(self):
        data = fdt.serialise(fdt.Node())
        for broken in (b"", b"\x7fELF" + data[4:], data[:50],
                       data[:56] + bytes(len(data) - 56)):
            with self.assertRaises(fdt.FdtError):
                fdt.parse(broken)


class Selection(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)
        self.test = Test(self.directory, {
            "name": "foo", "category": "functional",
            "environments": ["pv64", "mmu64le"]})

    def build(self):
        (self.directory / "test-mmu64le-foo").write_bytes(memory_image([]))

    def chosen(self, *words):
        return [instance.name for instance in select(
            [self.test], words, everything=not words)]

    def test_only_what_is_built_is_there(self):
        self.assertEqual(self.chosen("foo"), ["test-pv64-foo"])
        with self.assertRaises(UsageError):
            self.chosen("mmu64le")

    def test_it_has_to_be_asked_for(self):
        self.build()
        for words in ((), ("foo",), ("functional",)):
            self.assertEqual(self.chosen(*words), ["test-pv64-foo"])
        for words in (("mmu64le",), ("arm64", "foo"), ("test-mmu64le-foo",)):
            self.assertEqual(self.chosen(*words), ["test-mmu64le-foo"])

    def test_one_run_is_for_one_architecture(self):
        self.build()
        both = list(self.test.instances())
        with self.assertRaisesRegex(UsageError, "arm64 and x86"):
            session._arch_of(both)
        self.assertEqual(session._arch_of(both[1:]), "arm64")

    def test_the_host_follows(self):
        self.assertIsInstance(create("dom0", Options(), "arm64"),
                              arm64.Dom0Host)
        self.assertIsInstance(create("dom0less", Options(), "arm64"),
                              arm64.Dom0lessHost)
        with self.assertRaises(UsageError):
            create("dom0less", Options(), "x86")


class Machines(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        directory = Path(scratch.name)
        test = Test(directory, {"name": "foo", "category": "functional",
                                "environments": ["mmu64le"]})
        self.instance = Instance(test, "mmu64le", None)
        self.instance.image.write_bytes(memory_image([]))
        self.instance.cfg.write_text('vcpus=3\nmemory=64\nextra="a,b c"\n')
        self.options = Options()
        self.options.gic = 2

    def host(self, kind):
        host = kind(self.options)
        host._hypervisor = hypervisor.Hypervisor("x", "4.17", Path("/xen"))
        return host

    def test_dom0(self):
        command = self.host(arm64.Dom0Host).command(self.instance, Path("."))
        words = command[command.index("-append") + 1].split()
        self.assertIn("dom0_max_vcpus=3", words)
        self.assertIn("dom0_mem=64M", words)
        self.assertIn("guest-loader,addr=0x49000000,kernel=test-mmu64le-foo,"
                      "bootargs=a,,b c", command)
        self.assertTrue(any("gic-version=2" in word for word in command))
        self.assertEqual(command[command.index("-smp") + 1], "1")

    def test_dom0_always_has_words(self):
        self.instance.cfg.write_text("")
        self.instance._settings = None
        command = self.host(arm64.Dom0Host).command(self.instance, Path("."))
        self.assertTrue(command[-1].endswith(",bootargs= "))

    def test_real_time_has_all_processors(self):
        self.instance.test.realtime = True
        command = self.host(arm64.Dom0Host).command(self.instance, Path("."))
        self.assertEqual(command[command.index("-smp") + 1], "3")
        self.assertNotIn("-icount", command)

    def test_dom0less(self):
        node = self.host(arm64.Dom0lessHost)._domain(self.instance)
        self.assertEqual(node.properties["cpus"], b"\0\0\0\3")
        self.assertEqual(node.properties["memory"],
                         (64 << 10).to_bytes(8, "big"))
        self.assertEqual(node.children[0].properties["bootargs"],
                         b"a,b c\0")


class Hypervisors(unittest.TestCase):
    def test_words(self):
        for spec, want in (("auto", "full-arm64"), ("full", "full-arm64"),
                           ("nodebug@trixie", "nodebug-arm64@trixie"),
                           ("./xen", "./xen"), ("tree:x", "tree:x")):
            self.assertEqual(hypervisor._word_for(spec, "arm64"), want)
            self.assertEqual(hypervisor._word_for(spec, "x86"), spec)
        with self.assertRaises(hypervisor.HypervisorError):
            hypervisor._word_for("stock", "arm64")

    def test_files(self):
        arm = bytes(0x38) + b"ARM\x64"
        self.assertEqual(hypervisor.check_image(arm, "arm64"), "")
        self.assertIn("arm64", hypervisor.check_image(arm))
        self.assertIn("arm64", hypervisor.check_image(b"\x7fELF", "arm64"))


if __name__ == "__main__":
    unittest.main()
