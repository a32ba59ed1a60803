# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: xtf-runner on a Xen host runs with Python 3.6.

XCP-ng's dom0 has it.  Everything else of the project may want Python 3.9.
"""

import ast
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Iterator, List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
OLDEST = (3, 6)

# Prints the files of what a run with host xl imports.
CLOSURE = """
import runpy, sys
sys.dont_write_bytecode = True
sys.argv = ["xtf-runner", "--host-kind", "xl", "--tests-dir", sys.argv[2],
            "--junit", "/dev/null", "demo"]
try:
    runpy.run_path({runner!r}, run_name="__main__")
except SystemExit:
    pass
for name, module in sorted(sys.modules.items()):
    if name.startswith("touchstone"):
        print("FILE", module.__file__)
"""

# What the standard library lacks there: attributes, keywords, modules.
ATTRIBUTES = {"parse_intermixed_args", "removeprefix", "removesuffix",
              "SimpleQueue", "nullcontext", "cached_property", "memfd_create",
              "monotonic_ns", "time_ns", "prod", "isqrt", "is_relative_to",
              "with_stem", "ThreadingHTTPServer", "fromisoformat",
              "get_running_loop", "pidfd_open", "posix_spawn"}
KEYWORDS = {"capture_output", "text", "missing_ok", "dirs_exist_ok"}
MODULES = {"dataclasses", "contextvars", "zoneinfo", "graphlib", "tomllib",
           "importlib.resources", "importlib.metadata"}
GENERIC = {"list", "dict", "tuple", "set", "frozenset", "type", "Popen",
           "Queue", "deque", "OrderedDict", "Match", "Pattern"}


def too_new(source: str) -> List[str]:
    """Return what Python 3.6 does not understand of a source, by line."""
    try:
        tree = ast.parse(source, feature_version=OLDEST)
    except SyntaxError as error:
        return [f"{error.lineno}: {error.msg}"]
    return [f"{line}: {what}" for line, what in _findings(tree)]


def _findings(tree: ast.AST) -> Iterator[Tuple[int, str]]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names}
            if node.module == "__future__" and "annotations" in names:
                yield line, "from __future__ import annotations"
            if node.module in MODULES:
                yield line, node.module or ""
            yield from ((line, name) for name in names & ATTRIBUTES)
        elif isinstance(node, ast.Import):
            yield from ((line, name.name) for name in node.names
                        if name.name in MODULES)
        elif isinstance(node, ast.Attribute):
            if node.attr in ATTRIBUTES:
                yield line, node.attr
        elif isinstance(node, ast.Call):
            yield from ((line, f"{key.arg}=") for key in node.keywords
                        if key.arg in KEYWORDS)
        elif isinstance(node, ast.Subscript):
            name = getattr(node.value, "id", getattr(node.value, "attr", ""))
            # Not what is in a string, nor a local variable's annotation.
            if name in GENERIC:
                yield line, f"{name}[...]"


def old_pythons() -> List[str]:
    """Return the Pythons here that are older than 3.9, and work.

    Those of pyenv count, too, whichever it has made the usual one.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = []
    for minor in (6, 7, 8):
        names = [str(path) for path in
                 sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python3"))]
        for path in [shutil.which(f"python3.{minor}"), *names]:
            if path and subprocess.run(
                    [path, "-c", ""], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL).returncode == 0:
                found.append(path)
                break
    return found


class OldPython(xen_host.XenHost):
    def setUp(self):
        super().setUp()
        tests = self.state / "tests/demo"
        tests.mkdir(parents=True)
        (tests / "info.json").write_text(
            '{"name": "demo", "category": "functional",'
            ' "environments": ["pv64"]}')
        (tests / "test-pv64-demo.cfg").write_text("")

    def test_sources(self):
        self.plant("create", "exit 1")
        done = subprocess.run(
            [sys.executable, "-c",
             CLOSURE.format(runner=str(ROOT / "xtf-runner")), "-",
             str(self.state / "tests")], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True)
        files = [line.split(" ", 1)[1] for line in done.stdout.splitlines()
                 if line.startswith("FILE ")]
        self.assertTrue(any(name.endswith("/hosts/xl.py") for name in files),
                        done.stdout)
        self.assertTrue(any(name.endswith("/junit.py") for name in files))
        for name in [str(ROOT / "xtf-runner"), *files]:
            self.assertEqual(too_new(Path(name).read_text("utf-8")), [], name)

    def test_the_check_itself(self):
        for source in ("from __future__ import annotations",
                       "if (a := 1): pass", "def f(a, /): pass",
                       "import dataclasses", "queue.SimpleQueue()",
                       "run(text=True)", "def f() -> list[int]: pass",
                       "from contextlib import nullcontext"):
            self.assertTrue(too_new(source), source)
        self.assertEqual(too_new('def f(a: "list[int]", b=x[1]): pass'), [])

    def test_runs(self):
        pythons = old_pythons()
        if not pythons:
            self.skipTest("no Python older than 3.9 is here")
        self.guest('echo "Test result: SUCCESS" >>"logs/guest-$1.log"')
        for python in pythons:
            xml = self.state / "out.xml"
            done = subprocess.run(
                [python, str(ROOT / "xtf-runner"), "--host-kind", "xl", "-m",
                 "logfile", "--logfile-dir", str(self.state / "logs"),
                 "--tests-dir", str(self.state / "tests"), "-v",
                 f"--junit={xml}", f"--tap={self.state}/out.tap",
                 f"--save={self.state}/out.json",
                 f"--ktap={self.state}/ktap",
                 f"--kcidb={self.state}/kcidb", "--retries=1",
                 "--keep-logs", str(self.state / "kept"), "demo"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                universal_newlines=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("1 SUCCESS", done.stdout)
            self.assertIn('failures="0"', xml.read_text())


if __name__ == "__main__":
    unittest.main()
