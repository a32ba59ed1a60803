# SPDX-License-Identifier: BSD-2-Clause
"""Flattened device trees: read one, change it, write it."""

from __future__ import annotations

import struct
from typing import Dict, Iterable, List, Tuple, Union

_MAGIC = 0xD00DFEED
_VERSION, _COMPATIBLE = 17, 16
_BEGIN_NODE, _END_NODE, _PROP, _NOP, _END = 1, 2, 3, 4, 9
_HEADER = struct.Struct(">10I")

Value = Union[bytes, str, Iterable[int], None]


class FdtError(Exception):
    """The bytes are no device tree."""


class Node:
    """A node: its properties by name, as bytes, and the nodes in it."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.properties: Dict[str, bytes] = {}
        self.children: List[Node] = []

    def set(self, name: str, value: Value) -> None:
        """Set a property: bytes, a string, 32-bit cells, or nothing."""
        if value is None:
            data = b""
        elif isinstance(value, bytes):
            data = value
        elif isinstance(value, str):
            data = value.encode() + b"\0"
        else:
            data = b"".join(struct.pack(">I", cell) for cell in value)
        self.properties[name] = data

    def child(self, name: str) -> Node:
        """Return the node of that name in this one, made if need be."""
        for node in self.children:
            if node.name == name:
                return node
        self.children.append(Node(name))
        return self.children[-1]


def parse(data: bytes) -> Node:
    """Return the root of the tree in a file's bytes; FdtError."""
    try:
        header = _HEADER.unpack_from(data)
        if header[0] != _MAGIC:
            raise FdtError("not a device tree")
        return _Reader(data, header[2], header[3]).root()
    except (struct.error, ValueError, IndexError) as error:
        raise FdtError(f"a broken device tree: {error}") from None


class _Reader:
    """Reads the structure of a tree, token by token."""

    def __init__(self, data: bytes, structure: int, strings: int) -> None:
        self._data = data
        self._at = structure
        self._strings = strings

    def root(self) -> Node:
        above: List[Node] = []
        holder = Node()
        node = holder
        while True:
            kind = self._number()
            if kind == _BEGIN_NODE:
                above.append(node)
                end = self._data.index(b"\0", self._at)
                child = Node(self._data[self._at:end].decode())
                self._at = (end + 4) & ~3
                node.children.append(child)
                node = child
            elif kind == _END_NODE:
                node = above.pop()
            elif kind == _PROP:
                size, name = self._number(), self._strings + self._number()
                text = self._data[name:self._data.index(b"\0", name)].decode()
                node.properties[text] = self._data[self._at:self._at + size]
                self._at = (self._at + size + 3) & ~3
            elif kind == _END:
                return holder.children[0]
            elif kind != _NOP:
                raise ValueError(f"token {kind}")

    def _number(self) -> int:
        value: int = struct.unpack_from(">I", self._data, self._at)[0]
        self._at += 4
        return value


def serialise(root: Node) -> bytes:
    """Return the bytes of a tree.  It reserves no memory."""
    strings: Dict[str, int] = {}
    names = bytearray()

    def offset_of(name: str) -> int:
        if name not in strings:
            strings[name] = len(names)
            names.extend(name.encode() + b"\0")
        return strings[name]

    def padded(data: bytes) -> bytes:
        return data + b"\0" * (-len(data) % 4)

    def tokens(node: Node) -> bytes:
        parts = [struct.pack(">I", _BEGIN_NODE),
                 padded(node.name.encode() + b"\0")]
        for name, value in node.properties.items():
            parts += [struct.pack(">III", _PROP, len(value), offset_of(name)),
                      padded(value)]
        parts += [tokens(child) for child in node.children]
        parts.append(struct.pack(">I", _END_NODE))
        return b"".join(parts)

    structure = tokens(root) + struct.pack(">I", _END)
    reserved = bytes(16)
    at_structure = _HEADER.size + len(reserved)
    at_strings = at_structure + len(structure)
    header = _HEADER.pack(
        _MAGIC, at_strings + len(names), at_structure, at_strings,
        _HEADER.size, _VERSION, _COMPATIBLE, 0, len(names), len(structure))
    return header + reserved + structure + bytes(names)


def cells(number: int, count: int = 2) -> Tuple[int, ...]:
    """Return a number as that many cells, the upper ones first."""
    return tuple(number >> 32 * at & 0xFFFFFFFF
                 for at in reversed(range(count)))
