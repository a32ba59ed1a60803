# SPDX-License-Identifier: BSD-2-Clause
"""What an image says of itself: the titles of its cases.

They are in its section .cases, an array of struct xtf_case (include/xtf/
case.h): pointers to a title and a file, then a line and a stage.  The guest
runs its cases sorted by stage, file, line and title.
"""

import re
import struct
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

# Of struct xtf_case, by the width of its pointers: what is at its beginning,
# and its size.
_LAYOUTS = {8: ("<QQII", 48), 4: ("<IIII", 28)}

_SHT_NOBITS = 8

# An image for arm64 is the bytes of memory from its first address on.  Behind
# the header of the format, it says where that is and where its cases are.
_IMAGE_MAGIC, _IMAGE_MAGIC_AT = b"ARM\x64", 0x38
_DESCRIPTION, _DESCRIPTION_AT = b"Touchstn", 0x40

# What may be in a word of a guest's command line on all ways there; a comma
# ends a module's name for QEMU.
_UNSAFE = re.compile(r"[^\w:*?()./<>=+-]", re.ASCII)


class _Section(NamedTuple):
    name: str
    kind: int
    address: int
    offset: int
    size: int


class _Elf:
    """A little-endian ELF file; struct.error or ValueError if it is broken."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"\x7fELF" or data[5] != 1:
            raise ValueError("not an ELF file")
        self.data = data
        self.sections = list(self._sections(data[4] == 2))

    def _sections(self, wide: bool) -> Iterator[_Section]:
        table = struct.unpack_from("<Q" if wide else "<I", self.data,
                                   40 if wide else 32)[0]
        size, count, names = struct.unpack_from("<HHH", self.data,
                                                58 if wide else 46)
        headers = []
        for at in range(table, table + size * count, size):
            fields = struct.unpack_from("<II4Q" if wide else "<6I",
                                        self.data, at)
            headers.append((fields[0], fields[1], *fields[3:]))
        for name, kind, address, offset, length in headers:
            yield _Section(self._text(headers[names][3] + name), kind,
                           address, offset, length)

    def _text(self, offset: int) -> str:
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def text_at(self, address: int) -> str:
        """Return the string at an address of the loaded image."""
        for section in self.sections:
            if (section.kind != _SHT_NOBITS and section.address
                    and 0 <= address - section.address < section.size):
                return self._text(section.offset + address - section.address)
        raise ValueError(f"nothing is at {address:#x}")


class _Memory:
    """An image for arm64, as if it were an ELF file with one section."""

    def __init__(self, data: bytes) -> None:
        if data[_DESCRIPTION_AT:][:len(_DESCRIPTION)] != _DESCRIPTION:
            raise ValueError("not an image of this project")
        self._data = data
        self._base, first, end = struct.unpack_from(
            "<QQQ", data, _DESCRIPTION_AT + len(_DESCRIPTION))
        self.sections = [_Section(".cases", 0, first, first - self._base,
                                  end - first)]

    def text_at(self, address: int) -> str:
        """Return the string at an address of the loaded image."""
        offset = address - self._base
        if not 0 <= offset < len(self._data):
            raise ValueError(f"nothing is at {address:#x}")
        return self._data[offset:self._data.index(b"\0", offset)].decode()


def _is_memory(data: bytes) -> bool:
    return data[_IMAGE_MAGIC_AT:][:len(_IMAGE_MAGIC)] == _IMAGE_MAGIC


def _read(data: bytes, width: int) -> List[str]:
    elf = _Memory(data) if _is_memory(data) else _Elf(data)
    form, size = _LAYOUTS[width]
    cases: List[Tuple[int, str, int, str]] = []
    for section in elf.sections:
        if section.name != ".cases":
            continue
        if section.size % size:
            raise ValueError("section .cases is of another layout")
        for at in range(section.offset, section.offset + section.size, size):
            title, file, line, stage = struct.unpack_from(form, data, at)
            cases.append((stage, elf.text_at(file), line, elf.text_at(title)))
    return [case[-1] for case in sorted(
        cases, key=lambda case: (case[0], case[1].encode(), case[2],
                                 case[3].encode()))]


def titles(path: Path, env: str) -> List[str]:
    """Return the titles of an image's cases, in the order of source.

    Empty for an image without cases, and for one of other origin.
    """
    try:
        return _read(path.read_bytes(), 8 if "64" in env else 4)
    except (OSError, struct.error, ValueError, IndexError):
        return []


def ambiguous(names: Sequence[str]) -> Optional[Tuple[str, str]]:
    """Return two titles that a line `<title>: <reason>` cannot tell apart.

    One is the other's beginning up to ": ", or both are the same.
    """
    known = set()
    for name in names:
        if name in known:
            return name, name
        known.add(name)
    for name in names:
        at = name.find(": ")
        while at >= 0:
            if name[:at] in known:
                return name[:at], name
            at = name.find(": ", at + 1)
    return None


def matches(pattern: str, title: str) -> bool:
    """Tell whether a title matches, as the guest does: * and ? are special."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, title, re.DOTALL) is not None


def chosen(patterns: Sequence[str], names: Sequence[str]) -> List[str]:
    """Return the titles that match one of the patterns; all without any."""
    return [name for name in names if not patterns
            or any(matches(pattern, name) for pattern in patterns)]


def word(pattern: str) -> str:
    """Return the word that has a guest run the cases of a pattern.

    What a command line cannot carry becomes a ?, which stands for anything.
    """
    return "case=" + _UNSAFE.sub("?", pattern)
