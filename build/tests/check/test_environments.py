# SPDX-License-Identifier: BSD-2-Clause
"""The list of environments, and all that says something of each of them."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base.verdict import RunnerError  # noqa: E402
from touchstone.runner import environments  # noqa: E402
from touchstone.runner.environments import ENVIRONMENTS  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]

MAKEFILE = """\
comma := ,
include build/make/environments.mk
$(foreach v,ALL_ENVIRONMENTS X86_ENVIRONMENTS ARM_ENVIRONMENTS \\
  PV_ENVIRONMENTS HVM_ENVIRONMENTS 32BIT_ENVIRONMENTS 64BIT_ENVIRONMENTS \\
  $(foreach e,$(ALL_ENVIRONMENTS),$(addprefix $(e)-,arch guest bits ldmode \\
    format)),$(info $v=$($v)))
all:
"""


class List(unittest.TestCase):
    def test_make_reads_the_same(self):
        done = subprocess.run(
            ["make", "-s", "-f", "-"], input=MAKEFILE, cwd=str(ROOT),
            stdout=subprocess.PIPE, text=True, check=True)
        found: Dict[str, str] = dict(
            line.split("=") for line in done.stdout.splitlines())
        named = environments.named
        for name, wanted in (
                ("ALL", tuple(ENVIRONMENTS)), ("X86", named(arch="x86")),
                ("ARM", named(arch="arm64")), ("PV", named(guest="pv")),
                ("HVM", named(guest="hvm")), ("32BIT", named(bits=32)),
                ("64BIT", named(bits=64))):
            self.assertEqual(found[f"{name}_ENVIRONMENTS"], " ".join(wanted))
        for env in ENVIRONMENTS.values():
            for column in ("arch", "guest", "bits", "ldmode", "format"):
                self.assertEqual(found[f"{env.name}-{column}"],
                                 str(getattr(env, column)))

    def test_turns_differ(self):
        self.assertEqual(sorted(env.turn for env in ENVIRONMENTS.values()),
                         list(range(1, len(ENVIRONMENTS) + 1)))

    def test_the_code_has_each(self):
        text = (ROOT / "arch/x86/include/arch/config.h").read_text()
        parts = re.split(r"#(?:el)?if defined\(CONFIG_ENV_(\w+)\)", text)
        found = dict(zip(parts[1::2], parts[2::2]))
        self.assertEqual(tuple(found), environments.named(arch="x86"))
        for name, part in found.items():
            env = ENVIRONMENTS[name]
            self.assertIn(f"CONFIG_{env.guest.upper()} 1", part)
            self.assertIn(f"CONFIG_{env.bits}BIT 1", part)
            self.assertIn(f'XEN_CAPABILITY "{env.caps}"', part)

    def test_the_docs_list_each(self):
        text = (ROOT / "docs/how-it-works.md").read_text("utf-8")
        rows = re.findall(r"^\| `(\w+)` \| [^|]* \| (\d+) \|", text,
                          re.MULTILINE)
        self.assertEqual(rows, [(env.name, str(env.bits))
                                for env in ENVIRONMENTS.values()])

    def test_broken_files(self):
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "environments.txt"
            with self.assertRaisesRegex(RunnerError, "No such file"):
                environments.load(path)
            path.write_text("pv64 x86 pv 64\n")
            with self.assertRaises(RunnerError):
                environments.load(path)


if __name__ == "__main__":
    unittest.main()
