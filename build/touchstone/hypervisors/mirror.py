# SPDX-License-Identifier: BSD-2-Clause
"""A copy of source files that follows its original, for building in.

Only sources come over: what a build left in the original stays there, and
what a build leaves in the copy is not touched.  A file whose bytes are as
before keeps its time stamp, and one that differs gets the time of the copy,
so that make rebuilds what has changed, also where an old version came back.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

# Left by a build, whatever the tree's own .gitignore says.
_BUILT = (".o", ".a", ".cmd", ".d", ".pyc")

# Names and what stat() says of them: mode, size, time of the last change.
Stamps = Dict[str, List[int]]


class MirrorError(Exception):
    """The original cannot be copied; the text says why."""


def source_files(original: Path, parts: Sequence[str]) -> List[str]:
    """Return the names of the source files below some parts of a directory.

    In a checkout of git these are the files that git tracks or would offer
    to track.  Elsewhere git reads the `.gitignore` files alone.
    """
    listing = ["ls-files", "-z", "-c", "-o", "--exclude-standard", "--",
               *parts]
    names = _git(["-C", str(original), *listing])
    if not names:
        # No checkout, or one that git does not trust as it is another user's.
        with tempfile.TemporaryDirectory() as empty:
            if _git(["init", "-q", empty]) is None:
                raise MirrorError("git is needed to tell the sources in"
                                  f" {original} from what a build left there")
            names = _git(["-C", str(original), f"--git-dir={empty}/.git",
                          f"--work-tree={original}", *listing])
    return sorted(name for name in set((names or "").split("\0"))
                  if name and not name.endswith(_BUILT))


def commit_of(original: Path, parts: Sequence[str]) -> str:
    """Return the commit that is checked out, `-dirty` added where files of
    the parts differ from it; "" outside of git.
    """
    commit = _git(["-C", str(original), "rev-parse", "--short=12", "HEAD"])
    if not commit:
        return ""
    changes = _git(["-C", str(original), "status", "--porcelain", "--",
                    *parts])
    return commit.strip() + ("-dirty" if changes else "")


def _git(arguments: List[str]) -> Optional[str]:
    """Return what git prints; None where it fails or is not there.

    Without its optional locks, git only reads: not even its index changes.
    """
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", *arguments], check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0"},
        ).stdout.decode("utf-8", "surrogateescape")
    except (OSError, subprocess.CalledProcessError):
        return None


class Mirror:
    """A directory that follows the sources of another.

    `state` is what is known about the copy, kept in a file of it; users add
    members of their own and call save().
    """

    def __init__(self, original: Path, copy: Path) -> None:
        self.original = original
        self.copy = copy
        self._note = copy / ".touchstone.json"
        self.state: Dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            self.state = json.loads(self._note.read_text("utf-8",
                                                         "surrogateescape"))

    def save(self) -> None:
        """Write `state` to the disk, whole or not at all."""
        self.copy.mkdir(parents=True, exist_ok=True)
        partial = self._note.with_suffix(".partial")
        partial.write_text(json.dumps(self.state), "utf-8", "surrogateescape")
        partial.replace(self._note)

    def compare(self, parts: Sequence[str]) -> Tuple[Stamps, List[str],
                                                     List[str]]:
        """Return the original's files as they are now, the names of those
        that may have changed since they were copied, and the names of those
        that are gone.
        """
        known: Stamps = self.state.get("files", {})
        now: Stamps = {}
        for name in source_files(self.original, parts):
            # What git tracks may be deleted, or a directory by now.
            with contextlib.suppress(OSError):
                found = os.lstat(self.original / name)
                if not stat.S_ISDIR(found.st_mode):
                    now[name] = [found.st_mode, found.st_size,
                                 found.st_mtime_ns]
        return (now,
                [name for name in now if known.get(name) != now[name]],
                [name for name in known if name not in now])

    def follow(self, now: Stamps, suspects: Sequence[str],
               gone: Sequence[str]) -> List[str]:
        """Make the copy what compare() found; return the names of the files
        that are different, new or gone.
        """
        changed = list(gone)
        for name in gone:
            _remove(self.copy / name)
        for name in suspects:
            try:
                if self._copy(name, now[name][0]):
                    changed.append(name)
            except FileNotFoundError:
                # Deleted just now: the next call sees that it is gone.
                del now[name]
                _remove(self.copy / name)
                changed.append(name)
            except OSError as error:
                raise MirrorError(f"cannot copy {self.original / name}:"
                                  f" {error.strerror}") from error
        self.state["files"] = now
        return changed

    def _copy(self, name: str, mode: int) -> bool:
        """Copy one file; return whether that changed anything."""
        source, target = self.original / name, self.copy / name
        if stat.S_ISLNK(mode):
            points_to = os.readlink(source)
            if target.is_symlink() and os.readlink(target) == points_to:
                return False
            _clear(target)
            target.symlink_to(points_to)
            return True
        data = source.read_bytes()
        permissions = stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR
        with contextlib.suppress(OSError):
            if not target.is_symlink() and target.read_bytes() == data:
                target.chmod(permissions)
                return False
        _clear(target)
        target.write_bytes(data)
        target.chmod(permissions)
        return True


def _remove(path: Path) -> None:
    """Remove a file or link and nothing else."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError,
                             IsADirectoryError, PermissionError):
        path.unlink()


def _clear(path: Path) -> None:
    """Make room for a file: its directory is there, the path is not."""
    for above in path.parents:
        # A file that became a directory.
        if above.is_symlink() or above.is_file():
            above.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        import shutil
        shutil.rmtree(path)
    else:
        _remove(path)
