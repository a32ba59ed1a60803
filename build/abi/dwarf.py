"""Types of a C compile unit, with their layouts, from DWARF.

Reads the text that ``readelf --debug-dump=info`` prints (binutils is needed
for building anyway), so nothing here depends on the DWARF encoding.

SPDX-License-Identifier: BSD-2-Clause
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ENTRY = re.compile(
    r" <(\d+)><([0-9a-f]+)>: Abbrev Number: \d+ \(DW_TAG_(\w+)\)")
_ATTRIBUTE = re.compile(r"    <[0-9a-f]+>   DW_AT_(\w+)\s*: (.*)")
_INDIRECT = re.compile(
    r"\((?:alt )?indirect (?:line )?string, offset: [0-9a-fx]+\): ")

_KINDS = {"structure_type": "struct", "union_type": "union",
          "enumeration_type": "enum"}
_TRANSPARENT = ("typedef", "const_type", "volatile_type", "restrict_type")
# DW_ATE_* codes of integers.
_SIGNEDNESS = {5: "signed", 6: "signed", 7: "unsigned", 8: "unsigned"}


@dataclass(frozen=True)
class Extent:
    """Where a field is in its aggregate; ``sign`` is "" for no integer."""

    offset: int
    size: int
    sign: str


@dataclass
class Layout:
    """One named type: its size in bytes, and its fields by dotted path.

    Fields of untagged members are listed, too ("u.unbound.dom"); those of
    tagged ones are not, since the tag has a layout of its own.
    """

    size: int
    sign: str
    fields: dict[str, Extent] = field(default_factory=dict)


@dataclass
class _Die:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["_Die"] = field(default_factory=list)

    def name(self) -> str:
        return _INDIRECT.sub("", self.attributes.get("name", "")).strip()

    def number(self, attribute: str, default: int = 0) -> int:
        text = self.attributes.get(attribute)
        if text is None:
            return default
        return int(text.split()[0], 0)


class Types:
    """The named types and the enumerators of one dump."""

    def __init__(self, dump: str) -> None:
        self._by_offset: dict[int, _Die] = {}
        self.layouts: dict[str, Layout] = {}
        self.enumerators: set[str] = set()
        for die in self._parse(dump):
            self._collect(die)

    def _parse(self, dump: str) -> list[_Die]:
        """Build the tree of entries; return the compile unit's children."""
        stack: list[_Die] = []
        current = _Die("none")
        for line in dump.splitlines():
            entry = _ENTRY.match(line)
            if entry:
                depth = int(entry[1])
                current = _Die(entry[3])
                self._by_offset[int(entry[2], 16)] = current
                del stack[depth:]
                if stack:
                    stack[-1].children.append(current)
                stack.append(current)
                continue
            attribute = _ATTRIBUTE.match(line)
            if attribute:
                current.attributes[attribute[1]] = attribute[2]
        return stack[0].children if stack else []

    def _target(self, die: _Die) -> _Die | None:
        """The entry that DW_AT_type refers to; None means void."""
        reference = die.attributes.get("type")
        if reference is None:
            return None
        return self._by_offset[int(reference.strip().strip("<>"), 16)]

    def _resolve(self, die: _Die | None) -> _Die | None:
        while die is not None and die.tag in _TRANSPARENT:
            die = self._target(die)
        return die

    def _size(self, die: _Die | None) -> int:
        die = self._resolve(die)
        if die is None:
            return 0
        if die.tag != "array_type":
            return die.number("byte_size")
        size = self._size(self._target(die))
        for dimension in die.children:
            # A flexible array has neither attribute.
            count = dimension.number("upper_bound", -1) + 1
            size *= dimension.number("count", count)
        return size

    def _element(self, die: _Die | None) -> _Die | None:
        """What is left of a type without typedefs and array dimensions."""
        die = self._resolve(die)
        while die is not None and die.tag == "array_type":
            die = self._resolve(self._target(die))
        return die

    def _sign(self, die: _Die | None) -> str:
        die = self._element(die)
        if die is None or die.tag != "base_type":
            return ""
        return _SIGNEDNESS.get(die.number("encoding"), "")

    def _fields(self, aggregate: _Die, prefix: str,
                base: int) -> dict[str, Extent]:
        found: dict[str, Extent] = {}
        for member in aggregate.children:
            if member.tag != "member":
                continue
            target = self._target(member)
            offset = base + member.number("data_member_location")
            path = prefix
            if member.name():
                path = f"{prefix}.{member.name()}" if prefix else member.name()
                found[path] = Extent(offset, self._size(target),
                                     self._sign(target))
            inner = self._element(target)
            if inner is not None and inner.tag in _KINDS and not inner.name():
                found.update(self._fields(inner, path, offset))
        return found

    def _collect(self, die: _Die) -> None:
        if die.tag == "enumeration_type":
            self.enumerators.update(child.name() for child in die.children)
        if die.tag == "typedef":
            label = die.name()
        elif die.tag in _KINDS and die.name():
            label = f"{_KINDS[die.tag]} {die.name()}"
        else:
            return
        if "declaration" in die.attributes:
            return
        layout = Layout(self._size(die), self._sign(die))
        target = self._resolve(die)
        if target is not None and target.tag in ("structure_type",
                                                 "union_type"):
            if target is die or not target.name():
                layout.fields = self._fields(target, "", 0)
        self.layouts[label] = layout
