# SPDX-License-Identifier: BSD-2-Clause
"""Making hypervisors: source packages, configurations, mirrors, packages."""

import io
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import deps  # noqa: E402
from touchstone.hypervisors import apt, hypervisor, provision, xenbuild  # noqa: E402

GOOD_PATCH = b"""\
--- a/xen/file
+++ b/xen/file
@@ -1 +1 @@
-old
+new
"""


def tar_of(path: Path, files: Dict[str, bytes]) -> Path:
    """Make a tar file with these members."""
    with tarfile.open(path, "w:xz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


class Unpack(unittest.TestCase):
    """Debian's source packages."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        (self.dir / "tree").mkdir()

    def unpack(self, patch: bytes, top: str = "xen-1/xen/file",
               data: bytes = b"old\n") -> None:
        """Unpack a package of one file and one patch."""
        tars = [tar_of(self.dir / "x_1.orig.tar.xz", {top: data}),
                tar_of(self.dir / "x_1-1.debian.tar.xz",
                       {"debian/patches/series": b"# first\n\nfix.patch\n",
                        "debian/patches/fix.patch": patch})]
        xenbuild.unpack(tars, self.dir / "tree", self.dir / "log")

    def test_patched(self) -> None:
        self.unpack(GOOD_PATCH)
        self.assertEqual((self.dir / "tree/xen/file").read_text(), "new\n")

    def test_patch_that_does_not_apply(self) -> None:
        with self.assertRaisesRegex(xenbuild.BuildError, "fix.patch does not"):
            self.unpack(GOOD_PATCH.replace(b"-old", b"-other"))

    def test_patch_for_other_surroundings(self) -> None:
        patch = b"--- a/xen/file\n+++ b/xen/file\n@@ -1,5 +1,5 @@\n" \
            b" other\n 2\n-old\n+new\n 4\n 5\n"
        with self.assertRaisesRegex(xenbuild.BuildError, "fix.patch does not"):
            self.unpack(patch, data=b"1\n2\nold\n4\n5\n")

    def test_no_way_out_of_the_tree(self) -> None:
        with self.assertRaisesRegex(xenbuild.BuildError, "bad file name"):
            self.unpack(GOOD_PATCH, "xen-1/../../evil")

    def test_unknown_form(self) -> None:
        with self.assertRaisesRegex(xenbuild.BuildError, "unknown form"):
            xenbuild.unpack([self.dir / "x_1.tar.xz"], self.dir, self.dir)


class Configure(unittest.TestCase):
    """Each option must really be as it was asked for."""

    def configure(self, result: str) -> List[List[str]]:
        """Configure a tree whose make writes `result`; return make's calls."""
        calls = []
        with tempfile.TemporaryDirectory() as name:
            tree = Path(name)
            (tree / "xen").mkdir()

            def make(_tree: Path, targets: List[str], *_: object,
                     **__: object) -> None:
                calls.append(targets)
                (tree / "xen/.config").write_text(result)

            with mock.patch.object(xenbuild, "make", make):
                for _ in range(2):
                    xenbuild.configure(tree, ["ARGO", "PV32", "!DEBUG"],
                                       tree / "log")
        return calls

    def test_once(self) -> None:
        self.assertEqual(
            self.configure("CONFIG_ARGO=y\nCONFIG_X=y\nCONFIG_PV32=y\n"
                           "# CONFIG_DEBUG is not set\n"),
            [["olddefconfig"]])

    def test_names_what_is_off(self) -> None:
        with self.assertRaisesRegex(xenbuild.BuildError, "CONFIG_PV32=y "):
            self.configure(
                "CONFIG_ARGO=y\n# CONFIG_PV32 is not set\n"
                "# CONFIG_DEBUG is not set\n")

    def test_names_what_is_not_off(self) -> None:
        with self.assertRaisesRegex(xenbuild.BuildError,
                                    "take # CONFIG_DEBUG is not set "):
            self.configure(
                "CONFIG_ARGO=y\nCONFIG_PV32=y\nCONFIG_DEBUG=y\n")


class Fetch(unittest.TestCase):
    """The newest version that the mirror serves is taken."""

    def fetch(self, served: List[str]) -> "tuple[str, List[str]]":
        """Return the version taken of 3, 2 and 1, and what was reported."""
        said: List[str] = []
        with tempfile.TemporaryDirectory() as name, \
                mock.patch.object(provision.cache, "root", lambda: Path(name)):
            maker = provision._Maker("full", "bookworm", said.append, False,
                                     mock.Mock())
        archive = mock.Mock()
        archive.versions.return_value = ["3", "2", "1"]

        def get(version: str) -> str:
            if version not in served:
                raise apt.NotServed(version)
            return version

        return maker._fetch(archive, "xen", get)[0], said

    def test_newest(self) -> None:
        self.assertEqual(self.fetch(["3", "2"]), ("3", ["fetching xen 3"]))

    def test_next_newest_and_one_message(self) -> None:
        version, said = self.fetch(["1", "2"])
        self.assertEqual(version, "2")
        self.assertEqual(sum("404" in text for text in said), 1)

    def test_none(self) -> None:
        with self.assertRaisesRegex(hypervisor.Unavailable, "3, 2, 1"):
            self.fetch([])


class Files(unittest.TestCase):
    """Downloads are checked against the archive's digests."""

    def test_size_and_digest(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "f"
            remote = apt.RemoteFile("f", 3, "SHA256:ba7816bf8f01cfea414140de5d"
                                    "ae2223b00361a396177a9cb410ff61f20015ad")
            self.assertFalse(remote.matches(path))
            for data, expected in ((b"abc", True), (b"abd", False),
                                   (b"ab", False)):
                path.write_bytes(data)
                self.assertEqual(remote.matches(path), expected)

    def test_versions_as_debian_sorts_them(self) -> None:
        self.assertEqual(
            apt.newest_first(["4.17.5-1", "4.17.10-1", "4.17.10~rc1-1"]),
            ["4.17.10-1", "4.17.10~rc1-1", "4.17.5-1"])


class Deps(unittest.TestCase):
    """What is missing, and what is said about it."""

    def test_missing_by_program_and_file(self) -> None:
        needs = (deps.Need("here", "sh"), deps.Need("gone", "no-such-program"),
                 deps.Need("gone", "/no/such/file"))
        with mock.patch.dict(deps.PURPOSES, run=("to try", needs)):
            lacking = deps.missing("run")
        self.assertEqual(lacking, list(needs[1:]))
        self.assertEqual(deps.packages_of(lacking), ["gone"])

    def run_deps(self, installs: bool, *words: str) -> "tuple[int, str]":
        """Run build/deps where a package is missing; return status, stderr."""
        needs = [deps.Need("gone", "no-such-program")]
        state = {"run": ("to try", needs)}

        def install(_packages: List[str]) -> str:
            if installs:
                needs.clear()
                return ""
            return "no root"

        with mock.patch.dict(deps.PURPOSES, state), \
                mock.patch.object(deps, "install", install), \
                mock.patch.object(sys, "stderr", io.StringIO()) as stderr:
            return deps.main(["run", *words]), stderr.getvalue()

    def test_installs(self) -> None:
        status, text = self.run_deps(True)
        self.assertEqual(status, 0)
        self.assertIn("installing Debian packages to try: gone", text)

    def test_says_what_to_do_by_hand(self) -> None:
        status, text = self.run_deps(False)
        self.assertEqual(status, 1)
        self.assertIn("apt-get install --no-install-recommends gone", text)

    def test_check_only(self) -> None:
        status, text = self.run_deps(True, "--check")
        self.assertEqual(status, 1)
        self.assertIn("missing to try: gone", text)


if __name__ == "__main__":
    unittest.main()
