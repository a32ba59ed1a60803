# SPDX-License-Identifier: BSD-2-Clause
"""The recipes of docs/ci: their form, and their commands run by a shell.

The commands run the real runner; only the host is one that runs nothing.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import options  # noqa: E402
from touchstone.runs import record  # noqa: E402

try:
    import yaml
except ImportError:
    yaml = None
try:
    import jinja2
except ImportError:
    jinja2 = None

ROOT = Path(__file__).resolve().parents[3]
CI = ROOT / "docs/ci"
RUNNER = "/touchstone/xtf-runner"
NAMES = [f"t{at}" for at in range(10)]

# A runner whose instances fail if their name is in $BAD.
WRAPPER = """\
import os, sys
sys.path[:0] = [{build!r}, {tests!r}]
from pathlib import Path
from runner.test_flakes import BAD, GOOD, Script
from touchstone import hosts
from touchstone.runner import cli
bad = os.environ.get("BAD", "").split()
host = Script({{name: [BAD if name in bad else GOOD] for name in {names!r}}})
hosts.create = lambda *_: host
sys.exit(cli.main(sys.argv[1:], Path({root!r})))
"""


def commands(text: str) -> List[str]:
    """Return the lines for a shell that call the runner."""
    found = re.findall(rf"(?:run:|-|sh) +'?({RUNNER} [^'\n]*)", text)
    return [line for line in found if line.strip()]


class Recipes(unittest.TestCase):
    FILES = ("gitlab-ci.yml", "github-actions.yml", "Jenkinsfile")

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        for name in NAMES:
            info = self.dir / "tests" / name / "info.json"
            info.parent.mkdir(parents=True)
            info.write_text(json.dumps({
                "name": name, "category": "functional",
                "environments": ["pv64"]}))
        (self.dir / "wrapper.py").write_text(WRAPPER.format(
            build=str(ROOT / "build"), tests=str(ROOT / "build/tests"),
            names=NAMES, root=str(self.dir)))

    def shell(self, command: str, **variables: str) -> int:
        """Run a line of a recipe; return its status."""
        wrapped = command.replace(RUNNER, " ".join(shlex.quote(word) for word
                                  in (sys.executable, "wrapper.py")))
        environment: Dict[str, str] = {
            **os.environ, "XDG_CACHE_HOME": str(self.dir), **variables}
        done = subprocess.run(
            ["sh", "-e", "-c", wrapped], cwd=self.dir, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.said = done.stdout
        return done.returncode

    @unittest.skipIf(jinja2 is None, "python3-jinja2 is not installed")
    def test_commands(self):
        for name, bad in [(self.FILES[0], ""),
                          *((name, "t3") for name in self.FILES)]:
            with self.subTest(file=name, bad=bad):
                self.check(commands((CI / name).read_text("utf-8")), bad)

    def check(self, lines: List[str], bad: str) -> None:
        self.assertEqual(len(lines), 2)
        suite, merge = lines
        statuses = [self.shell(suite, CI_NODE_INDEX=str(index),
                               CI_NODE_TOTAL="4", BAD=bad)
                    for index in range(1, 5)]
        # What a shell makes of a bad exit code and `|| [ $? = 3 ]'.
        status = 1 if bad else 0
        self.assertEqual(sorted(statuses), [0, 0, 0, status], self.said)
        self.assertEqual(self.shell(merge), status, self.said)
        whole = record.load(self.dir / "run.json")
        self.assertEqual([one.instance.test.name for one in whole.in_order()],
                         NAMES)
        self.assertIn("10 instances, none" if not bad else "1 of 10",
                      (self.dir / "report/index.html").read_text())
        for file in self.dir.glob("*.xml"):
            ElementTree.parse(str(file))
        for path in ("run.json", "report/index.html"):
            (self.dir / path).unlink()
        for file in self.dir.glob("run-*.json"):
            file.unlink()

    def test_options(self):
        """Each option exists; only the runner's own parser can tell."""
        for name in self.FILES:
            for line in commands((CI / name).read_text("utf-8")):
                words = shlex.split(line.split("||")[0])[1:]
                options.parser().parse_intermixed_args(words)

    @unittest.skipIf(yaml is None, "python3-yaml is not installed")
    def test_yaml(self):
        gitlab = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))
        for name in ("touchstone", "touchstone-report"):
            job = gitlab[name]
            self.assertTrue(all(isinstance(line, str)
                                for line in job["script"]))
            self.assertIn(job["extends"], gitlab)
        self.assertEqual(gitlab["touchstone"]["parallel"], 4)
        github = yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))
        for job in github["jobs"].values():
            for step in job["steps"]:
                self.assertEqual(len({"run", "uses"} & set(step)), 1)

    def test_jenkinsfile(self):
        text = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|//.*", "",
                      (CI / "Jenkinsfile").read_text("utf-8"))
        for pair in ("{}", "()", "[]"):
            depth = 0
            for char in text:
                depth += (char == pair[0]) - (char == pair[1])
                self.assertGreaterEqual(depth, 0)
            self.assertEqual(depth, 0)

    def test_containerfile(self):
        text = (CI / "Containerfile").read_text("utf-8")
        joined = re.sub(r"\\\n", "", text)
        lines = [line for line in joined.splitlines()
                 if line and not line.startswith("#")]
        self.assertTrue(lines[0].startswith("FROM "))
        for line in lines:
            word, _, rest = line.partition(" ")
            self.assertIn(word, ("FROM", "RUN", "COPY", "WORKDIR"))
            if word == "RUN":
                subprocess.run(["sh", "-n", "-c", rest], check=True)
        self.assertTrue((ROOT / "build/deps").exists())


if __name__ == "__main__":
    unittest.main()
