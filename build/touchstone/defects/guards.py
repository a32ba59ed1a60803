# SPDX-License-Identifier: BSD-2-Clause
"""Puts many defects into one source text, each behind a number.

A change of whole statements becomes `if ( ... ) { new } else { old }`, one of
an expression `... ? (new) : (old)`.  What is neither, overlaps another one, or
does not compile that way needs a hypervisor of its own.
"""

from __future__ import annotations

import re
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

from ..hosts.savedstate import NUMBER_MARK
from .rules import Defect, Edit

# What a file with guarded changes begins with, and where the number is.  The
# machine's saved state is looked through for the mark, so that another number
# does not need another boot; a machine that boots takes a command line's word.
DECLARATION = """\
#ifndef touchstone_defect
extern struct touchstone { char mark[28]; unsigned int number; } touchstone;
#define touchstone_defect touchstone.number
#endif
"""
HOME = "common/kernel.c"
DEFINITION = f"""
#include <xen/lib.h>
#include <xen/param.h>
{DECLARATION}struct touchstone touchstone = {{ "{NUMBER_MARK.decode()}", 0 }};
static int __init cf_check parse_touchstone(const char *s)
{{
    touchstone_defect = simple_strtoul(s, NULL, 0);
    return 0;
}}
custom_param("touchstone-defect", parse_touchstone);
"""

OVERLAP = "overlaps another one"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONDITION = re.compile(r"(?:else )?if \( ?(?=\S)")


class Guarded(NamedTuple):
    """A text with changes behind numbers, and the lines of each change."""

    text: str
    lines: List[Tuple[int, int, str]]   # first and last line, defect's name


def guard(old: str, new: str, before: str, number: int) -> Optional[str]:
    """Return `old` with `new` in its place for one number; None if it is
    neither whole statements nor an expression.

    `before` is the text in front of it.
    """
    head = old[:len(old) - len(old.lstrip())]
    tail = old[len(old.rstrip()):]
    old, new = old.strip(), new.strip()
    condition = f"touchstone_defect == {number}"
    if re.match(r"(case\b|default\b|\w+:[^:])", old):
        return None
    if _begins_statement(before) and re.search(r"[;}]$", old) \
            and _balanced(old) and _balanced(new):
        if new and not re.search(r"[;}]$", new):
            return None
        return (f"{head}{{ if ( {condition} ) {{ {new} }}"
                f" else {{ {old} }} }}{tail}")
    one, other = _CONDITION.match(old), _CONDITION.match(new)
    if one and other and one[0].strip() == other[0].strip() \
            and old.endswith(")") and new.endswith(")"):
        inner = guard(old[one.end():-1], new[other.end():-1], "(", number)
        return None if inner is None \
            else f"{head}{one[0]}{inner}{old[-1]}{tail}"
    if all(map(_expression, (old, new))):
        return f"{head}({condition} ? ({new}) : ({old})){tail}"
    return None


def _expression(text: str) -> bool:
    return bool(text) and _balanced(text) and not re.search(
        r"[;{}]|(?<![=!<>])=(?!=)|^([|*/+<>?:,)]|&&)|[&|*/+<>?:,(]$"
        r"|^(if|else|for|while|goto|return)\b", text)


def _begins_statement(before: str) -> bool:
    """Tell whether a statement may begin behind some text."""
    # Comments alone: an apostrophe in one is no character constant.
    code = _COMMENT.sub("", before[-2000:]).rstrip()
    return bool(re.search(r"([;{})]|\belse|\bdo|\bcase [^:?]*:|\bdefault:"
                          r"|^ ?\w+:)$", code, re.M)) \
        and not re.search(r"[=,?&|(]\s*\([^()]*\)$", code)


def _balanced(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", "",
                            _COMMENT.sub("", text)):
        depth += (character in "({[") - (character in ")}]")
        if depth < 0:
            return False
    return depth == 0


def merge(text: str, defects: Iterable[Tuple[int, Defect]],
          refused: Dict[str, str]) -> Guarded:
    """Return a source text with defects of its file behind their numbers.

    Those that cannot be are put into `refused`, with the reason.
    """
    taken: List[Tuple[Edit, str, str]] = []
    for number, defect in defects:
        edits = defect.edits(text)
        guards = [guard(text[edit.start:edit.end], edit.text,
                        text[:edit.start], number) for edit in edits]
        if None in guards:
            refused[defect.name] = "neither statements nor an expression"
        elif any(edit.start < other.end and other.start < edit.end
                 for edit in edits for other, _, _ in taken):
            refused[defect.name] = OVERLAP
        else:
            taken += [(edit, guarded or "", defect.name)
                      for edit, guarded in zip(edits, guards)]
    parts, lines, at = [DECLARATION], [], 0
    line = 1 + DECLARATION.count("\n")
    for edit, guarded, name in sorted(taken):
        parts += [text[at:edit.start], guarded]
        line += text.count("\n", at, edit.start)
        first = line
        line += guarded.count("\n")
        lines.append((first, line, name))
        at = edit.end
    return Guarded("".join([*parts, text[at:]]), lines)
