# SPDX-License-Identifier: BSD-2-Clause
"""Source entries derived from a user's: both forms, any release, trust."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.hypervisors.aptsources import derive, read_entries  # noqa: E402

LIST = """\
# a comment
deb http://mirror.example/debian bookworm main contrib # trailing words
deb [arch=all signed-by=/k.gpg] http://u:p@m.example/s bookworm-security main
deb-src http://mirror.example/debian bookworm main

deb http://mirror.example/debian bookworm-backports main
deb https://vendor.example/linux bookworm stable
deb cdrom:[disc]/ bookworm main
"""

SOURCES = """\
# first
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main non-free
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEZ
# between
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main


Types: deb deb-src
URIs: https://vendor.example
Suites: nodistro
Components: main
"""


def derived(text, one_line, kind="deb-src", release="bookworm"):
    """Return all that is derived from a sources file of a bookworm host."""
    found = [derive(entry, kind, "bookworm", release)
             for entry in read_entries(text, one_line)]
    return [text for text in found if text is not None]


class OneLine(unittest.TestCase):
    """The .list form."""

    def test_kept_and_left_out(self) -> None:
        self.assertEqual(derived(LIST, True), [
            "deb-src [target=Sources] http://mirror.example/debian bookworm"
            " main contrib",
            "deb-src [arch=all signed-by=/k.gpg target=Sources]"
            " http://u:p@m.example/s bookworm-security main",
            "deb-src [target=Sources] http://mirror.example/debian bookworm"
            " main",
        ])

    def test_other_release(self) -> None:
        self.assertEqual(derived(LIST, True, "deb", "trixie")[1],
                         "deb [arch=all signed-by=/k.gpg target=Packages]"
                         " http://u:p@m.example/s trixie-security main")

    def test_garbage_is_left_out(self) -> None:
        self.assertEqual(derived("deb\nrpm http://x bookworm main\n", True),
                         [])


class Deb822(unittest.TestCase):
    """The .sources form."""

    def test_only_types_suites_and_targets_change(self) -> None:
        stanzas = derived(SOURCES, False, "deb-src", "trixie")
        self.assertEqual(stanzas, [
            "Types: deb-src\n"
            "URIs: http://mirror.example/debian\n"
            "Suites: trixie trixie-updates\n"
            "Components: main non-free\n"
            "Signed-By: \n"
            " -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
            " .\n"
            " mDMEZ\n"
            " -----END PGP PUBLIC KEY BLOCK-----\n"
            "Targets: Sources"])

    def test_field_names_in_any_case(self) -> None:
        text = "types: deb\nuris: http://x\nsuites: bookworm\n" \
            "components: main\ntargets: Contents-deb\n"
        self.assertEqual(derived(text, False, "deb"), [
            "types: deb\nuris: http://x\nsuites: bookworm\n"
            "components: main\ntargets: Packages"])


if __name__ == "__main__":
    unittest.main()
