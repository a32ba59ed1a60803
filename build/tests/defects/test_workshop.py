# SPDX-License-Identifier: BSD-2-Clause
"""Variants of a hypervisor: a tree of two files stands in for Xen's."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hypervisors import xenbuild  # noqa: E402
from touchstone.defects.rules import RuleError  # noqa: E402
from touchstone.defects.workshop import Interrupted, Workshop  # noqa: E402
from touchstone.hypervisors.hypervisor import Hypervisor  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402
from touchstone.base.verdict import RunnerError  # noqa: E402
from .samples import defect  # noqa: E402

MAKEFILE = """\
xen: common/a.c common/b.c
\t! grep -q broken $^
\t@echo "  LD      xen"
\tcat $^ >xen
\techo built >>../builds
"""


class Variants(unittest.TestCase):
    """Workshop: copies, builds, restores, remembers."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        root = Path(holder.name)
        patch = mock.patch.dict(os.environ, XDG_CACHE_HOME=str(root / "cache"))
        patch.start()
        self.addCleanup(patch.stop)
        self.tree = root / "xen-1.2-abc"
        for name, text in (
                ("debian/changelog", "xen (1.2) x; urgency=low\n\n"
                 " -- A <a@b>  Mon, 01 Jan 2024 00:00:00 +0000\n"),
                ("config/x.mk", ""), ("Config.mk", ""), ("version.sh", ""),
                ("xen/Makefile", MAKEFILE),
                ("xen/tools/check-endbr.sh", "exit 1\n"),
                ("xen/xen-syms", "symbols"),
                ("xen/common/a.c", "int f(void)\n{\n    return 1;\n}\n"),
                ("xen/common/b.c", "int g(void)\n{\n    return 1;\n}\n")):
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).write_text(text)
        self.xen = Hypervisor("full", "1.2", self.tree / "xen/xen",
                              source=self.tree)
        self.said = []

    def open(self) -> Workshop:
        """Open the workshop for this test's tree."""
        return Workshop(self.xen, self.said.append)

    def builds(self) -> int:
        """How often make ran to its end."""
        log = self.open().directory / "tree/builds"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def test_one_defect_at_a_time(self) -> None:
        with self.open() as workshop:
            one = workshop.build(defect(), Stop()).read_text()
            two = workshop.build(defect(name="e", file="common/b.c",
                                        function="g"), Stop()).read_text()
        self.assertIn("return 2", one.partition("int g")[0])
        self.assertIn("return 1", one.partition("int g")[2])
        self.assertIn("return 1", two.partition("int g")[0])
        self.assertIn("return 2", two.partition("int g")[2])
        self.assertIn("return 1", (self.tree / "xen/common/a.c").read_text())

    def test_finished_ones_are_kept(self) -> None:
        with self.open() as workshop:
            workshop.build(defect(), Stop())
        with self.open() as workshop:
            workshop.build(defect(), Stop())
            self.assertEqual(self.builds(), 1)
            workshop.prune([])
            workshop.build(defect(), Stop())
        self.assertEqual(self.said, ["copying the hypervisor's source tree"])

    def test_a_new_build_of_the_hypervisor_starts_over(self) -> None:
        with self.open() as workshop:
            workshop.build(defect(), Stop())
        (self.tree / "xen/xen-syms").write_text("other symbols")
        with self.open() as workshop:
            self.assertEqual(list((workshop.directory / "variants").glob("*")),
                             [])
        self.assertEqual(len(self.said), 2)

    def test_what_a_killed_process_left_is_undone(self) -> None:
        with self.open() as workshop:
            workshop.build(defect(), Stop())
            copy = workshop.directory / "tree/xen/common/a.c"
        good = copy.read_text()
        self.assertIn("return 1", good)
        copy.write_text("rubbish")
        kept = workshop.directory / "originals/common%a.c"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(good)
        with self.open():
            self.assertIn("return 1", copy.read_text())

    def test_what_does_not_build(self) -> None:
        with self.open() as workshop:
            with self.assertRaises(xenbuild.BuildError):
                workshop.build(defect(replace="broken"), Stop())
            self.assertTrue(workshop.build(defect(), Stop()).exists())
            with self.assertRaises(RuleError):
                workshop.build(defect(find="7"), Stop())

    def test_interrupted(self) -> None:
        stop = Stop()
        stop.set()
        with self.open() as workshop:
            with self.assertRaises(Interrupted):
                workshop.build(defect(), stop)

    def test_no_tree(self) -> None:
        with self.assertRaisesRegex(RunnerError, "there is none"):
            Workshop(self.xen._replace(source=None), self.said.append)


if __name__ == "__main__":
    unittest.main()
