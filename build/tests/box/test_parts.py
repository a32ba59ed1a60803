# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: the archive of dom0's files, what ELF files need, messages."""

import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import cache  # noqa: E402
from touchstone.box import cpio, devicemodel, elf  # noqa: E402
from touchstone.box import image, machine  # noqa: E402
from touchstone.box.channel import Decoder, Message  # noqa: E402


def entries(data: bytes) -> dict:
    """Return the entries of an archive: mode, device and content by name."""
    found = {}
    at = 0
    while True:
        assert data[at:at + 6] == b"070701", data[at:at + 6]
        fields = [int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16)
                  for n in range(13)]
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        start = (at + 110 + fields[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], fields[9:11],
                       data[start:start + fields[6]])
        at = (start + fields[6] + 3) // 4 * 4


class Overlay(unittest.TestCase):
    """What the runner of dom0 is made of is all there, and nothing else."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        for name, (mode, _, data) in entries(machine.overlay()).items():
            path = self.root / name
            if stat.S_ISDIR(mode):
                path.mkdir()
            else:
                path.write_bytes(data)
                path.chmod(stat.S_IMODE(mode))

    def test_the_agent_starts(self):
        done = subprocess.run(
            [sys.executable, "-m", "touchstone.box.agent"], cwd="/",
            env={"PYTHONPATH": str(self.root / "usr/lib/touchstone"),
                 "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.stdout.splitlines()[-1:],
                         ["there is no port to the runner"], done.stdout)

    def test_device_model(self):
        path = self.root / machine.DEVICE_MODEL.lstrip("/")
        self.assertTrue(os.access(path, os.X_OK))
        self.assertEqual(path.read_text().splitlines()[0],
                         "#!/usr/bin/python3 -ISE")
        ask = devicemodel.answer
        self.assertEqual(
            ask('{"execute": "query-chardev", "id": 3}'),
            {"return": [], "id": 3})
        self.assertEqual(ask('{"execute": "query-vnc"}')["return"],
                         {"enabled": False})
        self.assertEqual(ask('{"execute": "qmp_capabilities"}')["return"], {})


class Cpio(unittest.TestCase):
    def test_entries(self):
        archive = cpio.Archive()
        archive.file("a/b/c", b"12345", 0o755)
        archive.link("a/d", "b/c")
        archive.character_device("dev/console", 5, 1)
        found = entries(archive.finish())
        self.assertEqual(list(found), ["a", "a/b", "a/b/c", "a/d", "dev",
                                       "dev/console"])
        self.assertEqual(found["a/b/c"], (0o100755, [0, 0], b"12345"))
        self.assertEqual(found["a/d"], (0o120777, [0, 0], b"b/c"))
        self.assertEqual(found["dev/console"], (0o020600, [5, 1], b""))

    def test_a_name_twice(self):
        archive = cpio.Archive()
        archive.file("a", b"")
        with self.assertRaises(ValueError):
            archive.file("a", b"")


class Elf(unittest.TestCase):
    def test_a_program(self):
        needs = elf.needs(Path("/bin/sh").read_bytes())
        self.assertIn("libc.so.6", needs)
        self.assertTrue(any(name.startswith("/lib") for name in needs), needs)

    def test_no_program(self):
        self.assertEqual(elf.needs(b"#!/bin/sh\n"), [])


class Channel(unittest.TestCase):
    def test_any_pieces(self):
        sent = [Message({"do": "run"}, bytes(range(256))), Message({"a": 1})]
        stream = b"".join(message.encode() for message in sent)
        for size in (1, 7, len(stream)):
            decoder = Decoder()
            got = []
            for at in range(0, len(stream), size):
                decoder.feed(stream[at:at + size])
                message = decoder.next()
                while message is not None:
                    got.append(message)
                    message = decoder.next()
            self.assertEqual(got, sent)

    def test_nonsense(self):
        decoder = Decoder()
        decoder.feed(b"Traceback (most recent call last):\n")
        with self.assertRaises(ValueError):
            decoder.next()


class Image(unittest.TestCase):
    def test_release(self):
        self.assertEqual(image.release_for("4.17.5+72-g01140da4e8-1"),
                         "bookworm")
        self.assertEqual(image.release_for("4.20.0"), "trixie")
        with self.assertRaisesRegex(image.BoxError, "4.21"):
            image.release_for("4.21.0")
        with self.assertRaisesRegex(image.BoxError, "not known"):
            image.release_for("unknown")

    def test_a_damaged_one_does_not_count(self):
        with tempfile.TemporaryDirectory() as scratch, \
                mock.patch.object(cache, "root", lambda: Path(scratch)):
            self.assertIsNone(image.cached("bookworm"))
            link = image._link("bookworm")
            entry = link.with_name("one")
            entry.mkdir(parents=True)
            cache.point(link, entry.name)
            (entry / "kernel").write_bytes(b"1234")
            (entry / "initrd").write_bytes(b"12345")
            (entry / "info.json").write_text(
                '{"packages": {}, "sizes": {"kernel": 4, "initrd": 5}}')
            found = image.cached("bookworm")
            self.assertEqual(found.kernel, link.parent / "one" / "kernel")
            (entry / "kernel").write_bytes(b"123")
            self.assertIsNone(image.cached("bookworm"))


if __name__ == "__main__":
    unittest.main()
