# SPDX-License-Identifier: BSD-2-Clause
"""Compare the records with a copy of Xen's git repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

# Every commit to these since 2012 is recorded, or listed as quiet.
FILES = tuple("""
xen/common/grant_table.c xen/common/event_channel.c xen/common/event_2l.c
xen/common/event_fifo.c xen/common/argo.c xen/common/event_channel.h
xen/common/compat/grant_table.c xen/common/compat/argo.c
xen/common/multicall.c xen/common/compat/multicall.c
xen/include/xen/grant_table.h xen/include/xen/event.h
xen/include/xen/event_fifo.h xen/include/xen/argo.h
xen/include/public/grant_table.h xen/include/public/event_channel.h
xen/include/public/argo.h xen/arch/x86/pv/grant_table.c
xen/arch/x86/hvm/grant_table.c xen/arch/x86/pv/callback.c
""".split())

_RELEASE = re.compile(r"RELEASE-(\d+)\.(\d+)\.(\d+)$")


def _git(repository: Path, *args: str) -> str:
    return subprocess.run(["git", "-C", str(repository), *args], text=True,
                          errors="replace", check=True,
                          stdout=subprocess.PIPE).stdout


def missing(repository: Path, master: str,
            known: Sequence[str]) -> List[Tuple[str, str]]:
    """Return commits to FILES that are not known, with their subjects."""
    log = _git(repository, "log", "--since=2012-01-01", "--reverse",
               "--no-merges", "--abbrev=10", "--format=%h %s", master, "--",
               *FILES)
    found = [tuple(line.split(" ", 1)) for line in log.splitlines()]
    return [(commit, subject) for commit, subject in found
            if commit not in known]


class Releases:
    """Which releases have a commit of the master branch."""

    def __init__(self, repository: Path, master: str) -> None:
        self._repository = repository
        self._tags = sorted(
            (tuple(map(int, match.groups())), match.string)
            for match in map(_RELEASE.match,
                             _git(repository, "tag").split()) if match)
        self._first = self._first_releases(master)
        self._picks = self._backports(master)

    def _first_releases(self, master: str) -> Dict[str, str]:
        """Each commit's first release with a .0; else the next one."""
        first: Dict[str, str] = {}
        last = (0, 0)
        for version, tag in self._tags:
            if version[2]:
                continue
            for commit in _git(self._repository, "rev-list",
                               "--since=2011-06-01", tag).split():
                first.setdefault(commit[:10], f"{version[0]}.{version[1]}")
            last = max(last, version[:2])
        for commit in _git(self._repository, "rev-list",
                           "--since=2011-06-01", master).split():
            first.setdefault(commit[:10], f"{last[0]}.{last[1] + 1}")
        return first

    def _backports(self, master: str) -> Dict[str, List[Tuple[int, ...]]]:
        """Releases of stable branches, by the master commit they took."""
        picks: Dict[str, List[Tuple[int, ...]]] = {}
        branches = sorted({version[:2] for version, _ in self._tags
                           if version[:2] >= (4, 1)})
        pattern = re.compile(
            r"(?:master commit: |cherry picked from commit )([0-9a-f]{10})")
        for branch in branches:
            tags = [t for t in self._tags if t[0][:2] == branch]
            spans = [(tags[i - 1][1] + ".." + tags[i][1], tags[i][0])
                     for i in range(1, len(tags))]
            spans.append((f"{master}..{tags[0][1]}", tags[0][0]))
            spans.append((f"{tags[-1][1]}..origin/stable-{branch[0]}."
                          f"{branch[1]}",
                          (*branch, tags[-1][0][2] + 1)))
            for span, version in spans:
                try:
                    log = _git(self._repository, "log", "--format=%b", span)
                except subprocess.CalledProcessError:
                    continue
                for commit in pattern.findall(log):
                    picks.setdefault(commit, []).append(version)
        return picks

    def of(self, commit: str) -> Tuple[str, List[str]]:
        """Return the first release, and those of older branches."""
        since = self._first.get(commit, "")
        seen: Dict[Tuple[int, ...], Tuple[int, ...]] = {}
        for version in self._picks.get(commit, []):
            seen[version[:2]] = min(version, seen.get(version[:2], version))
        return since, [".".join(map(str, version if version[2] else
                                    version[:2]))
                       for version in sorted(seen.values(), reverse=True)]

    def date(self, commit: str) -> str:
        """Return the month of the commit."""
        return _git(self._repository, "log", "-1", "--format=%cs",
                    commit).strip()[:7]


def fill_in(path: Path, releases: Releases) -> None:
    """Write date, since and backports of a file's records anew."""
    out: List[str] = []
    for line in path.read_text("utf-8").splitlines():
        if re.match(r"(date|since|backports)\s*=", line):
            continue
        out.append(line)
        section = re.fullmatch(r"\[([0-9a-f]{10})\]", line)
        if section:
            since, backports = releases.of(section[1])
            out.append(f"date = {releases.date(section[1])}")
            out.append(f"since = {since}")
            if backports:
                out.append(f"backports = {' '.join(backports)}")
    path.write_text("\n".join(out) + "\n", "utf-8")
