# SPDX-License-Identifier: BSD-2-Clause
"""Which addresses belong to which source lines, as xen-syms tells.

`readelf` decodes the line table: whoever builds a hypervisor has it.
"""

from __future__ import annotations

import subprocess
from bisect import bisect_right
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Set

from ..base.verdict import RunnerError


class Span(NamedTuple):
    """Addresses [start, end) that were compiled from one line of a file."""

    start: int
    end: int
    file: str
    line: int


def parse(listing: Iterable[str], files: Sequence[str]) -> List[Span]:
    """Return the spans of `files` in what readelf printed, sorted by address.

    `files` are paths as in Xen's tree, e.g. `common/argo.c`.
    """
    spans: List[Span] = []
    known: Dict[str, Optional[str]] = {}
    current: Optional[str] = None
    pending: Optional[tuple] = None
    for text in listing:
        if text.endswith(":\n"):
            # "CU: common/argo.c:" starts a unit, "./xen/lib.h:" another file.
            path = text[:-2].rpartition("CU: ")[2]
            if path not in known:
                known[path] = _wanted(path, files)
            current = known[path]
            continue
        if current is None and pending is None:
            continue
        fields = text.split()
        if len(fields) < 3 or not fields[2].startswith("0x"):
            continue
        address = int(fields[2], 16)
        # A row without an address of its own made no code.
        if pending is not None and address > pending[0]:
            spans.append(Span(pending[0], address, pending[1], pending[2]))
        pending = None
        if current is not None and fields[1].isdigit():
            pending = (address, current, int(fields[1]))
    spans.sort()
    return spans


def _wanted(path: str, files: Sequence[str]) -> Optional[str]:
    """Return which of `files` the line table's `path` is, if any.

    Out-of-tree builds have longer paths, and arch/ has files of equal names.
    """
    path = path[2:] if path.startswith("./") else path
    for file in files:
        if path == file or (path.startswith("/")
                            and path.endswith("/xen/" + file)):
            return file
    return None


def read(syms: Path, files: Sequence[str]) -> List[Span]:
    """Return the spans of `files` in an ELF file with debug information.

    Raises RunnerError if readelf is missing or none of the files is there.
    """
    command = ["readelf", "-W", "--debug-dump=decodedline", str(syms)]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True,
                              errors="replace") as child:
            assert child.stdout is not None
            spans = parse(child.stdout, files)
    except FileNotFoundError:
        raise RunnerError("readelf not found; install Debian's binutils"
                          " package") from None
    if not spans:
        raise RunnerError(f"{syms}: no debug information for"
                          f" {', '.join(files)}")
    return spans


# Log filters cost QEMU time one by one; gaps up to this (bytes) are merged.
_GAP = 4096


def ranges(spans: Sequence[Span]) -> List[range]:
    """Return few address ranges that hold all spans and little else."""
    merged: List[range] = []
    for span in spans:
        if merged and span.start - merged[-1].stop <= _GAP:
            merged[-1] = range(merged[-1].start,
                               max(merged[-1].stop, span.end))
        else:
            merged.append(range(span.start, span.end))
    return merged


def hit(spans: Sequence[Span], addresses: Iterable[int]) -> Set[int]:
    """Return the indexes of those `spans` that hold one of `addresses`."""
    starts = [span.start for span in spans]
    found: Set[int] = set()
    for address in addresses:
        at = bisect_right(starts, address) - 1
        if at >= 0 and address < spans[at].end:
            found.add(at)
    return found
