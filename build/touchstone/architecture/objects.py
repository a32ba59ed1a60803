# SPDX-License-Identifier: BSD-2-Clause
"""What was built, by environment: symbols of objects, headers they include."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Set

from ..base.verdict import RunnerError

# Types that nm gives to symbols which other objects can refer to.
_DEFINED = frozenset("TDBRSGCVWi")
_UNDEFINED = frozenset("Uvw")

# Enough for a command line, and few enough to fit on it.
_BATCH = 500


class Object(NamedTuple):
    """One object file: its path in the environment, and what it says."""

    path: str
    source: str
    defines: Set[str]
    refers: Set[str]
    includes: List[str]


class Built(NamedTuple):
    """What one environment was built to."""

    environment: str
    objects: List[Object]

    # Symbols that the linker script defines.
    linker: Set[str]


def read(root: Path, out: Path, nm: str = "nm") -> List[Built]:
    """Return what `make` left in a directory, such as out/.

    Objects whose source is no more are left out: make does not delete them.
    """
    found = []
    for script in sorted(out.glob("*/link.lds")):
        directory = script.parent
        objects = _objects(root, directory, nm)
        if objects:
            found.append(Built(directory.name, objects,
                               _linker_symbols(script)))
    if not found:
        raise RunnerError(f"nothing is built in {out}; run `make` first")
    return found


def _linker_symbols(script: Path) -> Set[str]:
    return set(re.findall(r"\b([A-Za-z_]\w*)\s*=[^=]", script.read_text()))


def _objects(root: Path, directory: Path, nm: str) -> List[Object]:
    sources: Dict[str, str] = {}
    for path in sorted(directory.glob("**/*.o")):
        name = path.relative_to(directory).as_posix()
        for suffix in (".c", ".S"):
            source = name[:-2] + suffix
            if (root / source).is_file():
                sources[name] = source
    symbols = _symbols(directory, list(sources), nm)
    return [Object(name, source, *symbols[name],
                   _includes(root, directory / name))
            for name, source in sources.items()]


def _symbols(directory: Path, names: Sequence[str],
             nm: str) -> Dict[str, List[Set[str]]]:
    """Return for each object what it defines, and what it refers to."""
    found: Dict[str, List[Set[str]]] = {name: [set(), set()]
                                        for name in names}
    for start in range(0, len(names), _BATCH):
        try:
            said = subprocess.run(
                [nm, "-A", "-P", *names[start:start + _BATCH]], cwd=directory,
                check=True, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE).stdout
        except subprocess.CalledProcessError as error:
            raise RunnerError(f"{nm} fails: {error.stderr.strip()}") from None
        except OSError as error:
            raise RunnerError(f"cannot run {nm}: {error}") from None
        for line in said.splitlines():
            name, _, rest = line.partition(": ")
            symbol, kind = rest.split()[:2]
            if kind in _DEFINED:
                found[name][0].add(symbol)
            elif kind in _UNDEFINED:
                found[name][1].add(symbol)
    return found


def _includes(root: Path, path: Path) -> List[str]:
    """Return the headers of the tree that an object was made from."""
    depends = path.with_suffix(".d")
    if not depends.is_file():
        return []
    words = depends.read_text().replace("\\\n", " ").split(":")[1].split()
    found = []
    for word in words:
        try:
            name = (root / word).resolve().relative_to(root.resolve())
        except ValueError:
            continue
        if name.suffix == ".h" and name.as_posix() not in found:
            found.append(name.as_posix())
    return found
