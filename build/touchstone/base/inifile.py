# SPDX-License-Identifier: BSD-2-Clause
"""Lists in .ini files: sections with known keys, each with a name of its own.

`=` alone separates key and value, `#` begins a comment, and a value goes on
in lines that are indented.
"""

import configparser
from pathlib import Path
from typing import Iterable, Iterator, List, Tuple

from .verdict import RunnerError


class Section:
    """A section: the keys and values that it has."""

    def __init__(self, path: Path, name: str,
                 values: configparser.SectionProxy) -> None:
        self.path = path
        self.name = name
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def get(self, key: str, default: str = "") -> str:
        """Return a value, or what it is without the key."""
        return self._values.get(key, default)

    def words(self, key: str, default: str = "") -> Tuple[str, ...]:
        """Return the words of a value."""
        return tuple(self.get(key, default).split())

    def lines(self, key: str) -> Tuple[str, ...]:
        """Return the lines of a value that hold anything."""
        return tuple(line for line in self.get(key).splitlines() if line)

    def fault(self, text: str) -> RunnerError:
        """Return the error that says what is wrong with this section."""
        return RunnerError(f"{self.path}: [{self.name}]: {text}")


def read(path: Path, known: Iterable[str],
         needed: Iterable[str] = ()) -> List[Section]:
    """Return the sections of a file, in its order.

    RunnerError for a file that breaks the format or has another key, and for
    a section that lacks one that is needed.
    """
    parser = configparser.RawConfigParser(
        delimiters="=", comment_prefixes="#", empty_lines_in_values=False)
    try:
        parser.read_string(path.read_text("utf-8"), str(path))
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        raise RunnerError(f"{path}: {error}") from None
    found = [Section(path, name, parser[name]) for name in parser.sections()]
    for section in found:
        wrong = [f"lacks {key}" for key in needed if key not in section]
        wrong += [f"unknown key {key}"
                  for key in sorted(set(section) - set(known))]
        if wrong:
            raise section.fault("; ".join(wrong))
    return found


def read_all(directory: Path, known: Iterable[str],
             needed: Iterable[str] = ()) -> List[Section]:
    """Return the sections of a directory's *.ini, by file, then in order.

    RunnerError as read() has it, and for two sections of one name.
    """
    found: List[Section] = []
    for path in sorted(directory.glob("*.ini")):
        found += read(path, known, needed)
    names = [section.name for section in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RunnerError(f"{directory}: two sections are called"
                          f" {', '.join(twice)}")
    return found
