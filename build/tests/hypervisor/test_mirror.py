# SPDX-License-Identifier: BSD-2-Clause
"""Copies that follow their original."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hypervisors import mirror  # noqa: E402
from touchstone.hypervisors.mirror import Mirror, MirrorError  # noqa: E402


class WithTree(unittest.TestCase):
    """A test with an original of a few files in a checkout."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        self.tree = self.dir / "tree"
        for name, text in (("a/one.c", "1"), ("a/two.c", "2"), ("b", "b"),
                           (".gitignore", "*.made\n")):
            self.write(name, text)

    def write(self, name: str, text: str) -> Path:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def git(self, *words: str) -> None:
        subprocess.run(["git", "-C", str(self.tree), "-c", "user.name=T",
                        "-c", "user.email=t@t", *words], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def commit(self) -> None:
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "first")

    def follow(self) -> List[str]:
        """Bring the copy up to date; return what changed."""
        follower = Mirror(self.tree, self.dir / "copy")
        changed = follower.follow(*follower.compare(["a", "b"]))
        follower.save()
        return sorted(changed)

    def copied(self) -> List[str]:
        copy = self.dir / "copy"
        return sorted(str(path.relative_to(copy)) for path in
                      copy.rglob("*") if not path.is_dir()
                      and path.name != ".touchstone.json")


class Listing(WithTree):
    """Sources, and nothing that a build left."""

    def test_checkout(self) -> None:
        self.commit()
        for name in ("a/new.c", "a/x.made", "a/y.o", "a/.y.o.cmd", "c"):
            self.write(name, "")
        self.assertEqual(mirror.source_files(self.tree, ["a", "b"]),
                         ["a/new.c", "a/one.c", "a/two.c", "b"])

    def test_without_git_the_ignored_are_left_out_too(self) -> None:
        for name in ("a/x.made", "a/y.o"):
            self.write(name, "")
        self.assertEqual(mirror.source_files(self.tree, ["a", "b"]),
                         ["a/one.c", "a/two.c", "b"])

    def test_part_of_another_checkout(self) -> None:
        self.commit()
        self.assertEqual(mirror.source_files(self.tree / "a", ["one.c"]),
                         ["one.c"])

    def test_git_is_missing(self) -> None:
        with mock.patch.dict(os.environ, PATH="/nowhere"), \
                self.assertRaisesRegex(MirrorError, "git is needed"):
            mirror.source_files(self.tree, ["a"])

    def test_commit(self) -> None:
        self.assertEqual(mirror.commit_of(self.tree, ["a"]), "")
        self.commit()
        self.assertRegex(mirror.commit_of(self.tree, ["a"]),
                         r"^[0-9a-f]{12}$")
        self.write("b", "other")
        self.assertNotIn("dirty", mirror.commit_of(self.tree, ["a"]))
        self.write("a/one.c", "other")
        self.assertIn("-dirty", mirror.commit_of(self.tree, ["a"]))


class Following(WithTree):
    """What an update does to the copy."""

    def test_first_copy_has_all(self) -> None:
        self.write("a/run", "#!").chmod(0o755)
        (self.tree / "a/link").symlink_to("one.c")
        changed = self.follow()
        self.assertEqual(changed, ["a/link", "a/one.c", "a/run", "a/two.c",
                                   "b"])
        self.assertEqual(self.copied(), changed)
        self.assertTrue(os.access(self.dir / "copy/a/run", os.X_OK))
        self.assertEqual(os.readlink(self.dir / "copy/a/link"), "one.c")
        self.assertEqual(self.follow(), [])

    def test_only_what_differs(self) -> None:
        self.follow()
        self.write("a/one.c", "new")
        self.write("a/two.c", "2")
        before = (self.dir / "copy/a/two.c").stat().st_mtime_ns
        self.assertEqual(self.follow(), ["a/one.c"])
        self.assertEqual((self.dir / "copy/a/one.c").read_text(), "new")
        self.assertEqual((self.dir / "copy/a/two.c").stat().st_mtime_ns,
                         before)

    def test_old_time_stamp_makes_a_new_one(self) -> None:
        self.follow()
        before = (self.dir / "copy/a/one.c").stat().st_mtime_ns
        os.utime(self.write("a/one.c", "0"), (1000, 1000))
        self.assertEqual(self.follow(), ["a/one.c"])
        self.assertGreater((self.dir / "copy/a/one.c").stat().st_mtime_ns,
                           before)

    def test_gone_and_objects_stay(self) -> None:
        self.commit()
        self.follow()
        made = self.dir / "copy/a/one.o"
        made.touch()
        (self.tree / "a/one.c").unlink()
        self.assertEqual(self.follow(), ["a/one.c"])
        self.assertEqual(self.copied(), ["a/one.o", "a/two.c", "b"])

    def test_file_and_directory_change_places(self) -> None:
        self.follow()
        (self.tree / "b").unlink()
        self.write("b/inner", "x")
        for path in (self.tree / "a").iterdir():
            path.unlink()
        (self.tree / "a").rmdir()
        self.write("a", "file")
        self.follow()
        self.assertEqual(self.copied(), ["a", "b/inner"])

    def test_interrupted_copy_is_completed(self) -> None:
        first = Mirror(self.tree, self.dir / "copy")
        now, suspects, gone = first.compare(["a", "b"])
        first.follow(now, suspects[:1], gone)       # and never saved
        self.assertEqual(self.follow(), sorted(suspects[1:]))


if __name__ == "__main__":
    unittest.main()
