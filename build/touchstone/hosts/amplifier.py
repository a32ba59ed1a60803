# SPDX-License-Identifier: BSD-2-Clause
"""The race amplifier: a plugin for QEMU that widens the windows of races.

In real time QEMU runs each vCPU on a thread of its own.  The plugin, see
amplifier.c, has such a thread sleep now and then in a function of the
subjects, with random numbers from a seed, while the others go on: a window of
one instruction becomes wide enough to be hit.  The hypervisor stays as it is.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import List, Optional

from ..base import cache, elfsymbols

# As the symbols of Xen call them.
SOURCES = ("common/argo.c", "common/event_2l.c", "common/event_channel.c",
           "common/event_fifo.c", "common/grant_table.c")

# A thread sleeps at one of so many instructions, for up to so long.
ONE_IN = 30
MICROSECONDS = 300

# How much longer an instance may take.
SLOWER = 10

_SOURCE = Path(__file__).with_name("amplifier.c")
_COMPILERS = ("cc", "gcc", "clang")

# More of a QEMU's command line would be of no use.
_MAX_RANGES = 64


class AmplifierError(Exception):
    """There is no amplifier here; the text says why."""


class Amplifier:
    """The plugin, built, for one hypervisor."""

    def __init__(self, syms: Path, qemu_version: str, seed: int) -> None:
        """Build the plugin, if need be.  Raises AmplifierError."""
        try:
            ranges = elfsymbols.ranges_of(syms, SOURCES)
        except elfsymbols.ElfError as error:
            raise AmplifierError(str(error)) from None
        if not 0 < len(ranges) <= _MAX_RANGES:
            raise AmplifierError(f"{syms} does not tell where functions are")
        self._ranges = ranges
        self._seed = seed
        self._plugin = _build(_plugin_version(qemu_version))

    def options(self, name: str) -> List[str]:
        """Return QEMU's options for the instance of this name.

        Each has random numbers of its own, and the same for the same seed.
        """
        seed = zlib.crc32(f"{self._seed} {name}".encode())
        words = [f"file={self._plugin}", f"seed={seed}", f"one_in={ONE_IN}",
                 f"usec={MICROSECONDS}"]
        words += [f"range{number}={first:x}-{last:x}"
                  for number, (first, last) in enumerate(self._ranges)]
        return ["-plugin", ",".join(words)]


def _plugin_version(qemu_version: str) -> int:
    """Return the version of the plugin interface to build for.

    QEMU 9.0 dropped version 1; what the plugin uses is alike in both.
    """
    major = qemu_version.partition(".")[0]
    return 2 if major.isdigit() and int(major) >= 9 else 1


def _build(version: int) -> Path:
    """Return the plugin in the cache; built first if it is not there."""
    source = _SOURCE.read_bytes()
    key = hashlib.sha256(source).hexdigest()[:12]
    entry = cache.root() / "amplifier" / f"{key}-{version}"
    if not entry.exists():
        compiler = _compiler()
        if compiler is None:
            raise AmplifierError("there is no C compiler")
        with cache.publish(entry) as partial:
            done = subprocess.run(
                [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror",
                 f"-DPLUGIN_VERSION={version}", "-o",
                 str(partial / "amplifier.so"), str(_SOURCE)],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False)
            if done.returncode:
                raise AmplifierError("the plugin does not compile: "
                                     + (done.stdout.strip() or "no word"))
    return entry / "amplifier.so"


def _compiler() -> Optional[str]:
    return next((found for found in map(shutil.which, _COMPILERS) if found),
                None)
