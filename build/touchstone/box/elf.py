# SPDX-License-Identifier: BSD-2-Clause
"""What a 64-bit ELF file says of itself: the shared libraries it needs, and
the dynamic linker that it names."""

from __future__ import annotations

import struct
from typing import List

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB = 1, 5


def needs(data: bytes) -> List[str]:
    """Return the names of libraries, and the path of the dynamic linker.

    Nothing for what is no 64-bit ELF file.
    """
    if data[:6] != b"\x7fELF\x02\x01":
        return []
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<II6Q", data, table + size * number)
                for number in range(count)]
    found = []
    for kind, _, offset, _, _, length, _, _ in segments:
        if kind == _PT_INTERP:
            found.append(_text(data, offset))
        elif kind == _PT_DYNAMIC:
            found += _libraries(data, segments, offset, length)
    return found


def _libraries(data: bytes, segments: List[tuple], offset: int,
               length: int) -> List[str]:
    entries = list(struct.iter_unpack(
        "<qQ", data[offset:offset + length // 16 * 16]))
    strings = next((value for tag, value in entries if tag == _DT_STRTAB), 0)
    for kind, _, start, address, _, size, _, _ in segments:
        if kind == _PT_LOAD and address <= strings < address + size:
            at = start + strings - address
            return [_text(data, at + value) for tag, value in entries
                    if tag == _DT_NEEDED]
    return []


def _text(data: bytes, at: int) -> str:
    return data[at:data.index(b"\0", at)].decode()
