# SPDX-License-Identifier: BSD-2-Clause
"""Initial RAM disks for Linux: cpio archives in the `newc' format.

Written here, device nodes included, so that making one takes neither root nor
a program.  Linux accepts several archives in a row as one.
"""

from __future__ import annotations

import os
import stat

_MAGIC = b"070701"
_TRAILER = "TRAILER!!!"


class Archive:
    """An archive in memory.  Everything in it belongs to root."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._inode = 0
        self._names: set = set()

    def directory(self, name: str) -> None:
        """Add a directory, and those above it, unless it is there."""
        if name and name not in self._names:
            self.directory(os.path.dirname(name))
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name: str, data: bytes, mode: int = 0o644) -> None:
        """Add a file, and the directories above it."""
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name: str, target: str) -> None:
        """Add a symbolic link, and the directories above it."""
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name: str, major: int, minor: int) -> None:
        """Add a device node, and the directories above it."""
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFCHR | 0o600, b"", major, minor)

    def finish(self) -> bytes:
        """Return the whole archive."""
        self._entry(_TRAILER, 0)
        return bytes(self._data)

    def _entry(self, name: str, mode: int, data: bytes = b"",
               major: int = 0, minor: int = 0) -> None:
        if name in self._names:
            raise ValueError(f"{name} is in the archive twice")
        self._names.add(name)
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0,
                  major, minor, len(encoded), 0)
        self._data += _MAGIC + b"".join(b"%08x" % field for field in fields)
        self._data += encoded
        self._align()
        self._data += data
        self._align()

    def _align(self) -> None:
        self._data += bytes(-len(self._data) % 4)
