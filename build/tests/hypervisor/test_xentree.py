# SPDX-License-Identifier: BSD-2-Clause
"""Hypervisors built from a user's tree, with a stand-in for Xen's source."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import List, Optional
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import standin  # noqa: E402
from touchstone.base import deps  # noqa: E402
from touchstone.hypervisors import hypervisor, xentree  # noqa: E402
from touchstone.hypervisors.hypervisor import (Hypervisor, HypervisorError,  # noqa: E402
                                               NotBuilt)


class WithTree(unittest.TestCase):
    """A test with a stand-in tree and a cache of its own."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        self.tree = self.dir / "my xen"
        standin.make_tree(self.tree)
        self.source = self.tree / "xen/common/a.c"
        self.said: List[str] = []
        for patch in (mock.patch.dict(os.environ,
                                      XDG_CACHE_HOME=str(self.dir / "cache")),
                      mock.patch.object(deps, "missing", lambda _: [])):
            patch.start()
            self.addCleanup(patch.stop)

    def resolve(self, config: Optional[str] = None) -> Hypervisor:
        self.said = []
        return hypervisor.resolve(
            hypervisor.tree_spec(str(self.tree), config), self.said.append)

    def built(self) -> bool:
        return any("built" in text and "without" not in text
                   for text in self.said)

    def configured(self, found: Hypervisor) -> int:
        assert found.source is not None
        return len((found.source / "xen/log").read_text().splitlines())


