# SPDX-License-Identifier: BSD-2-Clause
"""The word `auto`: `full`, or what comes nearest to it and is to be had.

A mirror may list a version of Xen's source whose files it does not serve.
A first run must not end there: `full` of another Debian release tests as
much, and Debian's own binary tests a part.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import List

from ..base import cache
from . import hypervisor
from .hypervisor import Hypervisor, Unavailable
from ..base.steps import Progress

# Releases whose source Xen's makefiles build with a compiler of today.
RELEASES = ("bookworm", "trixie")

# How long what was not to be had is not asked for again (seconds).
_RETRY = 24 * 3600


def candidates(release: str) -> List[str]:
    """Return the words to try on a Debian release, the best first."""
    return ["full", *(f"full@{other}" for other in RELEASES
                      if other != release), "stock"]


def resolve(progress: Progress, force: bool) -> Hypervisor:
    """Return the first of the candidates that is to be had, made if need be.

    Says which one it is, and why, unless it is `full`.  With `force` each is
    asked for anew.  Raises HypervisorError if there is none.
    """
    release = hypervisor.host_release()
    note = cache.root() / "hypervisors" / f"auto@{release}"
    words = candidates(release)
    earlier = "" if force else _read(note)
    if earlier in words[1:]:
        progress(f"the source of {words[0]} was not to be had lately, using"
                 f" {earlier} (build/hypervisor --force asks again)")
        words = words[words.index(earlier):]
    refusals: List[Unavailable] = []
    for at, word in enumerate(words):
        try:
            found = hypervisor.resolve(word, progress, force=force)
        except Unavailable as error:
            refusals.append(error)
            # One line is enough here; the rest is in the log.
            reason = str(error).splitlines()[0]
            if at + 1 < len(words):
                progress(f"{word} is not to be had, trying {words[at + 1]}"
                         f" ({reason})")
            continue
        if word == "full":
            cache.remove(note)
        elif refusals:
            note.write_text(word)
        return found
    raise refusals[0]


def _read(note: Path) -> str:
    """Return the word of a note that is not too old; else ""."""
    with contextlib.suppress(OSError):
        if 0 <= time.time() - note.stat().st_mtime < _RETRY:
            return note.read_text()
    return ""
