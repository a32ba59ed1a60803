# SPDX-License-Identifier: BSD-2-Clause
"""A defect to make others from."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.defects.rules import Defect  # noqa: E402


def defect(**keys: object) -> Defect:
    """Return a defect of common/a.c with some keys changed.

    It turns the only 1 of the function f into a 2.
    """
    values = {"name": "d", "subject": "s", "what": "w", "kind": "k",
              "file": "common/a.c", "function": "f", "within": "",
              "find": "1", "replace": "2", "tests": ("*",),
              "environments": (), "releases": ()}
    return Defect(**{**values, **keys})
