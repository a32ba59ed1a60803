# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: the race amplifier, and when host dom0 uses it."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import elfsymbols  # noqa: E402
from touchstone.hosts import Options, amplifier  # noqa: E402
from touchstone.hosts.amplifier import Amplifier, AmplifierError  # noqa: E402
from touchstone.hosts.dom0 import Dom0Host  # noqa: E402
from touchstone.runner import options  # noqa: E402
from touchstone.runner.catalogue import Instance, Test  # noqa: E402

SUBJECT = """
static int __attribute__((noinline)) inner(int x) { return x * 3; }
int first(int x) { return inner(x) + 1; }
int second(int x) { return inner(x) + 2; }
"""

OTHER = "int other(int x) { return x; } int _start(void) { return 0; }"


class WithBinary(unittest.TestCase):
    """A program of two source files, with debug information."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        (self.dir / "subject.c").write_text(SUBJECT)
        (self.dir / "other.c").write_text(OTHER)
        subprocess.run(["gcc", "-g", "-O1", "-gdwarf-4", "-nostdlib",
                        "-static", "-o", "program", "subject.c", "other.c"],
                       cwd=str(self.dir), check=True)
        self.program = self.dir / "program"
        mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.dir)}).start()
        self.addCleanup(mock.patch.stopall)
        mock.patch.object(amplifier, "SOURCES", ("subject.c",)).start()


class Ranges(WithBinary):
    def inside(self, name: str) -> bool:
        place = elfsymbols.find(self.program, [name])[name]
        return any(first <= place.address and place.address + place.size
                   <= last for first, last in elfsymbols.ranges_of(
                       self.program, ["subject.c"]))

    def test_all_functions_of_a_file_and_no_other(self) -> None:
        for name in ("inner", "first", "second"):
            self.assertTrue(self.inside(name), name)
        self.assertFalse(self.inside("other"))

    def test_unknown_file(self) -> None:
        self.assertEqual(elfsymbols.ranges_of(self.program, ["none.c"]), [])

    def test_no_elf_file(self) -> None:
        with self.assertRaises(elfsymbols.ElfError):
            elfsymbols.ranges_of(self.dir / "other.c", ["other.c"])


class Plugin(WithBinary):
    def words(self, seed: int, name: str) -> str:
        return " ".join(Amplifier(self.program, "7.2.22", seed).options(name))

    def test_seed_and_name_decide(self) -> None:
        self.assertEqual(self.words(1, "a"), self.words(1, "a"))
        self.assertNotEqual(self.words(1, "a"), self.words(2, "a"))
        self.assertNotEqual(self.words(1, "a"), self.words(1, "b"))

    def test_plugin_is_built_for_the_version_of_qemu(self) -> None:
        for qemu, version in (("7.2.22", 1), ("8.2.0", 1), ("10.0.3", 2)):
            made = Amplifier(self.program, qemu, 1)
            place = elfsymbols.find(made._plugin, ["qemu_plugin_version"])
            self.assertEqual(
                place["qemu_plugin_version"].content,
                version.to_bytes(4, "little"), qemu)

    def test_a_hypervisor_without_debug_information(self) -> None:
        subprocess.run(["strip", "-g", str(self.program)], check=True)
        with self.assertRaisesRegex(AmplifierError, "where functions are"):
            Amplifier(self.program, "7.2.22", 1)

    def test_no_compiler(self) -> None:
        with mock.patch.object(amplifier, "_compiler", return_value=None), \
                self.assertRaisesRegex(AmplifierError, "compiler"):
            Amplifier(self.program, "7.2.22", 1)


class Host(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        self.host = Dom0Host(Options())
        self.host._amplifier = mock.Mock()
        self.host._amplifier.options.return_value = ["-plugin", "it"]

    def instance(self, vcpus: int, realtime: bool) -> Instance:
        instance = Instance(Test(self.dir, {
            "name": "demo", "category": "functional", "realtime": realtime,
            "environments": ["pv64"]}), "pv64", None)
        instance.cfg.write_text(f"vcpus={vcpus}\n")
        return instance

    def test_only_vcpus_that_run_at_the_same_time(self) -> None:
        self.assertEqual(self.host.instruments(self.instance(2, True)),
                         ["-plugin", "it"])
        for vcpus, realtime in ((1, True), (2, False)):
            instance = self.instance(vcpus, realtime)
            self.assertEqual(self.host.instruments(instance), [])
            self.assertEqual(self.host.timeout(instance), 30)

    def test_it_may_take_longer(self) -> None:
        self.assertEqual(self.host.timeout(self.instance(2, True)),
                         30 * amplifier.SLOWER)

    def test_option(self) -> None:
        self.assertIsNone(options.parse(["pv64"]).amplify)
        self.assertEqual(options.parse(["--amplify=7", "pv64"]).amplify, 7)
        bare = options.parse(["--amplify", "pv64"])
        self.assertIsInstance(bare.amplify, int)
        self.assertEqual(bare.words, ["pv64"])


if __name__ == "__main__":
    unittest.main()
