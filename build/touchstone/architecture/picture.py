# SPDX-License-Identifier: BSD-2-Clause
"""docs/architecture.md's picture: the rooms, and the uses between them."""

from __future__ import annotations

from typing import Collection, List, Set, Tuple

from . import rooms

BEGIN = "<!-- build/architecture: begin -->"
END = "<!-- build/architecture: end -->"

Edge = Tuple[str, str]


def _label(room: str) -> str:
    return {rooms.TESTS: "tests/*", rooms.MAIN: "common/main.c",
            rooms.ARCH: "arch/*"}.get(room, f"common/{room}")


def _reach(edges: Collection[Edge], start: str, without: Edge) -> Set[str]:
    """Return the rooms that are reached from one, not by one edge."""
    seen: Set[str] = set()
    todo = [start]
    while todo:
        room = todo.pop()
        for edge in edges:
            if edge[0] == room and edge != without and edge[1] not in seen:
                seen.add(edge[1])
                todo.append(edge[1])
    return seen


def direct(edges: Collection[Edge]) -> List[Edge]:
    """Return the edges that no way over other rooms stands for."""
    return sorted((edge for edge in edges
                   if edge[1] not in _reach(edges, edge[0], edge)),
                  key=lambda edge: tuple(map(rooms.ORDER.index, edge)))


def render(edges: Collection[Edge]) -> str:
    """Return the picture, and a table of all uses, as Markdown."""
    shown = [room for room in rooms.ORDER if room != rooms.INCLUDE]
    down = [edge for edge in edges if rooms.allowed(*edge)]
    up = sorted(set(edges) - set(down))
    lines = [BEGIN, "```mermaid", "flowchart TD"]
    lines += [f'    {room}["{_label(room)}"]' for room in shown]
    lines += [f"    {user} --> {used}" for user, used in direct(down)]
    lines += [f"    {user} -. entry .-> {used}" for user, used in up]
    lines += ["```", "", "Drawn by `build/architecture` from the symbols of"
              " the objects. An arrow that follows from others is left out of"
              " the drawing; all", "uses are in the table, a row for the room"
              " that uses, `entry` for what `include/xtf/framework.h` declares"
              " and `arch/` calls.", ""]
    head = [room for room in shown if room != rooms.TESTS]
    lines.append("| | " + " | ".join(head) + " |")
    lines.append("| --- |" + " --- |" * len(head))
    for room in shown:
        cells = ["entry" if (room, used) in up
                 else "x" if (room, used) in down else "" for used in head]
        lines.append(f"| {room} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, END])


def replace(page: str, picture: str) -> str:
    """Return a page with the picture between its two markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return before + picture + after
