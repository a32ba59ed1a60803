# SPDX-License-Identifier: BSD-2-Clause
"""Which addresses belong to which source lines, as xen-syms tells."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import (
    Any, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple)

from ..base import library
from ..base.verdict import RunnerError


class Span(NamedTuple):
    """Addresses [start, end) that were compiled from one line of a file."""

    start: int
    end: int
    file: str
    line: int


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

    `files` are paths as in Xen's tree, e.g. `common/argo.c`; the spans are
    sorted by address.  Raises RunnerError if pyelftools is missing or none of
    the files is there.
    """
    elf = library.load("elftools.elf.elffile", "python3-pyelftools",
                       "line tables are read by pyelftools")
    from elftools.common.exceptions import ELFError     # type: ignore
    try:
        with open(syms, "rb") as stream:
            spans = _spans(elf.ELFFile(stream).get_dwarf_info(), files)
    except OSError as error:
        raise RunnerError(f"{syms}: {error.strerror}") from None
    except ELFError as error:
        raise RunnerError(f"{syms}: {error}") from None
    if not spans:
        raise RunnerError(f"{syms}: no debug information for"
                          f" {', '.join(files)}")
    return spans


def _spans(dwarf: Any, files: Sequence[str]) -> List[Span]:
    spans: List[Span] = []
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        names = [_wanted(path, files) for path in _paths(program.header)]
        if any(names):
            spans += _rows(program, names)
    spans.sort()
    return spans


def _paths(header: Any) -> List[str]:
    """Return the paths of a line table's files, in the order of its numbers.

    Before DWARF 5, numbers count from 1, and directory 0 is where the
    compiler ran, which no path names.
    """
    old = header.version < 5
    directories = [b""] * old + list(header.include_directory)
    paths = [""] * old
    for entry in header.file_entry:
        directory = directories[entry.dir_index]
        # The first directory of DWARF 5 is where the compiler ran, too.
        if entry.dir_index == 0 or entry.name.startswith(b"/"):
            directory = b""
        path = directory + b"/" * bool(directory) + entry.name
        paths.append(path.decode("utf-8", "replace"))
    return paths


def _rows(program: Any, names: Sequence[Optional[str]]) -> List[Span]:
    """Return the spans of the files that have a name."""
    spans: List[Span] = []
    pending: Optional[Tuple[int, str, int]] = None
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        # A row without an address of its own made no code.
        if pending is not None and state.address > pending[0]:
            spans.append(Span(pending[0], state.address, *pending[1:]))
        name = None if state.end_sequence else names[state.file]
        pending = None if name is None else (state.address, name, state.line)
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
