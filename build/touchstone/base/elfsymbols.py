# SPDX-License-Identifier: BSD-2-Clause
"""Symbols of a 64-bit little-endian ELF file, such as xen-syms, and its bytes.

Only what is asked for is read: xen-syms has 25 MB of debug information.
"""

import struct
from pathlib import Path
from typing import (
    BinaryIO, Dict, Iterator, List, NamedTuple, Sequence, Tuple)

_SHT_SYMTAB = 2
_STT_FUNC = 2
_STT_FILE = 4
_PT_LOAD = 1


class ElfError(Exception):
    """The file is no 64-bit ELF file with symbols; the text says why."""


class Symbol(NamedTuple):
    """A symbol's address, its size in bytes, and what is there in the file.

    `content` is empty for what the file holds no bytes of, such as .bss.
    """

    address: int
    size: int
    content: bytes


def find(path: Path, names: Sequence[str]) -> Dict[str, Symbol]:
    """Return those of the named symbols that a file has.

    Of several symbols of one name, none counts.  Raises ElfError.
    """
    try:
        with open(path, "rb") as file:
            return _find(file, set(names))
    except (OSError, struct.error, ValueError) as error:
        raise ElfError(f"{path}: {error}") from None


def ranges_of(path: Path, sources: Sequence[str]
              ) -> Dict[str, List[Tuple[int, int]]]:
    """Return where the code of source files is: (first, beyond the last).

    A source file is called as its symbol of type FILE says.  There is a range
    for each section that has a static function of the file; others of its
    functions are in between.  Raises ElfError.
    """
    try:
        with open(path, "rb") as file:
            return _ranges_of(file, set(sources))
    except (OSError, struct.error, ValueError) as error:
        raise ElfError(f"{path}: {error}") from None


def _ranges_of(file: BinaryIO, sources: set
               ) -> Dict[str, List[Tuple[int, int]]]:
    _, table = _tables(file)
    found: Dict[str, Dict[int, Tuple[int, int]]] = {}
    for section in table:
        if section[1] != _SHT_SYMTAB:
            continue
        source = ""
        for name, kind, where, value, size in _symbols(file, table, section):
            if kind == _STT_FILE:
                source = name
            elif kind == _STT_FUNC and source in sources and size:
                parts = found.setdefault(source, {})
                first, last = parts.get(where, (value, value))
                parts[where] = (min(first, value), max(last, value + size))
    return {source: sorted(parts.values()) for source, parts in found.items()}


def _tables(file: BinaryIO) -> Tuple[List[tuple], List[tuple]]:
    """Return the tables of segments and of sections."""
    header = file.read(64)
    if header[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a 64-bit ELF file")
    segments, sections = struct.unpack_from("<QQ", header, 32)
    segment_size, segment_count, section_size, section_count = \
        struct.unpack_from("<4H", header, 54)
    return (_table(file, "<II6Q", segments, segment_size, segment_count),
            _table(file, "<II4QII2Q", sections, section_size, section_count))


def _symbols(file: BinaryIO, table: Sequence[tuple], section: tuple
             ) -> Iterator[Tuple[str, int, int, int, int]]:
    """Yield (name, type, section, address, size) of a table of symbols."""
    strings = _read(file, *table[section[6]][4:6])
    for name, info, _, where, value, size in struct.iter_unpack(
            "<IBBHQQ", _read(file, section[4], section[5])):
        yield (strings[name:strings.index(b"\0", name)].decode("latin-1"),
               info & 15, where, value, size)


def _find(file: BinaryIO, names: set) -> Dict[str, Symbol]:
    segments, table = _tables(file)
    loads = [fields for fields in segments if fields[0] == _PT_LOAD]
    found: Dict[str, List[Tuple[int, int]]] = {}
    for section in table:
        if section[1] != _SHT_SYMTAB:
            continue
        for name, _, _, value, size in _symbols(file, table, section):
            if name in names:
                found.setdefault(name, []).append((value, size))
    return {name: Symbol(*places[0], _content(file, loads, *places[0]))
            for name, places in found.items() if len(set(places)) == 1}


def _table(file: BinaryIO, form: str, offset: int, size: int,
           count: int) -> List[tuple]:
    data = _read(file, offset, size * count)
    return [struct.unpack_from(form, data, at)
            for at in range(0, size * count, size)]


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _content(file: BinaryIO, loads: Sequence[tuple], address: int,
             size: int) -> bytes:
    for _, _, offset, start, _, length, _, _ in loads:
        if start <= address and address + size <= start + length:
            return _read(file, offset + address - start, size)
    return b""
