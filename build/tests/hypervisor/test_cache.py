# SPDX-License-Identifier: BSD-2-Clause
"""The cache: entries appear whole or not at all, one writer at a time."""

import os
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import cache  # noqa: E402


class InTemporary(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)


class Root(unittest.TestCase):
    """Where the cache is."""

    def test_follows_xdg(self) -> None:
        for value, expected in (("/x", "/x/touchstone"),
                                ("", "/h/.cache/touchstone"),
                                ("relative", "/h/.cache/touchstone")):
            with mock.patch.dict(os.environ, XDG_CACHE_HOME=value, HOME="/h"):
                self.assertEqual(cache.root(), Path(expected))


class Publish(InTemporary):
    """Directories that are complete or absent."""

    def test_replaces_at_the_end(self) -> None:
        entry = self.dir / "entry"
        entry.mkdir()
        (entry / "old").touch()
        with cache.publish(entry) as partial:
            (partial / "new").touch()
            self.assertTrue((entry / "old").exists())
        self.assertEqual(os.listdir(entry), ["new"])
        self.assertEqual(os.listdir(self.dir), ["entry"])

    def test_failure_changes_nothing(self) -> None:
        entry = self.dir / "entry"
        entry.mkdir()
        (entry / "old").touch()
        with self.assertRaises(KeyboardInterrupt):
            with cache.publish(entry) as partial:
                (partial / "new").touch()
                raise KeyboardInterrupt
        self.assertEqual(os.listdir(entry), ["old"])
        self.assertEqual(os.listdir(self.dir), ["entry"])

    def test_leftovers_do_not_get_in(self) -> None:
        (self.dir / "entry.partial").mkdir()
        (self.dir / "entry.partial/junk").touch()
        with cache.publish(self.dir / "entry"):
            pass
        self.assertEqual(os.listdir(self.dir / "entry"), [])


class Point(InTemporary):
    """Links that change in one step."""

    def test_sets_and_resets(self) -> None:
        for target in ("one", "two"):
            cache.point(self.dir / "link", target)
            self.assertEqual(os.readlink(self.dir / "link"), target)
        self.assertEqual(os.listdir(self.dir), ["link"])


class Locks(InTemporary):
    """One writer at a time."""

    def test_free_lock_does_not_wait(self) -> None:
        for _ in range(2):
            with cache.Lock(self.dir / "sub/lock", self.fail):
                pass

    def test_others_wait_say_so_and_come_one_by_one(self) -> None:
        said = threading.Semaphore(0)
        inside = []
        most = []

        def other() -> None:
            with cache.Lock(self.dir / "lock", said.release):
                inside.append(1)
                time.sleep(0.05)
                most.append(len(inside))
                inside.pop()

        threads = [threading.Thread(target=other) for _ in range(2)]
        with cache.Lock(self.dir / "lock", self.fail):
            for thread in threads:
                thread.start()
                self.assertTrue(said.acquire(timeout=10))
            self.assertEqual(inside + most, [])
        for thread in threads:
            thread.join(10)
        self.assertEqual(most, [1, 1])


if __name__ == "__main__":
    unittest.main()