class Building(WithTree):
    """When it is built, from what, and where."""

    def test_result(self) -> None:
        found = self.resolve()
        self.assertEqual((found.name, found.version),
                         (str(self.tree), "4.20.1"))
        self.assertEqual(found.xen.read_bytes(),
                         standin.HEADER + b"int a;\n")
        for path in (found.syms, found.config):
            assert path is not None
            self.assertTrue(path.is_file())
        assert found.source is not None
        self.assertTrue((found.source / "xen/xen-syms").exists())

    def test_nothing_is_written_into_the_tree(self) -> None:
        before = standin.snapshot(self.tree)
        self.resolve()
        self.assertEqual(standin.snapshot(self.tree), before)

    def test_nor_into_a_checkout_with_its_own_build(self) -> None:
        for words in (["init", "-q"], ["add", "-A"],
                      ["-c", "user.name=T", "-c", "user.email=t@t",
                       "commit", "-qm", "first"]):
            subprocess.run(["git", "-C", str(self.tree), *words], check=True)
        (self.tree / "xen/.config").write_text("CONFIG_MINE=y\n")
        (self.tree / "xen/xen").write_text("stale")
        os.utime(self.source)       # git's index is out of date
        before = standin.snapshot(self.tree)
        found = self.resolve()
        self.assertEqual(standin.snapshot(self.tree), before)
        self.assertRegex(found.version, r"^4\.20\.1-g[0-9a-f]{12}$")
        assert found.config is not None
        self.assertNotIn("MINE", found.config.read_text())

    def test_unchanged_is_not_built_again(self) -> None:
        first = self.resolve()
        os.utime(self.source)
        self.assertEqual(self.resolve(), first)
        self.assertFalse(self.built())

    def test_edit_is_built_and_leaves_the_other_result(self) -> None:
        first = self.resolve()
        self.source.write_text("int b;\n")
        second = self.resolve()
        self.assertIn(b"int b;", second.xen.read_bytes())
        self.assertIn(b"int a;", first.xen.read_bytes())
        self.assertEqual(self.configured(second), 1)
        self.source.write_text("int a;\n")
        self.assertEqual(self.resolve().xen, first.xen)

    def test_the_hypervisor_s_directory_is_taken_too(self) -> None:
        first = self.resolve()
        self.tree = self.tree / "xen"
        self.assertEqual(self.resolve().xen, first.xen)

    def test_another_version_starts_over(self) -> None:
        found = self.resolve()
        assert found.source is not None
        (found.source / "xen/stale").touch()
        makefile = self.tree / "xen/Makefile"
        makefile.write_text(makefile.read_text().replace("= 20", "= 21"))
        self.assertEqual(self.resolve().version, "4.21.1")
        self.assertFalse((found.source / "xen/stale").exists())

    def test_two_at_once(self) -> None:
        found: List[Hypervisor] = []
        threads = [threading.Thread(
            target=lambda: found.append(hypervisor.resolve(
                hypervisor.tree_spec(str(self.tree))))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(len(found), 3)
        self.assertEqual({one.xen for one in found}, {found[0].xen})
        self.assertEqual(self.configured(found[0]), 1)

    def test_old_results_that_were_not_used_lately_go(self) -> None:
        kept = [self.resolve()]
        for number in range(6):
            self.source.write_text(f"int a{number};\n")
            kept.append(self.resolve())
        self.assertTrue(all(one.xen.exists() for one in kept))
        for one in kept:
            os.utime(one.xen.parent, (1000, 1000))
        self.source.write_text("int last;\n")
        last = self.resolve()
        left = [one for one in kept if one.xen.exists()]
        self.assertEqual(len(left), xentree._KEEP - 1)
        self.assertTrue(last.xen.exists())


class Failing(WithTree):
    """Builds that fail, and those that do after a change of the build."""

    def test_excerpt_and_recovery(self) -> None:
        first = self.resolve()
        self.source.write_text("error: no such thing\n")
        for _ in range(2):
            with self.assertRaisesRegex(NotBuilt, "common/a.c:1:error: no"):
                self.resolve()
        self.assertFalse(any("scratch" in text for text in self.said))
        self.source.write_text("int a;\n")
        self.assertEqual(self.resolve().xen, first.xen)

    def test_from_scratch_if_the_build_changed(self) -> None:
        found = self.resolve()
        assert found.source is not None
        makefile = self.tree / "xen/Makefile"
        # Fails on what an earlier build left.
        makefile.write_text(makefile.read_text().replace(
            "\t@touch a.o\n", "\t@test ! -e a.o\n"))
        self.resolve()
        self.assertTrue(any("scratch" in text for text in self.said))

    def test_interrupted_copy_is_not_taken_for_built(self) -> None:
        self.resolve()
        self.source.write_text("int b;\n")
        with mock.patch.object(xentree._Maker, "_build",
                               side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                self.resolve()
        self.assertIn(b"int b;", self.resolve().xen.read_bytes())

    def test_no_tree(self) -> None:
        shutil.rmtree(self.tree / "xen")
        with self.assertRaisesRegex(HypervisorError, "not a source tree"):
            self.resolve()
        with self.assertRaisesRegex(HypervisorError, "not a directory"):
            hypervisor.resolve("tree:/no/such")

    def test_packages(self) -> None:
        with mock.patch.object(deps, "missing",
                               lambda _: [deps.Need("bison", "bison")]), \
                self.assertRaisesRegex(HypervisorError, "bison") as caught:
            self.resolve()
        self.assertNotIsInstance(caught.exception, NotBuilt)


class Configuring(WithTree):
    """Options: those of full, or the user's."""

    def config(self, found: Hypervisor) -> List[str]:
        assert found.config is not None
        return found.config.read_text().splitlines()

    def test_full_without_what_the_tree_does_not_know(self) -> None:
        found = self.resolve()
        self.assertIn("CONFIG_PV32=y", self.config(found))
        self.assertNotIn("CONFIG_SHADOW_PAGING=y", self.config(found))
        for _ in range(2):      # also where nothing is to be built
            self.assertTrue(any("knows no option SHADOW_PAGING" in text
                                for text in self.said), self.said)
            self.resolve()

    def test_nodebug(self) -> None:
        self.assertIn("# CONFIG_DEBUG is not set",
                      self.config(self.resolve("nodebug")))

    def test_file(self) -> None:
        mine = self.dir / "mine.config"
        mine.write_text("CONFIG_MINE=y\nCONFIG_REFUSED=y\n")
        found = self.resolve(str(mine))
        self.assertEqual(self.config(found), ["CONFIG_MINE=y"])
        self.assertTrue(any("did not take CONFIG_REFUSED=y" in text
                            for text in self.said), self.said)
        mine.write_text("CONFIG_OTHER=y\n")
        self.assertEqual(self.config(self.resolve(str(mine))),
                         ["CONFIG_OTHER=y"])

    def test_no_file(self) -> None:
        with self.assertRaisesRegex(HypervisorError, "no such Kconfig"):
            self.resolve("/no/such")

    def test_new_kconfig_is_asked_again(self) -> None:
        kconfig = self.tree / "xen/common/Kconfig"
        kconfig.write_text(kconfig.read_text() + "config SHADOW_PAGING\n")
        first = self.resolve()
        kconfig.write_text(kconfig.read_text() + "config OTHER\n")
        self.assertEqual(self.configured(first), 1)
        self.assertEqual(self.configured(self.resolve()), 2)


if __name__ == "__main__":
    unittest.main()
