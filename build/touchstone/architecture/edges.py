# SPDX-License-Identifier: BSD-2-Clause
"""Uses from room to room, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Set, Tuple

from . import rooms
from .objects import Built, Object


class Call(NamedTuple):
    """A reference of one file to a symbol that another one defines."""

    user: str
    symbol: str
    used: str


def _declared(root: Path, headers: Iterable[str]) -> Set[str]:
    """Return all names that headers say outside of comments."""
    names: Set[str] = set()
    for header in headers:
        text = (root / header).read_text()
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        names.update(re.findall(r"[A-Za-z_]\w*", text))
    return names


def _functions(root: Path, header: str) -> Set[str]:
    """Return the functions and variables that a header declares itself."""
    text = re.sub(r"/\*.*?\*/|^\s*#.*?$", " ", (root / header).read_text(),
                  flags=re.S | re.M)
    text = re.sub(r"\{[^{}]*\}", " ", text)
    return set(re.findall(r"([A-Za-z_]\w*)\s*(?:\((?!\*)|\[\w*\];|;)", text))


def border(root: Path) -> List[str]:
    """Return framework.h, and the headers that it includes by itself."""
    found = [rooms.FRAMEWORK]
    text = (root / rooms.FRAMEWORK).read_text()
    for name in re.findall(r"^\s*#\s*include <(.*)>", text, re.M):
        found += [path.relative_to(root).as_posix() for path in
                  [root / "include" / name,
                   *sorted(root.glob(f"arch/*/include/{name}"))]
                  if path.is_file()]
    return found


def calls(built: Built) -> Iterator[Call]:
    """Yield the calls from file to file, and to "" what nobody defines."""
    runtime: Dict[str, List[str]] = {}
    of_test: Dict[Tuple[str, str], str] = {}
    for obj in built.objects:
        for symbol in obj.defines:
            if rooms.room_of(obj.source) == rooms.TESTS:
                of_test[_test(obj), symbol] = obj.source
            else:
                runtime.setdefault(symbol, []).append(obj.source)
    for obj in built.objects:
        for symbol in sorted(obj.refers - built.linker):
            if rooms.room_of(obj.source) == rooms.TESTS:
                if (_test(obj), symbol) in of_test:
                    continue
            elif any(obj.path.split("/")[0] == "arch" == used.split("/")[0]
                     for used in runtime.get(symbol, ())):
                # One kind of guest's, and another's of the same name.
                continue
            used = runtime.get(symbol, [""])[0]
            if used != obj.source:
                yield Call(obj.source, symbol, used)


def _test(obj: Object) -> str:
    return obj.path.split("/")[1]


def room_edges(all_built: Iterable[Built]) -> Dict[Tuple[str, str], Set[str]]:
    """Return the symbols by which each room uses each other one."""
    found: Dict[Tuple[str, str], Set[str]] = {}
    for built in all_built:
        for call in calls(built):
            if not call.used:
                continue
            pair = rooms.room_of(call.user), rooms.room_of(call.used)
            if pair[0] != pair[1]:
                found.setdefault(pair, set()).add(call.symbol)
    return found


def _wrong_calls(root: Path, built: Built) -> Iterator[str]:
    interface = _declared(root, [rooms.TEST_INTERFACE])
    entries = _functions(root, rooms.FRAMEWORK)
    hooks = _declared(root, border(root))
    for call in calls(built):
        user = rooms.room_of(call.user)
        if not call.used and user == rooms.TESTS:
            yield (f"{call.user} refers to {call.symbol}, which neither its"
                   " test nor a room defines")
        if not call.used and user != rooms.TESTS:
            if call.symbol not in interface:
                yield (f"{call.user} refers to {call.symbol}, which no room"
                       f" defines and {rooms.TEST_INTERFACE} does not ask a"
                       " test for")
        if not call.used:
            continue
        used = rooms.room_of(call.used)
        if not rooms.allowed(user, used):
            if not (user == rooms.ARCH and call.symbol in entries):
                yield (f"{call.user} calls {call.symbol} of {call.used}:"
                       f" {user} must not use {used}")
        elif (used == rooms.ARCH and user != rooms.TESTS
              and call.symbol not in hooks):
            yield (f"{call.user} calls {call.symbol} of {call.used}, and"
                   f" {rooms.FRAMEWORK} does not name it as a hook")


def _missing_hooks(root: Path, built: Built) -> Iterator[str]:
    """Yield the hooks that the architecture does not provide."""
    provided: Set[str] = set()
    for obj in built.objects:
        if rooms.room_of(obj.source) in (rooms.ARCH, rooms.MAIN):
            provided |= obj.defines
    names = {name for name in _functions(root, rooms.FRAMEWORK)
             if name.startswith("arch_")}
    for name in sorted(names - provided):
        yield (f"{rooms.FRAMEWORK} declares {name}, which arch/ does not"
               f" define for {built.environment}")


def _includer(root: Path, obj: Object, header: str) -> str:
    """Return the file by which an object came to include a header."""
    name = header.split("include/")[-1] if "include/" in header else header
    pattern = re.compile(r'^\s*#\s*include\s+[<"](?:.*/)?'
                         + re.escape(name.rsplit("/", 1)[-1]) + r'[>"]', re.M)
    exact = re.compile(r"^\s*#\s*include\s+<" + re.escape(name) + ">", re.M)
    for regex in (exact, pattern):
        for path in [obj.source, *obj.includes]:
            if path != header and regex.search((root / path).read_text()):
                return path
    return obj.source


def _wrong_includes(root: Path, built: Built) -> Iterator[str]:
    for obj in built.objects:
        user = rooms.room_of(obj.source)
        for header in obj.includes:
            used = rooms.room_of(header)
            if used == rooms.TESTS and header != "include/xtf.h":
                # A test's own header is for this test alone.
                if user == used and header.split("/")[1] == _test(obj):
                    continue
            elif rooms.allowed(user, used) or (
                    user == rooms.MAIN and header == "include/xtf.h"):
                continue
            via = _includer(root, obj, header)
            by = "" if via == obj.source else f" through {via}"
            what = (f"{user} must not use {used}" if user != used else
                    "a test must not use another one's files")
            yield f"{obj.source} includes {header}{by}: {what}"


def wrong(root: Path, all_built: Iterable[Built]) -> List[str]:
    """Return what is against the direction, a sentence each."""
    found: Dict[str, None] = {}
    for built in all_built:
        for sentences in (_wrong_calls(root, built),
                          _missing_hooks(root, built),
                          _wrong_includes(root, built)):
            found.update(dict.fromkeys(sentences))
    return list(found)
