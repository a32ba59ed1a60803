# SPDX-License-Identifier: BSD-2-Clause
"""Messages between the runner and the agent in a box.

A message is a line of JSON, then as many bytes as its field `size` says.
"""

from __future__ import annotations

import json
from typing import Dict, NamedTuple, Optional

# The name of the box's serial port that carries them.
PORT = "touchstone"


class Message(NamedTuple):
    """What was said, and the bytes that go with it."""

    fields: Dict[str, object]
    data: bytes = b""

    def encode(self) -> bytes:
        """Return the message as it is sent."""
        head = json.dumps({**self.fields, "size": len(self.data)})
        return head.encode() + b"\n" + self.data


class Decoder:
    """Puts messages together from what arrives.

    ValueError for what is no message.
    """

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they come."""
        self._data += data

    def next(self) -> Optional[Message]:
        """Return the next complete message; None if there is none yet."""
        end = self._data.find(b"\n")
        if end < 0:
            return None
        fields = json.loads(self._data[:end].decode("utf-8", "replace"))
        start, size = end + 1, int(fields.pop("size"))
        if len(self._data) < start + size:
            return None
        message = Message(fields, bytes(self._data[start:start + size]))
        del self._data[:start + size]
        return message
