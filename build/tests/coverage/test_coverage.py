# SPDX-License-Identifier: BSD-2-Clause
"""From logs and line tables to numbers."""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import library  # noqa: E402
from touchstone.base.verdict import RunnerError  # noqa: E402
from touchstone.coverage import (analysis, command, html,  # noqa: E402
                                 linetable, merge, record, render)
from touchstone.hypervisors.csource import functions  # noqa: E402
from touchstone.report.pages import Pages  # noqa: E402

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


BASE = 0xffff82d040200000


def spans() -> list:
    """Spans of common/a.c, with a gap."""
    return [linetable.Span(BASE + start, BASE + end, "common/a.c", line)
            for start, end, line in ((0, 4, 11), (4, 8, 12), (0x10, 0x18, 12),
                                     (0x18, 0x20, 14))]


@unittest.skipUnless(library.is_there("elftools"),
                     "python3-pyelftools is not installed")
@unittest.skipIf(shutil.which("gcc") is None, "gcc is not installed")
class Compiled(unittest.TestCase):
    """What a compiler says of lines."""

    HEADER = "static inline int half(int x)\n{\n    return x / 2;\n}\n"
    UNIT = """\
#include "half.h"
int far(int x) __attribute__((section(".text.far")));
int far(int x)
{
    return half(x) * 3;
}
int near(int x)
{
    return x ? far(x) : half(x);
}
"""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name) / "xen"
        for name, text in (("common/half.h", self.HEADER),
                           ("common/a.c", self.UNIT),
                           ("arch/common/a.c", "int arch;\nint f(void)\n"
                            "{ return arch; }\n")):
            path = self.dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def build(self, source: str, *flags: str) -> Path:
        program = self.dir / "program"
        subprocess.run(
            ["gcc", "-O1", "-g", "-nostdlib", "-shared", "-fPIC", "-o",
             str(program), *flags, source, "arch/common/a.c"],
            cwd=self.dir, check=True)
        return program

    def check(self, source: str, *flags: str) -> None:
        program = self.build(source, *flags)
        found = linetable.read(program, ["common/a.c"])
        lines = {span.line for span in found}
        # Not those of the header, nor of the other a.c.
        self.assertLessEqual({5, 9}, lines)
        self.assertLessEqual(lines, {4, 5, 6, 8, 9, 10})
        self.assertEqual(found, sorted(found))
        header = linetable.read(program, ["common/half.h"])
        self.assertEqual({span.line for span in header}, {1, 3} & {
            span.line for span in header} | {3})
        for one in header:
            self.assertFalse(any(other.start < one.end
                                 and one.start < other.end
                                 for other in found))

    def test_each_version_of_dwarf(self) -> None:
        for version in ("-gdwarf-4", "-gdwarf-5"):
            with self.subTest(version=version):
                self.check("common/a.c", version)

    def test_a_build_elsewhere_has_whole_paths(self) -> None:
        for version in ("-gdwarf-4", "-gdwarf-5"):
            with self.subTest(version=version):
                self.check(str(self.dir / "common/a.c"), version)

    def test_what_is_not_there(self) -> None:
        program = self.build("common/a.c")
        with self.assertRaisesRegex(RunnerError, "no debug information for"):
            linetable.read(program, ["common/b.c"])
        with self.assertRaisesRegex(RunnerError, "No such file"):
            linetable.read(self.dir / "none", ["common/a.c"])
        with self.assertRaises(RunnerError):
            linetable.read(self.dir / "common/a.c", ["common/a.c"])


class LineTable(unittest.TestCase):
    """Lookups in a line table."""

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


