# SPDX-License-Identifier: BSD-2-Clause
"""A client of xenstored's socket: what a command would cost a process for.

All of it may be unavailable, since xenstored may have no socket, or hang:
StoreError then, and the Xen tools' commands are what finds out why.
"""

import os
import select
import socket
import struct
import time
from typing import List, Optional, Tuple

# What xenstored may take for an answer (seconds).
ANSWER_SECONDS = 5.0

_DIRECTORY, _READ, _WATCH, _WATCH_EVENT, _ERROR = 1, 2, 4, 15, 16
_HEAD = struct.Struct("<4I")
_PLACES = ("/run/xenstored/socket", "/var/run/xenstored/socket")


class StoreError(Exception):
    """xenstored did not answer, or said no."""


class Store:
    """A connection, one request at a time."""

    def __init__(self) -> None:
        self._socket = _connect()
        self._data = b""

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def read(self, key: str) -> str:
        """Return the value of a key."""
        return self._ask(_READ, key).decode("utf-8", "replace")

    def names(self, key: str) -> List[str]:
        """Return the names of the keys below a key."""
        said = self._ask(_DIRECTORY, key).decode("utf-8", "replace")
        return [name for name in said.split("\0") if name]

    def watch(self, key: str) -> None:
        """Have has_event() tell of changes of a key, from now on."""
        self._ask(_WATCH, key, "touchstone")
        # The first event is about the watch itself.
        end = time.monotonic() + ANSWER_SECONDS
        while self._message(end)[0] != _WATCH_EVENT:
            pass

    def has_event(self) -> bool:
        """Tell whether there was a change since the last call."""
        found = False
        while True:
            message = self._take()
            if message is not None:
                found = True
            elif not select.select([self._socket], [], [], 0)[0]:
                return found
            else:
                self._receive()

    def _ask(self, kind: int, *words: str) -> bytes:
        data = b"".join(word.encode() + b"\0" for word in words)
        end = time.monotonic() + ANSWER_SECONDS
        try:
            self._socket.settimeout(ANSWER_SECONDS)
            self._socket.sendall(_HEAD.pack(kind, 0, 0, len(data)) + data)
        except OSError as error:
            raise StoreError(str(error)) from None
        while True:
            answer, text = self._message(end)
            if answer == _ERROR:
                raise StoreError(text.decode("utf-8", "replace"))
            if answer == kind:
                return text

    def _message(self, end: float) -> Tuple[int, bytes]:
        while True:
            message = self._take()
            if message is not None:
                return message
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [],
                                              left)[0]:
                raise StoreError("xenstored does not answer")
            self._receive()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(65536)
        except OSError as error:
            raise StoreError(str(error)) from None
        if not data:
            raise StoreError("xenstored has hung up")
        self._data += data

    def _take(self) -> Optional[Tuple[int, bytes]]:
        """Return a whole message that has arrived."""
        if len(self._data) < _HEAD.size:
            return None
        kind, _, _, size = _HEAD.unpack_from(self._data)
        if len(self._data) < _HEAD.size + size:
            return None
        text = self._data[_HEAD.size:_HEAD.size + size]
        self._data = self._data[_HEAD.size + size:]
        return kind, text


def _connect() -> socket.socket:
    path = os.environ.get("XENSTORED_PATH")
    for place in [path] if path else _PLACES:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            found.settimeout(ANSWER_SECONDS)
            found.connect(place)
            return found
        except OSError:
            found.close()
    raise StoreError("xenstored has no socket here")


def read(key: str) -> str:
    """Return the value of a key, by a connection of its own."""
    store = Store()
    try:
        return store.read(key)
    finally:
        store.close()


def domid_of(name: str) -> Optional[int]:
    """Return the ID of the domain with a name; None if there is none."""
    store = Store()
    try:
        for domid in reversed(store.names("/local/domain")):
            try:
                if store.read(f"/local/domain/{domid}/name") == name:
                    return int(domid)
            except (StoreError, ValueError):
                continue    # it has gone meanwhile
        return None
    finally:
        store.close()


class EndWatch:
    """Tells whether some domain may have ended since it was last asked.

    Where xenstored cannot be asked, it always may.
    """

    def __init__(self) -> None:
        self._store: Optional[Store] = None
        try:
            self._store = Store()
            self._store.watch("@releaseDomain")
        except StoreError:
            self.close()

    def close(self) -> None:
        """Let go of xenstored."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def may_have_ended(self) -> bool:
        """Tell whether it is worth looking."""
        if self._store is None:
            return True
        try:
            return self._store.has_event()
        except StoreError:
            self.close()
            return True
