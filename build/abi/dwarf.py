"""Types of a C compile unit, with their layouts, from DWARF.

SPDX-License-Identifier: BSD-2-Clause
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from touchstone.base import library

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


class _Die:
    """An entry, with the attributes that types have."""

    def __init__(self, entry: Any) -> None:
        self._entry = entry
        self.tag = entry.tag[len("DW_TAG_"):]

    @property
    def children(self) -> list["_Die"]:
        return [_Die(child) for child in self._entry.iter_children()
                if isinstance(child.tag, str)]

    def has(self, attribute: str) -> bool:
        return f"DW_AT_{attribute}" in self._entry.attributes

    def name(self) -> str:
        if not self.has("name"):
            return ""
        return self._entry.attributes["DW_AT_name"].value.decode()

    def number(self, attribute: str, default: int = 0) -> int:
        if not self.has(attribute):
            return default
        return self._entry.attributes[f"DW_AT_{attribute}"].value

    def target(self) -> _Die | None:
        """The entry that DW_AT_type refers to; None means void."""
        if not self.has("type"):
            return None
        return _Die(self._entry.get_DIE_from_attribute("DW_AT_type"))

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, _Die)
                and self._entry.offset == other._entry.offset)


class Types:
    """The named types and the enumerators of an object file."""

    def __init__(self, path: Path) -> None:
        """Read a file; RunnerError if pyelftools is missing."""
        elf = library.load("elftools.elf.elffile", "python3-pyelftools",
                           "debug information is read by pyelftools")
        self.layouts: dict[str, Layout] = {}
        self.enumerators: set[str] = set()
        with open(path, "rb") as stream:
            for unit in elf.ELFFile(stream).get_dwarf_info().iter_CUs():
                for die in _Die(unit.get_top_DIE()).children:
                    self._collect(die)

    def _resolve(self, die: _Die | None) -> _Die | None:
        while die is not None and die.tag in _TRANSPARENT:
            die = die.target()
        return die

    def _size(self, die: _Die | None) -> int:
        die = self._resolve(die)
        if die is None:
            return 0
        if die.tag != "array_type":
            return die.number("byte_size")
        size = self._size(die.target())
        for dimension in die.children:
            # A flexible array has neither attribute.
            count = dimension.number("upper_bound", -1) + 1
            size *= dimension.number("count", count)
        return size

    def _element(self, die: _Die | None) -> _Die | None:
        """What is left of a type without typedefs and array dimensions."""
        die = self._resolve(die)
        while die is not None and die.tag == "array_type":
            die = self._resolve(die.target())
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
            target = member.target()
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
        if die.has("declaration"):
            return
        layout = Layout(self._size(die), self._sign(die))
        target = self._resolve(die)
        if target is not None and target.tag in ("structure_type",
                                                 "union_type"):
            if target == die or not target.name():
                layout.fields = self._fields(target, "", 0)
        self.layouts[label] = layout
