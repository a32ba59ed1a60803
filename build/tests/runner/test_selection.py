# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: the catalogue, xl.cfg files, selection words, the command."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import catalogue, cli, xlcfg  # noqa: E402
from touchstone.runner.selection import select  # noqa: E402
from touchstone.base.verdict import InstanceError, RunnerError, UsageError  # noqa: E402

TESTS = {
    "alpha": ("functional", ["pv64", "hvm64"], []),
    "beta": ("xsa", ["pv64", "pv32pae", "hvm32"], ["one", "two"]),
    "gamma": ("utility", ["pv64"], []),
    "delta": ("broken", ["pv64"], []),
    "cost": ("bench", ["hvm64"], []),
}


class WithTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)
        for name, (category, envs, variations) in TESTS.items():
            self.write(name, json.dumps({
                "name": name, "category": category, "environments": envs,
                "variations": variations}))

    def write(self, name: str, info: str) -> None:
        (self.directory / name).mkdir(exist_ok=True)
        (self.directory / name / "info.json").write_text(info)

    def names(self, *words: str, **options) -> list:
        tests = catalogue.load(self.directory)
        return [str(instance) for instance in select(tests, words, **options)]


class Selection(WithTests):
    DEFAULT = ["test-pv64-alpha", "test-hvm64-alpha",
               "test-pv64-beta~one", "test-pv64-beta~two",
               "test-pv32pae-beta~one", "test-pv32pae-beta~two",
               "test-hvm32-beta~one", "test-hvm32-beta~two"]

    def test_all(self):
        self.assertEqual(self.names(everything=True), self.DEFAULT)

    def test_only_one_category(self):
        self.assertEqual(self.names(only="bench"), ["test-hvm64-cost"])
        self.assertEqual(self.names("hvm", only="bench"), ["test-hvm64-cost"])
        self.assertEqual(self.names("functional", "cost", only="bench"),
                         ["test-hvm64-cost"])
        self.assertEqual(self.names("test-hvm64-cost", only="bench"),
                         ["test-hvm64-cost"])
        for words in (["pv64"], ["alpha"], ["test-pv64-alpha"]):
            with self.assertRaisesRegex(UsageError, "no instance.* bench"):
                self.names(*words, only="bench")

    def test_non_default(self):
        names = self.names(everything=True, non_default=True)
        self.assertIn("test-pv64-gamma", names)
        self.assertIn("test-hvm64-cost", names)
        self.assertNotIn("test-pv64-delta", names)
        self.assertEqual(self.names(non_default=True), names)
        self.assertEqual(self.names("test-pv64-gamma", non_default=True),
                         ["test-pv64-gamma"])

    def test_environments(self):
        self.assertEqual(self.names("hvm"), [
            "test-hvm64-alpha", "test-hvm32-beta~one", "test-hvm32-beta~two"])
        self.assertEqual(self.names("pv32pae", "hvm64"), [
            "test-hvm64-alpha", "test-pv32pae-beta~one",
            "test-pv32pae-beta~two"])

    def test_kinds_intersect(self):
        self.assertEqual(self.names("xsa", "hvm32"),
                         ["test-hvm32-beta~one", "test-hvm32-beta~two"])
        self.assertEqual(self.names("alpha", "pv"), ["test-pv64-alpha"])

    def test_named_tests_of_any_category(self):
        self.assertEqual(self.names("gamma"), ["test-pv64-gamma"])
        self.assertEqual(self.names("delta"), ["test-pv64-delta"])
        self.assertEqual(self.names("bench"), ["test-hvm64-cost"])

    def test_instances_and_images(self):
        self.assertEqual(self.names("test-hvm32-beta~two"),
                         ["test-hvm32-beta~two"])
        self.assertEqual(self.names("test-hvm32-beta"),
                         ["test-hvm32-beta~one", "test-hvm32-beta~two"])
        self.assertEqual(self.names("test-pv64-gamma", "alpha", "hvm"),
                         ["test-hvm64-alpha", "test-pv64-gamma"])

    def test_paths(self):
        self.assertEqual(self.names("tests/gamma/"), ["test-pv64-gamma"])
        self.assertEqual(self.names("./tests/beta/test-hvm32-beta~one.cfg"),
                         ["test-hvm32-beta~one"])

    def test_exclude(self):
        self.assertEqual(self.names("pv", exclude=["beta"]),
                         ["test-pv64-alpha"])
        self.assertEqual(
            self.names("beta", exclude=["pv", "test-hvm32-beta~one"]),
            ["test-hvm32-beta~two"])

    def test_unknown_words(self):
        with self.assertRaisesRegex(UsageError, "'alpa'.*alpha"):
            self.names("alpa")
        with self.assertRaises(UsageError):
            self.names("alpha", "pv32pae")
        with self.assertRaises(UsageError):
            self.names()