class Sample(unittest.TestCase):
    """A file of which one environment reached one line."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.tree = Path(holder.name)
        (self.tree / "common").mkdir()
        (self.tree / "common/a.c").write_text(SOURCE)
        self.files = analysis.analyse(
            spans(), {"pv64": {0xffff82d040200001}, "hvm64": set()},
            ["common/a.c"], self.tree)


class Numbers(Sample):
    """What is counted, and how it is shown."""

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
        data = json.loads(render.as_json(
            self.files, "Xen", {"i": "SUCCESS"}, {}))
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

    @unittest.skipUnless(library.is_there("jinja2"),
                         "python3-jinja2 is not installed")
    def test_page_escapes_the_source(self) -> None:
        page = html.page(self.files, "Xen <x>", "6 instances", Pages())
        self.assertIn("Xen &lt;x&gt;", page)
        self.assertIn('class="h" title="pv64"><i>11</i>', page)
        self.assertIn("two(&quot;}&quot;)", page)
        self.assertIn('<a class="mono" href="#common-a-c-8">first</a>', page)

    @unittest.skipUnless(library.is_there("jinja2"),
                         "python3-jinja2 is not installed")
    def test_without_source(self) -> None:
        files = analysis.analyse(spans(), {}, ["common/a.c"], None)
        self.assertIn("not at hand", html.page(files, "Xen", "", Pages()))


class Merge(Sample):
    """Parts of a run on several machines."""

    def part(self, name: str, index: int, executed: dict, tests: dict,
             **changed: object) -> Path:
        files = analysis.analyse(spans(), executed, ["common/a.c"], self.tree)
        text = render.as_json(
            files, "Xen", {name: "SUCCESS"}, {"common/a.c": tests},
            ["one", "two"], {"index": index, "total": 2})
        directory = self.tree / name
        directory.mkdir(exist_ok=True)
        (directory / "coverage.json").write_text(
            json.dumps({**json.loads(text), **changed}))
        return directory

    def parts(self, **changed: object) -> list:
        return [merge.load(self.part("one", 1, {"pv64": {BASE}},
                                     {"first": ["a"]})),
                merge.load(self.part("two", 2, {"pv64": {BASE + 4},
                                                "hvm64": {BASE}},
                                     {"first": ["a", "b"]}, **changed))]

    def test_all_parts(self) -> None:
        whole = merge.merge(self.parts())
        self.assertEqual(whole.files[0].lines, {
            11: {"pv64", "hvm64"}, 12: {"pv64"}, 14: set()})
        self.assertEqual(whole.files[0].functions,
                         [analysis.FunctionCoverage("first", 8, 3, 2)])
        self.assertEqual(whole.tests, {"common/a.c": {"first": ["a", "b"]}})
        self.assertEqual((whole.verdicts, whole.missing, whole.shards),
                         ({"one": "SUCCESS", "two": "SUCCESS"}, [], []))

    def test_a_part_is_missing(self) -> None:
        whole = merge.merge(self.parts()[1:])
        self.assertEqual((whole.missing, whole.shards), (["one"], ["1/2"]))

    def test_parts_that_do_not_belong_together(self) -> None:
        for changed, message in (
                ({"hypervisor": "Xen 5"}, "not of one hypervisor"),
                ({"selection": ["x"]}, "parts of different runs"),
                ({"instances": {"one": "SUCCESS"}}, "in another file")):
            with self.assertRaisesRegex(RunnerError, message):
                merge.merge(self.parts(**changed))

    @unittest.skipUnless(library.is_there("jinja2"),
                         "python3-jinja2 is not installed")
    def test_command(self) -> None:
        first = self.part("one", 1, {"pv64": {BASE}}, {"first": ["a"]})
        second = self.part("two", 2, {"hvm64": {BASE}}, {"first": ["b"]},
                           instances={"two": "FAILURE"})
        out = self.tree / "whole"
        with mock.patch("sys.stdout", io.StringIO()) as said:
            code = command.main(["-o", str(out), "--merge", str(first),
                                 str(second)])
        self.assertEqual(code, 5)
        self.assertIn("2 instances: 1 SUCCESS, 1 FAILURE", said.getvalue())
        self.assertIn('title="hvm64 pv64"', (out / "index.html").read_text())
        # What was merged can be merged, and serves --git-range.
        _, again = merge.load(out)
        self.assertEqual(again["files"]["common/a.c"]["functions"][0]["tests"],
                         ["a", "b"])
        with mock.patch("sys.stdout", io.StringIO()), \
                mock.patch("sys.stderr", io.StringIO()) as error:
            code = command.main(["-o", str(out), "--merge", str(second)])
        self.assertEqual(code, 1)
        self.assertIn("1 instances have no result; shard 1/2 is missing",
                      error.getvalue())


class Functions(unittest.TestCase):
    """Where functions begin and end."""

    def test_names_and_lines(self) -> None:
        self.assertEqual([(found.name, found.first_line, found.last_line)
                          for found in functions(SOURCE)],
                         [("first", 8, 15), ("second", 17, 22)])


if __name__ == "__main__":
    unittest.main()
