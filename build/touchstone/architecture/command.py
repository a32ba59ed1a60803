# SPDX-License-Identifier: BSD-2-Clause
"""The command build/architecture: check the direction, draw the picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional, Sequence

from ..base.verdict import RunnerError
from . import edges, objects, picture, rooms

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = "docs/architecture.md"


def _parse(argv: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build/architecture", description="Draw the picture of"
        f" {_PAGE} from the objects that `make` built, and tell what is"
        " against the direction of calls and includes.")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; fail if the picture is out of"
                        " date")
    parser.add_argument("--out", type=Path, default=_ROOT / "out",
                        metavar="DIR", help="where the objects are (out)")
    parser.add_argument("--uses", metavar="ROOM:ROOM", help="print the"
                        " symbols by which one room uses another")
    return parser.parse_args(argv)


def _draw(page: Path, text: str, check: bool) -> List[str]:
    """Write the picture, or tell what is wrong with the one there is."""
    old = page.read_text("utf-8")
    try:
        new = picture.replace(old, text)
    except ValueError as error:
        return [f"{_PAGE}: {error}"]
    missing = [f"{_PAGE} does not say what lives in {room}"
               for room in rooms.ORDER if f"| `{room}" not in old
               and f"/{room}/`" not in old and f"/{room}.c`" not in old]
    if check and new != old:
        missing.append(f"{_PAGE} is out of date: run build/architecture")
    elif new != old:
        page.write_text(new, "utf-8")
    return missing


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; return its exit status."""
    args = _parse(argv)
    try:
        built = objects.read(_ROOT, args.out)
        found = edges.room_edges(built)
        if args.uses:
            user, _, used = args.uses.partition(":")
            print("\n".join(sorted(found.get((user, used), ()))))
            return 0
        wrong = edges.wrong(_ROOT, built)
        wrong += _draw(_ROOT / _PAGE, picture.render(found), args.check)
    except (RunnerError, rooms.UnknownRoom) as error:
        print(f"build/architecture: {error}", file=sys.stderr)
        return 2
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0
