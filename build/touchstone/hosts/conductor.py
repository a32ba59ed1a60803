# SPDX-License-Identifier: BSD-2-Clause
"""What host dom0 gives to the conductor: a plan, and the images of the roles.

The conductor, tests/conductor, is domain 0 where a test has several roles.
Its boot module begins with a plan, as struct plan of its conductor.h has it;
the images follow, page by page.
"""

import struct
from pathlib import Path
from typing import List

from ..base.verdict import InstanceError
from ..runner.catalogue import Instance

# The environment of the image that is domain 0.
ENVIRONMENT = "pv64"

# The memory of a role's domain, in pages, as much as an image may take and
# once more.
PAGES = 2048

PAGE = 4096

_MAGIC = b"Tstplan1"
_HEADER = struct.Struct("<8sII")
_ROLE = struct.Struct("<16s6I")
_MAX_ROLES = 4
_WORDS = 512


def image_of(instance: Instance) -> Path:
    """Return the conductor's own image."""
    return (instance.test.directory.parent / "conductor"
            / f"test-{ENVIRONMENT}-conductor")


def module(instance: Instance, words: str, vcpus: int,
           shadow: List[bool]) -> bytes:
    """Return the boot module that has an instance's domains made.

    `words` are for all command lines; `shadow` says which roles run on shadow
    paging.  InstanceError if that is impossible.
    """
    if len(instance.parts) > _MAX_ROLES:
        raise InstanceError(f"{instance.name} has {len(instance.parts)} roles;"
                            f" the conductor takes {_MAX_ROLES}")
    text = words.encode()
    if len(text) >= _WORDS:
        raise InstanceError(
            "the command line for the roles is too long: of at most"
            f" {_WORDS - 1} characters it has {len(text)}")
    at = _padded(_HEADER.size + _MAX_ROLES * _ROLE.size + _WORDS)
    roles, images = b"", b""
    for part, on_shadow in zip(instance.parts, shadow):
        try:
            image = part.image.read_bytes()
        except OSError as error:
            raise InstanceError(f"{part.image.name}: {error.strerror};"
                                " run `make` first") from None
        roles += _ROLE.pack((part.role or "").encode(), at + len(images),
                            len(image), PAGES, vcpus, not on_shadow, 0)
        images += image.ljust(_padded(len(image)), b"\0")
    plan = (_HEADER.pack(_MAGIC, len(instance.parts), 0)
            + roles.ljust(_MAX_ROLES * _ROLE.size, b"\0")
            + text.ljust(_WORDS, b"\0"))
    return plan.ljust(at, b"\0") + images


def _padded(size: int) -> int:
    return -(-size // PAGE) * PAGE
