# SPDX-License-Identifier: BSD-2-Clause
"""The per-user cache: where it is, how an entry appears, who may write.

An entry is a directory that is either complete or absent: it is filled under
a `.partial` name and renamed when it is done.  Writers of the same entry
exclude each other with a lock file.
"""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path
from typing import Callable, Iterator


def root() -> Path:
    """Return $XDG_CACHE_HOME/touchstone; ~/.cache where the variable is unset.

    The XDG specification has a relative value ignored, and so is it here.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "touchstone"


def remove(path: Path) -> None:
    """Remove a file, link or directory tree; nothing there is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


@contextlib.contextmanager
def publish(entry: Path) -> Iterator[Path]:
    """Give an empty directory to fill, and make it `entry` at the end.

    When the block raises, `entry` is as it was before and the half-filled
    directory is removed.
    """
    partial = entry.with_name(entry.name + ".partial")
    remove(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        remove(entry)
        partial.rename(entry)
    except BaseException:
        remove(partial)
        raise


def point(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target`, in one step for any reader."""
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    remove(fresh)
    fresh.symlink_to(target)
    fresh.replace(link)


class Lock:
    """An exclusive lock on a file, as a context manager.

    The kernel drops it when the last holder of the descriptor is gone.  A
    child that is given `fileno()` therefore keeps the lock when its parent
    is killed, and nobody else starts to write while that child still does.
    """

    def __init__(self, path: Path, waiting: Callable[[], None]) -> None:
        """Lock `path`; call `waiting` once if somebody else holds it."""
        self._path = path
        self._waiting = waiting
        self._fd = -1

    def __enter__(self) -> "Lock":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                           0o666)
        try:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._waiting()
                fcntl.flock(self._fd, fcntl.LOCK_EX)
        except BaseException:
            os.close(self._fd)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        """Return the descriptor to hand to children."""
        return self._fd
