# SPDX-License-Identifier: BSD-2-Clause
"""resolve(): files of every kind, words from the cache, and the complaints."""

import gzip
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hypervisors import hypervisor  # noqa: E402

ELF32 = b"\x7fELF\x01\x01\x01" + bytes(121)
XEN = ELF32 + (0x1BADB002).to_bytes(4, "little") + bytes(64)


class WithCache(unittest.TestCase):
    """A test with a cache of its own, on a host that is bookworm."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = Path(holder.name)
        for patch in (mock.patch.dict(os.environ,
                                      XDG_CACHE_HOME=str(self.dir / "cache")),
                      mock.patch.object(hypervisor, "host_release",
                                        lambda: "bookworm")):
            patch.start()
            self.addCleanup(patch.stop)

    def write(self, name: str, data: bytes) -> Path:
        """Make a file in the test's directory."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def complaint(self, spec: object) -> str:
        """Return the text of the HypervisorError that a spec raises."""
        with self.assertRaises(hypervisor.HypervisorError) as caught:
            hypervisor.resolve(str(spec))
        return str(caught.exception)


class Files(WithCache):
    """Somebody's own hypervisor."""

    def test_build_tree(self) -> None:
        xen = self.write("tree/xen/xen", XEN)
        syms = self.write("tree/xen/xen-syms", b"")
        config = self.write("tree/xen/.config",
                            b"#\n# Automatically generated\n"
                            b"# Xen/x86 4.21-unstable Configuration\n#\n")
        found = hypervisor.resolve(str(xen))
        self.assertEqual((found.xen, found.syms, found.config),
                         (xen, syms, config))
        self.assertEqual(found.version, "4.21-unstable")

    def test_gzip_is_unpacked_once(self) -> None:
        path = self.write("boot/xen-4.17-amd64.gz", gzip.compress(XEN))
        config = self.write("boot/xen-4.17-amd64.config", b"")
        first = hypervisor.resolve(str(path))
        self.assertEqual(first.xen.read_bytes(), XEN)
        self.assertEqual((first.syms, first.config, first.version),
                         (None, config, "unknown"))
        stamp = first.xen.stat().st_mtime_ns
        self.assertEqual(hypervisor.resolve(str(path)).xen.stat().st_mtime_ns,
                         stamp)

    def test_directories(self) -> None:
        xen = self.write("tree/xen/xen", XEN)
        self.assertIn(f"did you mean {xen}?",
                      self.complaint(self.dir / "tree"))
        self.assertIn(f"did you mean {xen}?", self.complaint(xen.parent))
        (self.dir / "empty").mkdir()
        self.assertIn("without a built hypervisor",
                      self.complaint(self.dir / "empty"))

    def test_wrong_files(self) -> None:
        for data, words in ((b"MZ\x90", "EFI"),
                            (b"#!/bin/sh\n", "not an ELF file"),
                            (b"", "not an ELF file"),
                            (b"\x7fELF\x02" + XEN[5:], "xen-syms"),
                            (ELF32, "multiboot"),
                            (gzip.compress(b"text"), "not an ELF file"),
                            (gzip.compress(XEN)[:-20], "broken gzip"),
                            (b"\x1f\x8b\x08junk", "broken gzip")):
            with self.subTest(words=words):
                self.assertIn(words, self.complaint(self.write("f", data)))

    def test_nothing_there(self) -> None:
        self.assertIn("none of the words", self.complaint("ful"))
        self.assertNotIn("none of the words",
                         self.complaint(self.dir / "nowhere"))


class Words(WithCache):
    """`full` and `stock` that the cache has, or has not."""

    def put(self, kind: str, release: str, version: str) -> Path:
        """Put a finished hypervisor into the cache."""
        link = hypervisor.link_path(kind, release)
        name = hypervisor.entry_name(kind, version)
        (link.parent / name).mkdir(parents=True)
        link.symlink_to(name)
        (link / "xen").write_bytes(XEN)
        return link.parent / name / "xen"

    def test_found_without_work(self) -> None:
        xen = self.put("full", "bookworm", "4.17.5+72-g0-1")
        found = hypervisor.resolve("full")
        self.assertEqual((found.name, found.version, found.xen),
                         ("full", "4.17.5+72-g0-1", xen))

    def test_release(self) -> None:
        self.put("stock", "bookworm", "4.17-1")
        xen = self.put("stock", "trixie", "4.20-1")
        for found in (hypervisor.resolve("stock@trixie"),
                      hypervisor.resolve("stock", release="trixie")):
            self.assertEqual((found.xen, found.version), (xen, "4.20-1"))

    def test_other_options_are_another_hypervisor(self) -> None:
        self.put("full", "bookworm", "4.17-1")
        self.put("stock", "bookworm", "4.17-1")
        with mock.patch.dict(hypervisor.OPTIONS, full=("ARGO",)):
            self.assertIsNone(hypervisor.cached("full"))
            self.assertIsNotNone(hypervisor.cached("stock"))

    def test_lost_entry_is_not_there(self) -> None:
        self.put("full", "bookworm", "4.17-1").unlink()
        self.assertIsNone(hypervisor.cached("full"))

    def test_bad_release(self) -> None:
        for spec in ("full@", "full@../x", "stock@a b"):
            self.assertIn("not the code name", self.complaint(spec))


if __name__ == "__main__":
    unittest.main()
