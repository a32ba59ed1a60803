# SPDX-License-Identifier: BSD-2-Clause
"""Pages of the API: made without a warning, and wrong comments are found."""

import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.apidocs import command  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]


class Headers(unittest.TestCase):
    def test_each_header_once(self):
        found = command.headers(ROOT, "x86")
        self.assertEqual(len(found), len(set(found)))
        for name in ("include/xtf.h", "include/xen/argo.h",
                     "arch/x86/include/arch/regs.h"):
            self.assertIn(name, found)
        self.assertFalse(any("arch/x86/x86" in name or "arm64" in name
                             for name in found))

    def test_the_first_page_names_headers_that_there_are(self):
        text = (ROOT / "docs/api.dox").read_text("utf-8")
        names = re.findall(r"\b(x[\w/]+\.h)\b", text)
        self.assertGreater(len(names), 10)
        for name in names:
            self.assertTrue((ROOT / "include" / name).exists(), name)


@unittest.skipIf(shutil.which("doxygen") is None, "doxygen is not installed:"
                 " the pages of the API are not made")
class Pages(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.out = Path(scratch.name) / "out"
        self.tree = Path(scratch.name) / "tree"

    def test_this_tree(self):
        self.assertEqual(command.run(ROOT, self.out, "x86"), [])
        self.assertIn("A second domain",
                      (self.out / "index.html").read_text("utf-8"))
        self.assertTrue(list(self.out.glob("*grant__table*.html")))

    def test_a_wrong_comment(self):
        header = self.tree / "include/xtf/a.h"
        header.parent.mkdir(parents=True)
        header.write_text("/** Do it.  @param b  what is not there */\n"
                          "void f(int a);\n")
        (self.tree / "docs").mkdir()
        for name in ("Doxyfile", "api.dox"):
            shutil.copy(str(ROOT / "docs" / name), str(self.tree / "docs"))
        found = command.run(self.tree, self.out, "x86")
        self.assertTrue(any(re.match(r"include/xtf/a\.h:1: warning: argument"
                                     " 'b'", line) for line in found), found)


if __name__ == "__main__":
    unittest.main()
