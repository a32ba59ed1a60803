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

# Functions begin at such addresses.
_ALIGNMENT = 64


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


def ranges_of(path: Path, sources: Sequence[str]) -> List[Tuple[int, int]]:
    """Return where the code of source files is: (first, beyond the last).

    A source file is called as its symbol of type FILE says; all that the
    compiler made of a file with one of its static functions counts.  Nothing
    is found without .debug_aranges.  Raises ElfError.
    """
    try:
        with open(path, "rb") as file:
            return _ranges_of(file, set(sources))
    except (OSError, struct.error, ValueError) as error:
        raise ElfError(f"{path}: {error}") from None


def _ranges_of(file: BinaryIO, sources: set) -> List[Tuple[int, int]]:
    _, table = _tables(file)
    functions = set()
    for section in table:
        if section[1] != _SHT_SYMTAB:
            continue
        source = ""
        for name, kind, _, value, _ in _symbols(file, table, section):
            if kind == _STT_FILE:
                source = name
            elif kind == _STT_FUNC and source in sources:
                functions.add(value)
    names = _read(file, *table[_names_section(file)][4:6])
    found: List[Tuple[int, int]] = []
    for section in table:
        name = names[section[0]:names.index(b"\0", section[0])]
        if name == b".debug_aranges":
            for unit in _aranges(_read(file, section[4], section[5])):
                if any(first in functions for first, _ in unit):
                    found += unit
    return _joined(found)


def _names_section(file: BinaryIO) -> int:
    return struct.unpack("<H", _read(file, 62, 2))[0]


def _aranges(data: bytes) -> Iterator[List[Tuple[int, int]]]:
    """Yield the ranges of each unit of .debug_aranges, in 32-bit DWARF."""
    at = 0
    while at < len(data):
        length, _, _, size, _ = struct.unpack_from("<IHIBB", data, at)
        if size != 8:
            raise ValueError("no ranges of 64-bit addresses")
        end = at + 4 + length
        # The header has 12 bytes; pairs are aligned to their size.
        pairs = struct.iter_unpack("<QQ", data[at + 16:end])
        yield [(first, first + length) for first, length in pairs if length]
        at = end


def _joined(ranges: Sequence[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Return ranges in order; those that touch, or nearly so, as one."""
    joined: List[Tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first - joined[-1][1] < _ALIGNMENT:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


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