class Catalogue(WithTests):
    def test_bad_descriptions(self):
        for info in ("", "[]", "{}", '{"name": "x", "category": "nonsense",'
                     ' "environments": []}', '{"name": "x", "category":'
                     ' "xsa", "environments": ["pv128"]}'):
            self.write("bad", info)
            with self.assertRaises(RunnerError, msg=info):
                catalogue.load(self.directory)

    def test_nothing_built(self):
        with self.assertRaises(RunnerError):
            catalogue.load(self.directory / "alpha")

    def test_settings(self):
        tests = catalogue.load(self.directory)
        [instance] = select(tests, ["test-hvm64-alpha"])
        self.assertEqual(instance.number("vcpus", 1), 1)
        [instance] = select(tests, ["test-hvm64-alpha"])
        instance.cfg.write_text('vcpus=3\nmemory="256"\nhap=[]\n')
        self.assertEqual(instance.number("vcpus", 1), 3)
        self.assertEqual(instance.number("memory", 1), 256)
        with self.assertRaises(InstanceError):
            instance.number("hap", 1)
        [instance] = select(tests, ["test-pv64-alpha"])
        instance.cfg.write_text("vcpus=")
        with self.assertRaises(InstanceError):
            instance.settings()


class XlCfg(unittest.TestCase):
    def test_values(self):
        self.assertEqual(xlcfg.parse(
            "# comment\n\nname=\"a b\" # more\ntype = 'pv'; vcpus=0x10\n"
            "disk=[ 'a,b', \"c\",\n  3, ]\nextra=\"say \\\"hi\\\"\"\n"
            "extra += ' # x'\nvcpus = 2"),
            {"name": "a b", "type": "pv", "vcpus": 2,
             "disk": ["a,b", "c", 3], "extra": 'say "hi" # x'})

    def test_errors_name_the_line(self):
        for text, line in (("a=1\nb=?", 2), ("a=1\n\n=3", 3), ("a b", 1),
                           ("a=[1 2]", 1), ("a='x\n", 1), ("a=1\na+='b'", 2)):
            with self.assertRaisesRegex(xlcfg.CfgError, f"line {line}"):
                xlcfg.parse(text)
        with self.assertRaises(xlcfg.CfgError):
            xlcfg.parse("a=")


class Command(WithTests):
    def call(self, *argv: str):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = cli.main(["--tests-dir", str(self.directory), *argv])
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue(), err.getvalue()

    def test_list(self):
        code, out, _ = self.call("--list")
        self.assertEqual((code, out.split()), (0, Selection.DEFAULT))
        code, out, _ = self.call("--list", "pv64", "--json", "alpha")
        self.assertEqual(code, 0)
        self.assertEqual([entry["name"] for entry in json.loads(out)],
                         ["test-pv64-alpha"])

    def test_cases(self):
        code, out, err = self.call("alpha", "-c", "map*")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("'map*'", err)
        with unittest.mock.patch.object(
                catalogue.image, "titles",
                lambda path, env: ["map: one", "copy"] if env == "pv64"
                else []):
            code, out, _ = self.call("--list", "--cases")
            self.assertEqual(out.splitlines()[:3], [
                "test-pv64-alpha: map: one", "test-pv64-alpha: copy",
                "test-pv64-beta~one: map: one"])
            code, out, _ = self.call("--list", "alpha", "-c", "map*")
            self.assertEqual(out, "test-pv64-alpha\n")
            code, out, _ = self.call("--list", "--cases", "--json", "alpha",
                                     "-c", "c?py")
            self.assertEqual([entry["cases"] for entry in json.loads(out)],
                             [["copy"]])

    def test_environments(self):
        code, out, _ = self.call("--environments")
        self.assertEqual((code, len(out.split())), (0, 7))

    def test_usage_errors(self):
        for argv in (["nonsense"], [], ["-j", "0", "alpha"],
                     ["--timeout", "-1", "alpha"], ["--unknown"],
                     ["--host-kind", "moon", "alpha"]):
            code, out, err = self.call(*argv)
            self.assertEqual((code, out), (2, ""), argv)
            self.assertTrue(err, argv)

    def test_runner_errors(self):
        code, _, err = self.call("alpha", "--qemu", "/nonexistent/qemu")
        self.assertEqual(code, 1)
        self.assertIn("qemu-system-x86", err)
        code, _, err = self.call("alpha", "--host-kind", "dom0",
                                 "--xen", "/nonexistent/xen")
        self.assertEqual(code, 1)
        self.assertIn("/nonexistent/xen", err)


if __name__ == "__main__":
    unittest.main()
