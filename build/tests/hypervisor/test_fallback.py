# SPDX-License-Identifier: BSD-2-Clause
"""`auto` takes what is to be had, says so, and does not ask all the time."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hypervisors import fallback, hypervisor, provision  # noqa: E402
from touchstone.hypervisors.hypervisor import HypervisorError, Unavailable  # noqa: E402


class Auto(unittest.TestCase):
    """On a trixie whose mirror serves only some of what it lists."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.served: List[str] = []
        self.asked: List[str] = []
        self.said: List[str] = []
        for patch in (mock.patch.dict(os.environ,
                                      XDG_CACHE_HOME=holder.name),
                      mock.patch.object(hypervisor, "host_release",
                                        lambda: "trixie"),
                      mock.patch.object(provision, "provide", self.provide)):
            patch.start()
            self.addCleanup(patch.stop)

    def provide(self, kind: str, release: str, _progress: object,
                _force: bool) -> None:
        word = f"{kind}@{release}"
        self.asked.append(word)
        if word not in self.served:
            raise Unavailable(f"{word}: 404")
        link = hypervisor.link_path(kind, release)
        name = hypervisor.entry_name(kind, "4.0")
        (link.parent / name).mkdir(parents=True, exist_ok=True)
        (link.parent / name / "xen").touch()
        link.symlink_to(name)

    def resolve(self, force: bool = False) -> str:
        self.asked, self.said = [], []
        return str(hypervisor.resolve("auto", self.said.append,
                                      force=force).xen.parent.name)

    def test_full_if_it_is_there(self) -> None:
        self.served = ["full@trixie"]
        self.assertTrue(self.resolve().startswith("full-4.0"))
        self.assertEqual(self.said, [])
        cached = hypervisor.cached("auto")
        assert cached is not None
        self.assertEqual(cached.name, "full")

    def test_full_of_another_release(self) -> None:
        self.served = ["full@bookworm", "stock@trixie"]
        self.assertTrue(self.resolve().startswith("full-4.0"))
        self.assertEqual(self.asked, ["full@trixie", "full@bookworm"])
        self.assertEqual(self.said, ["full is not to be had, trying"
                                     " full@bookworm (full@trixie: 404)"])

    def test_stock_in_the_end_and_not_asked_each_time(self) -> None:
        self.served = ["stock@trixie"]
        self.assertTrue(self.resolve().startswith("stock-4.0"))
        self.assertEqual(len(self.said), 2)
        self.assertTrue(self.resolve().startswith("stock-4.0"))
        self.assertEqual(self.asked, [])
        self.assertIn("using stock", self.said[0])
        self.assertEqual(len(self.said), 1)
        self.assertIsNone(hypervisor.cached("auto"))

    def test_asked_again_after_a_day_or_by_force(self) -> None:
        self.served = ["stock@trixie"]
        self.resolve()
        self.served.append("full@trixie")
        with mock.patch.object(fallback, "_RETRY", -1):
            self.assertTrue(self.resolve().startswith("full-4.0"))
        self.assertTrue(self.resolve().startswith("full-4.0"))
        self.assertEqual(self.said, [])

    def test_nothing_at_all(self) -> None:
        with self.assertRaisesRegex(HypervisorError, "full@trixie: 404"):
            self.resolve()

    def test_named_full_is_full_or_an_error(self) -> None:
        self.served = ["stock@trixie"]
        with self.assertRaises(Unavailable):
            hypervisor.resolve("full")


if __name__ == "__main__":
    unittest.main()
