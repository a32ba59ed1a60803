# SPDX-License-Identifier: BSD-2-Clause
"""`make check`: what counts as a failure, and what is only said."""

import contextlib
import importlib.machinery
import importlib.util
import io
import unittest
from pathlib import Path
from typing import Dict, List, Tuple
from unittest import mock

CHECK = Path(__file__).resolve().parents[2] / "check"


def load() -> object:
    """Return build/check as a module."""
    loader = importlib.machinery.SourceFileLoader("build_check", str(CHECK))
    spec = importlib.util.spec_from_loader("build_check", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class Suites(unittest.TestCase):
    """The suite on several hypervisors, some of which are not to be had."""

    def call(self, statuses: Dict[str, int],
             bad: str = "") -> Tuple[int, List[str], str]:
        """Return the exit status, the words that ran, and the output."""
        check = load()
        ran: List[str] = []

        def run(title: str, command: List[str], _show: bool) -> bool:
            if "--xen" not in command:
                return True
            ran.append(command[command.index("--xen") + 1])
            return ran[-1] != bad

        out = io.StringIO()
        with mock.patch.object(check, "run", run), \
                mock.patch.object(check, "provide", lambda word: (
                    statuses.get(word, 0), f"{word}: 404")), \
                mock.patch.object(check.hypervisor, "host_release",
                                  lambda: "bookworm"), \
                contextlib.redirect_stdout(out):
            status = check.main()
        return status, ran, out.getvalue()

    def test_both_releases(self) -> None:
        self.assertEqual(self.call({})[:2], (0, ["full", "full@trixie"]))

    def test_failure(self) -> None:
        status, _, text = self.call({}, "full@trixie")
        self.assertEqual(status, 1)
        self.assertIn("FAILED: the suite on full@trixie\n", text)

    def test_one_not_to_be_had_is_said(self) -> None:
        status, ran, text = self.call({"full@trixie": 4})
        self.assertEqual((status, ran), (0, ["full"]))
        self.assertIn("untested: the suite on full@trixie: full@trixie: 404\n",
                      text)

    def test_stock_if_there_is_no_full(self) -> None:
        status, ran, text = self.call({"full": 4, "full@trixie": 4})
        self.assertEqual((status, ran), (0, ["stock"]))
        self.assertEqual(text.count("untested:"), 2)

    def test_nothing_at_all_is_a_failure(self) -> None:
        self.assertEqual(self.call({"full": 4, "full@trixie": 4,
                                    "stock": 4})[0], 1)

    def test_other_errors_are_failures(self) -> None:
        self.assertEqual(self.call({"full@trixie": 1})[0], 1)


if __name__ == "__main__":
    unittest.main()
