# SPDX-License-Identifier: BSD-2-Clause
"""Files that are whole at any time, however a run ends: what reports are in.

A file is replaced by its next version.
A directory of logs has a journal, too, run.log.  The name of an instance is on
the disk there before the instance starts, so that a computer which goes down
can be asked which instance took it along.
"""

import contextlib
import os
import shutil
import time
from pathlib import Path

from ..base.verdict import RunnerError

JOURNAL = "run.log"


def write_file(path: Path, text: str, sync: bool = False) -> None:
    """Write a file so that readers find it whole or not at all.

    With `sync`, it is on the disk when this returns.  RunnerError if the
    system does not let us.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not is_replaceable(path):
            with open(str(path), "w", encoding="utf-8",
                      errors="replace") as file:
                file.write(text)
            return
        with open(str(partial), "w", encoding="utf-8",
                  errors="replace") as file:
            file.write(text)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
        if sync:
            _sync_directory(path.parent)
    except OSError as error:
        try:
            partial.unlink()
        except OSError:
            pass
        raise RunnerError(f"cannot write {path}: {error.strerror}") from None


def is_replaceable(path: Path) -> bool:
    """Tell whether a file may get another in its place: not /dev/stdout."""
    return path.is_file() or not path.exists()


def _sync_directory(path: Path) -> None:
    directory = os.open(str(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Journal:
    """A file of what a run began and ended, line by line on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = False

    def add(self, text: str) -> None:
        """Add a line; it is on the disk when this returns."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(str(self._path),
                           os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(file, f"{stamp} {text}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)
            if not self._known:
                _sync_directory(self._path.parent)
                self._known = True
        except OSError as error:
            raise RunnerError(
                f"cannot write {self._path}: {error.strerror}") from None


class GrowingFile:
    """A file to which items are added in front of its last lines.

    They are added to a copy, which then takes the place of the file, and the
    file becomes the copy: whatever ends the program, the file is whole.  One
    write over the old last lines would not do: a signal that kills the program
    may cut it short.
    """

    def __init__(self, path: Path, head: str, tail: str) -> None:
        self._path = path
        self._copy = path.with_name(f".{path.name}.copy")
        self._old = path.with_name(f".{path.name}.old")
        write_file(path, head + tail)
        write_file(self._copy, head + tail)
        self._at = len(head.encode("utf-8", "replace"))
        self._lacking = b""     # what the copy has not of the file's items
        self._pending = b""

    def add(self, item: str, tail: str) -> None:
        """Add an item; RunnerError if the system does not let us.

        Then the file is as it was, and the next call adds this item, too.
        """
        self._pending += item.encode("utf-8", "replace")
        items = self._lacking + self._pending
        data = items + tail.encode("utf-8", "replace")
        try:
            with open(str(self._copy), "r+b", buffering=0) as file:
                _write_at(file.fileno(), self._at, data)
                file.truncate(self._at + len(data))
            self._keep()
            self._copy.replace(self._path)
            self._old.replace(self._copy)
        except OSError as error:
            raise RunnerError(
                f"cannot write {self._path}: {error.strerror}") from None
        self._at += len(self._lacking)
        self._lacking = self._pending
        self._pending = b""

    def _keep(self) -> None:
        """Give the file a second name; where there are none, copy it."""
        with contextlib.suppress(FileNotFoundError):
            self._old.unlink()
        try:
            os.link(str(self._path), str(self._old))
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(str(self._path), str(self._old))

    def close(self) -> None:
        """Remove what only helped to write the file."""
        for helper in (self._copy, self._old):
            with contextlib.suppress(OSError):
                helper.unlink()


def _write_at(file: int, at: int, data: bytes) -> None:
    while data:
        written = os.pwrite(file, data, at)
        data = data[written:]
        at += written
