# SPDX-License-Identifier: BSD-2-Clause
"""The rooms, from the one that uses all others to the one that uses none.

docs/architecture.md says what lives in each.
"""

from __future__ import annotations

TESTS = "tests"
MAIN = "main"
ARCH = "arch"
INCLUDE = "include"

# Each may use itself and those after it.
ORDER = (TESTS, MAIN, "peers", "harness", "drivers", "mm", "core", ARCH,
         "lib", INCLUDE)

# The border between arch and common: include/xtf/framework.h names each hook
# that an architecture provides, and what it calls in turn.
FRAMEWORK = "include/xtf/framework.h"

# What the framework takes from the test: its title, its main function.
TEST_INTERFACE = "include/xtf/test.h"


class UnknownRoom(Exception):
    """A file is in no room; the text says so."""


def room_of(path: str) -> str:
    """Return the room of a source file, a header or an object by its path.

    The path is relative to the tree; that of an object, to its environment.
    """
    parts = path.split("/")
    if parts[0] == "tests" and len(parts) > 2:
        return TESTS
    if parts[0] == "common" and len(parts) == 2 and parts[1][:5] == "main.":
        return MAIN
    if parts[0] == "common" and len(parts) == 3 and parts[1] in ORDER:
        return parts[1]
    if parts[0] == "arch" and len(parts) > 2:
        return INCLUDE if parts[2] == "include" else ARCH
    if parts[:2] == ["include", "xtf"] and len(parts) == 4:
        if parts[2] in ORDER:
            return parts[2]
    elif path == "include/xtf.h":
        return TESTS
    elif parts[0] == "include":
        return INCLUDE
    raise UnknownRoom(f"{path} is in no room: see docs/architecture.md")


def allowed(user: str, used: str) -> bool:
    """Tell whether files of one room may use what is in another."""
    return ORDER.index(user) <= ORDER.index(used)
