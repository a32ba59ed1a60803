# SPDX-License-Identifier: BSD-2-Clause
"""Check `make install`, and flags that are given on make's command line.

Run by `make check` when the images are built: what is installed runs here, on
a stand-in for a Xen host.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "build/tests/runner"))

import xen_host  # noqa: E402

TEST = "tests/example"
RECORD = """#!/bin/sh
echo "{name} $*" >>"{directory}/record"
exec install "$@"
"""


def make(*words: str) -> str:
    """Run make; return what it prints."""
    done = subprocess.run(
        ["make", *words], cwd=str(ROOT), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True,
        env={**os.environ, "MAKEFLAGS": "", "MFLAGS": ""})
    if done.returncode:
        raise AssertionError(done.stdout)
    return done.stdout


class Install(xen_host.XenHost):
    def setUp(self):
        super().setUp()
        self.dir = self.state / "install"
        self.dir.mkdir()

    def recorder(self, name: str) -> str:
        tool = self.dir / name
        tool.write_text(RECORD.format(name=name, directory=self.dir))
        tool.chmod(0o755)
        return str(tool)

    def test_the_installed_tree_runs_from_its_place(self):
        place = self.dir / "place"
        make("install", f"TESTS={TEST}", f"xtfdir={place}",
             f"mandir={self.dir}/man")
        # The image must be where the configuration says.
        self.plant("create", "grep -q \"$(sed -n 's/^kernel=.\\(.*\\).$/\\1/p'"
                   " \"$4\")\" \"$4\" && [ -s \"$(sed -n"
                   " 's/^kernel=.\\(.*\\).$/\\1/p' \"$4\")\" ] || exit 7")
        self.guest('echo "Test result: SUCCESS" >>"logs/guest-$1.log"')
        done = subprocess.run(
            [str(place / "xtf-runner"), "--host-kind", "xl", "-m", "logfile",
             "--logfile-dir", str(self.state / "logs"), "test-pv64-example"],
            cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 SUCCESS", done.stdout)
        self.assertIn(str(place / TEST), self.calls("create")[0])

    def test_tools_and_modes(self):
        make("install", f"TESTS={TEST}", f"DESTDIR={self.dir}/dest",
             "xtfdir=/opt/xtf", f"INSTALL={self.recorder('install')}",
             f"INSTALL_PROGRAM={self.recorder('program')}",
             f"INSTALL_DATA={self.recorder('data')} -m 640")
        record = (self.dir / "record").read_text()
        place = self.dir / "dest/opt/xtf"
        for name, tool, mode in (
                ("xtf-runner", "program", 0o755),
                (f"{TEST}/test-hvm64-example", "program", 0o755),
                (f"{TEST}/test-hvm64-example.cfg", "data", 0o640),
                (f"{TEST}/info.json", "data", 0o640),
                ("build/known-defects.ini", "data", 0o640),
                ("build/environments.txt", "data", 0o640),
                ("build/touchstone/hosts/xl.py", "data", 0o640),
                ("build/touchstone/report/templates/run.html", "data",
                 0o640)):
            self.assertRegex(record,
                             rf"(?m)^{tool} .*{re.escape(Path(name).name)}\b")
            self.assertEqual((place / name).stat().st_mode & 0o777, mode, name)
        self.assertIn("install -d", record)
        self.assertEqual(list(place.rglob("*.pyc")), [])
        cfg = (place / TEST / "test-pv64-example.cfg").read_text()
        self.assertIn(f'"/opt/xtf/{TEST}/test-pv64-example"', cfg)

    def test_manual(self):
        """The page is installed, or what it takes is named."""
        text = make("install", f"TESTS={TEST}", f"DESTDIR={self.dir}",
                    "mandir=/man")
        page = self.dir / "man/man1/xtf-runner.1"
        self.assertNotEqual(page.exists(),
                            "package python3-argparse-manpage" in text)
        self.assertNotEqual(page.exists(), "without the manual page" in text)

    def test_prefix(self):
        text = make("-n", "install", f"TESTS={TEST}", "prefix=/usr/local",
                    "DESTDIR=/d", f"O={self.dir}/out")
        self.assertIn('"/d/usr/local/lib/touchstone/"', text)


class Flags(unittest.TestCase):
    """Those of a distribution are used, and break nothing."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.out = scratch.name

    def commands(self, *words: str) -> "tuple[str, str]":
        """Return the command that compiles, and that links, for pv64."""
        text = make("-n", "V=1", f"O={self.out}", *words)
        lines = text.splitlines()
        compile_line = next(line for line in lines
                            if "/pv64/" in line and "main.c -o" in line)
        link_line = next(line for line in lines
                         if "elf_x86_64" in line and "/main.o" in line)
        return compile_line, link_line

    def test_compiler(self):
        line, _ = self.commands(
            f"TESTS={TEST}", "CPPFLAGS=-Wdate-time -DTHEIRS",
            "CFLAGS=-O1 -m32 -fstack-protector-strong -Wno-error")
        words = line.split()
        for word in (f"-I{ROOT}/include", "-include", "-DTHEIRS",
                     "-Wdate-time", "-ffreestanding"):
            self.assertIn(word, words)
        for loser, winner in (("-O2", "-O1"), ("-m32", "-m64"),
                              ("-fstack-protector-strong",
                               "-fno-stack-protector"),
                              ("-Werror", "-Wno-error")):
            self.assertGreater(words.index(winner),
                               words.index(loser), winner)

    def test_linker(self):
        _, line = self.commands(
            f"TESTS={TEST}", "LDFLAGS=-Wl,-z,relro -Wl,--as-needed -O2"
            " -flto=auto -specs=/x --sort-common")
        words = line.split()
        self.assertIn("-z relro --as-needed --sort-common -m ", line)
        for word in ("-O2", "-flto=auto", "-specs=/x"):
            self.assertNotIn(word, words)
        self.assertIn("--build-id=none", words)

    def test_what_a_test_says_itself_stays(self):
        directory = ROOT / "out/check-install"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "main.c").touch()
        (directory / "Makefile").write_text(
            "include $(ROOT)/build/common.mk\nNAME := own\n"
            "CATEGORY := utility\nTEST-ENVS := pv64\nobj-perenv += main.o\n"
            "CFLAGS += -DOWN\ninclude $(ROOT)/build/gen.mk\n")
        line, _ = self.commands("TESTS=out/check-install", "CFLAGS=-DTHEIRS")
        self.assertIn("-DOWN", line.split())
        self.assertIn("-DTHEIRS", line.split())


if __name__ == "__main__":
    unittest.main()
