# SPDX-License-Identifier: BSD-2-Clause
"""From logs and line tables to numbers."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.coverage import (analysis, html, linetable,  # noqa: E402
                                 record, render)
from touchstone.hypervisors.csource import functions  # noqa: E402

LISTING = """\
Contents of the .debug_line section:

CU: common/a.c:
File name    Line number    Starting address    View    Stmt
a.c     10  0xffff82d040200000               x
a.c     11  0xffff82d040200000       1       x
a.c     12  0xffff82d040200004               x

./include/b.h:
b.h     77  0xffff82d040200008               x

common/a.c:
a.c     12  0xffff82d040200010
a.c     14  0xffff82d040200018               x
a.c      -  0xffff82d040200020

CU: arch/x86/common/a.c:
arch/x86/common/a.c:
a.c     99  0xffff82d040300000               x
a.c      -  0xffff82d040300010
"""

SOURCE = """\
struct pair { int a; };
static const int table[] =
{
    1,
};

/* { not code */
static void __attribute__((cold)) first(void)
{

    one();
    two("}");

    three();
}

long
second(int a,
       int b)
{
    return 0;
}
"""


def spans() -> list:
    """The spans of common/a.c in LISTING."""
    return linetable.parse(LISTING.splitlines(keepends=True), ["common/a.c"])


class LineTable(unittest.TestCase):
    """readelf's listing and lookups in it."""

    def test_rows_with_code_of_the_wanted_file_only(self) -> None:
        base = 0xffff82d040200000
        self.assertEqual(
            [(span.start - base, span.end - base, span.line)
             for span in spans()],
            [(0, 4, 11), (4, 8, 12), (0x10, 0x18, 12), (0x18, 0x20, 14)])

    def test_absolute_paths_of_a_build_elsewhere(self) -> None:
        moved = LISTING.replace("common/a.c:", "/build/x/xen/common/a.c:")
        found = linetable.parse(moved.splitlines(keepends=True),
                                ["common/a.c"])
        self.assertEqual({span.line for span in found}, {11, 12, 14})

    def test_ends_of_spans(self) -> None:
        base = 0xffff82d040200000
        for offset, index in ((0, 0), (3, 0), (4, 1), (0x17, 2), (0x1f, 3)):
            self.assertEqual(linetable.hit(spans(), [base + offset]), {index})
        for offset in (-1, 8, 0xf, 0x20):
            self.assertEqual(linetable.hit(spans(), [base + offset]), set())

    def test_ranges_merge_over_small_gaps(self) -> None:
        far = spans() + [linetable.Span(0xffff82d040300000,
                                        0xffff82d040300010, "common/a.c", 99)]
        self.assertEqual(linetable.ranges(far),
                         [range(0xffff82d040200000, 0xffff82d040200020),
                          range(0xffff82d040300000, 0xffff82d040300010)])


class Log(unittest.TestCase):
    """QEMU's log of translated blocks."""

    def test_addresses(self) -> None:
        log = ["----------------\n", "IN: \n",
               "0xffff82d04042a000:  f3 0f 1e fa   endbr64\n",
               "0xffff82d04042a004:  55            pushq    %rbp\n",
               "0xffff82d04042a0"]
        self.assertEqual(record.addresses(log),
                         {0xffff82d04042a000, 0xffff82d04042a004})


class Numbers(unittest.TestCase):
    """What is counted, and how it is shown."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.tree = Path(holder.name)
        (self.tree / "common").mkdir()
        (self.tree / "common/a.c").write_text(SOURCE)
        self.files = analysis.analyse(
            spans(), {"pv64": {0xffff82d040200001}, "hvm64": set()},
            ["common/a.c"], self.tree)

    def test_lines_and_environments(self) -> None:
        self.assertEqual(self.files[0].lines,
                         {11: {"pv64"}, 12: set(), 14: set()})
        self.assertEqual(self.files[0].reached, 1)

    def test_functions(self) -> None:
        self.assertEqual(self.files[0].functions,
                         [analysis.FunctionCoverage("first", 8, 3, 1)])

    def test_table(self) -> None:
        self.assertIn("common/a.c                        3        1   33.3",
                      render.table(self.files))
        self.assertIn("2     3  first (common/a.c:8)",
                      render.function_table(self.files))

    def test_listing_marks(self) -> None:
        lines = render.listing(self.files[0]).splitlines()
        self.assertEqual(lines[10], "     1    11:     one();")
        self.assertTrue(lines[11].startswith(" #####    12:"))
        self.assertEqual(lines[12], "          13:")

    def test_json(self) -> None:
        data = json.loads(render.as_json(self.files, "Xen", {"i": "SUCCESS"}))
        self.assertEqual(data["files"]["common/a.c"]["reached-by"],
                         {"11": ["pv64"], "12": [], "14": []})

    def test_lcov(self) -> None:
        self.assertEqual(render.lcov(self.files).splitlines(), [
            "TN:touchstone", "SF:xen/common/a.c", "FN:8,first",
            "FNDA:1,first", "FNF:1", "FNH:1", "DA:11,1", "DA:12,0", "DA:14,0",
            "LF:3", "LH:1", "end_of_record"])

    def test_cobertura(self) -> None:
        root = ElementTree.fromstring(render.cobertura(self.files, 7))
        file, = root.iter("class")
        self.assertEqual(file.get("filename"), "xen/common/a.c")
        self.assertEqual([(line.get("number"), line.get("hits"))
                          for line in file.iter("line")],
                         [("11", "1"), ("12", "0"), ("14", "0")])
        self.assertEqual((root.get("line-rate"), root.get("lines-valid")),
                         ("0.3333", "3"))

    def test_page_escapes_the_source(self) -> None:
        page = html.page(self.files, "Xen <x>", "6 instances")
        self.assertIn("Xen &lt;x&gt;", page)
        self.assertIn('class="h" title="pv64"><i>11</i>', page)
        self.assertIn("two(&quot;}&quot;)", page)

    def test_without_source(self) -> None:
        files = analysis.analyse(spans(), {}, ["common/a.c"], None)
        self.assertIn("not at hand", html.page(files, "Xen", ""))


class Functions(unittest.TestCase):
    """Where functions begin and end."""

    def test_names_and_lines(self) -> None:
        self.assertEqual([(found.name, found.first_line, found.last_line)
                          for found in functions(SOURCE)],
                         [("first", 8, 15), ("second", 17, 22)])


if __name__ == "__main__":
    unittest.main()
