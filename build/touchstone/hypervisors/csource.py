# SPDX-License-Identifier: BSD-2-Clause
"""Where the functions of a C file are, for files in the style of Xen.

No parser: a function's body is what stands between a brace in the first
column and the next closing one there, and that is how Xen is written.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple

_NOT_CODE = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)
_BODY = re.compile(r"^\{.*?^\}", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"(\w+)\s*\(")
_ATTRIBUTES = frozenset(("__attribute__", "__section", "__aligned"))


class Function(NamedTuple):
    """A function's definition: offsets in the text, lines counted from 1.

    The span [start, end) runs from the first line of its head to the brace
    that closes it.
    """

    name: str
    start: int
    end: int
    first_line: int
    last_line: int


def functions(text: str) -> List[Function]:
    """Return the functions that a C file defines, in their order.

    One that is defined twice, under different #if, appears twice.
    """
    # Same length, same lines, but nothing that only looks like code.
    bare = _NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    found: List[Function] = []
    at = 0
    for body in _BODY.finditer(bare):
        head = bare[at:body.start()]
        # What ends with a semicolon is another declaration.
        start = at + head.rfind(";") + 1
        head = bare[start:body.start()]
        start += len(head) - len(head.lstrip())
        at = body.end()
        names = [name for name in _NAME.findall(head)
                 if name not in _ATTRIBUTES]
        if names and "=" not in head and head.rstrip().endswith(")"):
            found.append(Function(names[0], start, body.end(),
                                  text.count("\n", 0, start) + 1,
                                  text.count("\n", 0, body.end()) + 1))
    return found
