# SPDX-License-Identifier: BSD-2-Clause
"""apt's source entries: read the user's, derive those for one purpose.

Both forms are known, one-line `.list` and deb822 `.sources`.  A derived entry
keeps the user's text but for its type and suites.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, List, Optional, Tuple

SUITE_PARTS = ("", "-security", "-updates")
COMPONENTS = {"main", "universe"}


class AptError(Exception):
    """The archive cannot give what was asked for; the text says why."""


@dataclass(frozen=True)
class Entry:
    """A source entry as the user wrote it: one line or a deb822 stanza."""

    text: str
    one_line: bool


def user_source_files() -> List[Path]:
    """Return the user's own source files, as apt would read them."""
    try:
        text = subprocess.run(
            ["apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f",
             "PARTS", "Dir::Etc::sourceparts/d"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            check=True).stdout
    except FileNotFoundError:
        raise AptError("there is no apt on this system") from None
    except subprocess.CalledProcessError as error:
        raise AptError(f"apt-config ended with status"
                       f" {error.returncode}") from error
    names = dict(word.split("=", 1) for word in shlex.split(text))
    main, parts = Path(names["LIST"]), Path(names["PARTS"])
    files = [main] if main.is_file() else []
    if parts.is_dir():
        files += [path for path in sorted(parts.iterdir())
                  if path.suffix in (".list", ".sources")]
    return files


_ONE_LINE = re.compile(
    r"^(?P<type>deb|deb-src)\s+(?:\[(?P<options>[^]]*)\]\s*)?"
    r"(?P<uri>\S+)\s+(?P<suite>\S+)(?:\s+(?P<components>\S.*))?$")


def read_entries(text: str, one_line: bool) -> List[Entry]:
    """Split a sources file into its entries, without comments and blanks."""
    lines = [line.rstrip() for line in text.splitlines()
             if not line.lstrip().startswith("#")]
    if one_line:
        lines = [line.partition("#")[0].strip() for line in lines]
        return [Entry(line, True) for line in lines if line]
    stanzas = re.split(r"\n\s*\n", "\n".join(lines))
    return [Entry(stanza.strip("\n"), False)
            for stanza in stanzas if stanza.strip()]


def _fields(stanza: str) -> List[Tuple[str, str]]:
    """Return a deb822 stanza's fields in order, with continuation lines."""
    fields: List[Tuple[str, str]] = []
    for line in stanza.splitlines():
        if line[:1] in " \t" and fields:
            name, value = fields[-1]
            fields[-1] = name, value + "\n" + line
        else:
            name, _, value = line.partition(":")
            fields.append((name, value.strip()))
    return fields


def _wanted(suites: Iterable[str], components: Iterable[str],
            release: str) -> List[str]:
    """Return those suites that make up a release's own packages."""
    own = {release + part for part in SUITE_PARTS}
    if not COMPONENTS & set(components):
        return []
    return [suite for suite in suites if suite in own]


def derive(entry: Entry, kind: str, host: str,
           release: str) -> Optional[str]:
    """Rewrite a user's entry for one purpose; None if it does not serve it.

    `kind` is `deb` or `deb-src`, and takes the place of the entry's types.
    Suites of the release `host` become those of `release`; other suites
    (backports, third parties) are left out.  All else stays as written.
    """
    target = {"deb": "Packages", "deb-src": "Sources"}[kind]

    def renamed(suites: Iterable[str]) -> str:
        return " ".join(release + suite[len(host):] for suite in suites)

    if entry.one_line:
        match = _ONE_LINE.match(entry.text)
        if match is None:
            return None
        suites = _wanted([match["suite"]],
                         (match["components"] or "").split(), host)
        if not suites or match["uri"].startswith("cdrom:"):
            return None
        options = [option for option in (match["options"] or "").split()
                   if not option.lower().startswith("target")]
        options.append(f"target={target}")
        return (f"{kind} [{' '.join(options)}] {match['uri']}"
                f" {renamed(suites)} {match['components']}")

    fields = _fields(entry.text)
    values = {name.lower(): value for name, value in fields}
    suites = _wanted(values.get("suites", "").split(),
                     values.get("components", "").split(), host)
    if not suites or values.get("enabled", "yes").lower() in ("no", "false"):
        return None
    replaced = {"types": kind, "suites": renamed(suites), "targets": target}
    lines = [f"{name}: {replaced.pop(name.lower(), value)}"
             for name, value in fields]
    if "targets" in replaced:
        lines.append(f"Targets: {target}")
    return "\n".join(lines)
