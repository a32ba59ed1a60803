# SPDX-License-Identifier: BSD-2-Clause
"""Keeps saved machine states: made at first use, checked, dropped when old.

    states/KEY/         a state; see savedstate.py
    states/locks/       held by the one that makes a state of such a KEY

Several runners share the directory.  A state in use is open, so that removing
it from the directory takes nothing away from its users.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Dict, Iterator, Optional, Tuple

from ..base import cache
from ..base.process import Stop
from .monitor import Interrupted
from .qemu import Qemu
from .savedstate import Recipe, State, StateError
from .statemaker import make

# States together take no more than that: those of two or three hypervisors.
LIMIT_BYTES = 3 << 30

# How often a state that did not load is made again in one run.
_TRIES = 2

_POLL = 0.02


class _Slot:
    """What this process knows of one state."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state: Optional[State] = None
        self.error = ""
        self.dropped = 0


class StateCache:
    """The states in a directory.  May be used by several threads."""

    def __init__(self, directory: Path, limit: int = LIMIT_BYTES) -> None:
        self._directory = directory
        self._limit = limit
        self._guard = threading.Lock()
        self._keys: Dict[Recipe, str] = {}
        self._slots: Dict[str, _Slot] = {}
        self._remove_half_made()

    def get(self, recipe: Recipe, qemu: Qemu, stop: Stop) -> State:
        """Return a state, made first if need be.

        Raises StateError if there can be none, and Interrupted.
        """
        slot, key = self._slot(recipe, qemu)
        with slot.lock:
            if slot.error:
                raise StateError(slot.error)
            if slot.state is None:
                try:
                    slot.state = self._provide(key, recipe, qemu, stop)
                except (StateError, OSError) as error:
                    slot.error = str(error)
                    raise StateError(slot.error) from None
            return slot.state

    def is_being_made(self, recipe: Recipe, qemu: Qemu) -> bool:
        """Tell whether get() would wait for another thread."""
        slot, _ = self._slot(recipe, qemu)
        return slot.state is None and slot.lock.locked()

    def drop(self, recipe: Recipe, qemu: Qemu, state: State,
             reason: str) -> None:
        """Forget a state that does not do; the next get() makes it again."""
        slot, key = self._slot(recipe, qemu)
        with slot.lock:
            if slot.state is not state:
                return
            slot.state = None
            slot.dropped += 1
            if slot.dropped >= _TRIES:
                slot.error = reason
            with contextlib.suppress(OSError):
                cache.remove(self._directory / key)

    def _slot(self, recipe: Recipe, qemu: Qemu) -> Tuple[_Slot, str]:
        with self._guard:
            key = self._keys.get(recipe)
            if key is None:
                key = self._keys[recipe] = recipe.key(qemu)
            return self._slots.setdefault(key, _Slot()), key

    def _provide(self, key: str, recipe: Recipe, qemu: Qemu,
                 stop: Stop) -> State:
        entry = self._directory / key
        with contextlib.suppress(StateError):
            return _load(entry)
        with _lock(self._lock_file(key), stop):
            # Another runner may have made it while this one waited.
            with contextlib.suppress(StateError):
                return _load(entry)
            with cache.publish(entry) as partial:
                make(recipe, qemu, partial, stop)
            state = State(entry)
        with self._guard:
            self._tidy(entry)
        return state

    def _remove_half_made(self) -> None:
        """Remove what makers that were killed left behind."""
        for partial in self._directory.glob("*.partial"):
            with contextlib.suppress(OSError):
                with _lock(self._lock_file(partial.name)):
                    cache.remove(partial)

    def _lock_file(self, key: str) -> Path:
        return self._directory / "locks" / key[:2]

    def _tidy(self, newest: Path) -> None:
        """Remove what was not used for longest until the limit is kept."""
        entries = []
        for entry in self._directory.iterdir():
            if entry.name == "locks" or entry.suffix:
                continue
            with contextlib.suppress(OSError):
                used = entry.stat().st_mtime
                size = sum(file.stat().st_size for file in entry.iterdir())
                entries.append((entry == newest, used, size, entry))
        total = sum(size for _, _, size, _ in entries)
        for is_newest, _, size, entry in sorted(entries):
            if total <= self._limit or is_newest:
                break
            with contextlib.suppress(OSError):
                cache.remove(entry)
            total -= size


def _load(entry: Path) -> State:
    state = State(entry)
    with contextlib.suppress(OSError):
        os.utime(entry)
    return state


@contextlib.contextmanager
def _lock(path: Path, stop: Optional[Stop] = None) -> Iterator[None]:
    """Hold a lock on a file.

    Interrupted if `stop` is set before that; BlockingIOError without `stop`
    if somebody else has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stop is None:
                    raise
                if stop.is_set:
                    raise Interrupted from None
                time.sleep(_POLL)
        yield
    finally:
        os.close(fd)
