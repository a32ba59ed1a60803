# SPDX-License-Identifier: BSD-2-Clause
"""Debian's archive through a private apt: any release, as any user.

The user's apt configuration is read, never written.  Everything in it that
says how to reach and trust an archive (URIs, Signed-By, proxies, credentials)
stays in force; a private configuration file on top of it only replaces the
source entries and the directories that apt writes to.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import (Callable, Dict, Iterable, List, Mapping, Optional,
                    Sequence, Tuple)

from ..base import steps
from .aptsources import AptError, derive, read_entries, user_source_files

# Package lists younger than this (seconds) are not fetched again.
LISTS_FRESH = 600

# What a user's entries may call the running release instead of its code name.
ALIASES = ("stable", "testing", "unstable", "sid", "oldstable")


class NotServed(AptError):
    """A listed file answers 404: lists and mirror are not of one time."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a source package, and its digest from the signed index."""

    name: str
    size: int
    digest: str

    def matches(self, path: Path) -> bool:
        """Tell whether `path` is this file, complete and intact."""
        algorithm, _, expected = self.digest.partition(":")
        try:
            if path.stat().st_size != self.size:
                return False
            actual = hashlib.new(algorithm.lower(), path.read_bytes())
        except (FileNotFoundError, ValueError):
            return False
        return actual.hexdigest() == expected


class PrivateApt:
    """apt for one kind of entry of one release, its state all in `home`."""

    def __init__(self, kind: str, release: str, host: str, home: Path,
                 log: Path) -> None:
        """Take packages of `release` from the mirrors of the running `host`.

        `kind` is `deb` or `deb-src`; `log` gets what apt prints.
        Raises AptError where there is no apt, or no entry to derive from.
        """
        self._home = home
        self._log = log
        self._release = release
        self._conf = home / "apt.conf"
        self._prepare(kind, release, host)

    def _prepare(self, kind: str, release: str, host: str) -> None:
        """Write the private configuration and source entries."""
        one_line, stanzas = _derived(kind, release, host)
        for name in ("parts", "state/lists/partial", "cache/archives/partial"):
            (self._home / name).mkdir(parents=True, exist_ok=True)
        status = self._home / "status"
        status.touch()
        self._entries = "\n\n".join(one_line + stanzas)
        (self._home / "parts/private.list").write_text(
            "".join(line + "\n" for line in one_line))
        (self._home / "parts/private.sources").write_text(
            "\n\n".join(stanzas) + "\n")
        lines = [
            # The user's hooks clean or refresh things that are not private,
            # and a default release need not exist among private entries.
            "#clear APT::Update;",
            "#clear DPkg::Post-Invoke;",
            "#clear APT::Default-Release;",
            'APT::Update::Error-Mode "any";',
            'APT::Architecture "amd64";',
            'Dir::Etc::sourcelist "/dev/null";',
            f'Dir::Etc::sourceparts "{self._home}/parts";',
            f'Dir::State "{self._home}/state";',
            f'Dir::State::lists "{self._home}/state/lists";',
            f'Dir::State::status "{status}";',
            f'Dir::Cache "{self._home}/cache";',
            f'Dir::Cache::archives "{self._home}/cache/archives";',
            'Dir::Cache::pkgcache "pkgcache.bin";',
            'Dir::Cache::srcpkgcache "";',
            'Acquire::Languages "none";',
            'Acquire::Retries "2";',
        ]
        if os.geteuid() == 0:
            # apt drops to a user who cannot write into root's own cache.
            lines.append('APT::Sandbox::User "root";')
        self._conf.write_text("\n".join(lines) + "\n")

    def _query(self, *command: str) -> str:
        """Run an apt query and return what it prints."""
        done = subprocess.run(
            [command[0], "-c", str(self._conf), *command[1:]],
            env=_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise AptError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def _act(self, *arguments: str, cwd: Optional[Path] = None,
             on_tick: Callable[[], None] = lambda: None) -> None:
        """Run apt-get, logged; raise NotServed or AptError if it fails."""
        command = ["apt-get", "-c", str(self._conf), "-q", "-y", *arguments]
        try:
            steps.run(command, self._log, cwd=cwd, env=_environment(),
                      on_tick=on_tick)
        except steps.CommandFailed as error:
            kind = NotServed if "404 " in error.output else AptError
            raise kind(f"apt-get {arguments[0]} failed:\n"
                       + error.excerpt("^E: ", 5)) from error

    def update(self, progress: steps.Progress, force: bool = False) -> None:
        """Fetch the package lists unless they are fresh.

        Lists that are there serve when not all can be fetched.  Raises
        AptError when there are none at all.
        """
        stamp = self._home / "updated"
        if not force and self._fresh(stamp):
            return
        progress(f"fetching the package lists of {self._release}")
        try:
            self._act("update")
        except AptError as error:
            # One suite of several may be missing (a release too young to
            # have a security suite, say); what counts is what is there.
            if not any((self._home / "state/lists").glob("*_dists_*")):
                raise AptError(f"no package lists of {self._release}: {error}"
                               ) from error
            progress(f"not all package lists of {self._release} could be"
                     " fetched, using those that are there")
            return
        stamp.write_text(self._entries)

    def _fresh(self, stamp: Path) -> bool:
        try:
            age = time.time() - stamp.stat().st_mtime
            return 0 <= age < LISTS_FRESH \
                and stamp.read_text() == self._entries
        except FileNotFoundError:
            return False

    def tidy(self) -> None:
        """Drop what only speeds up the next query; it is tens of megabytes."""
        with contextlib.suppress(FileNotFoundError):
            (self._home / "cache/pkgcache.bin").unlink()

    def packages(self, prefix: str) -> List[str]:
        """Return the names of all packages that begin with `prefix`."""
        return self._query("apt-cache", "pkgnames", prefix).split()

    def versions(self, package: str) -> List[str]:
        """Return the listed versions of a package, the newest first."""
        found = set()
        for line in self._query("apt-cache", "madison", package).splitlines():
            columns = [column.strip() for column in line.split("|")]
            if len(columns) == 3 and columns[0] == package:
                found.add(columns[1])
        return newest_first(found)

    def source_files(self, package: str, version: str) -> List[RemoteFile]:
        """Return the files of a source package."""
        text = self._query("apt-get", "-q", "source", "--only-source",
                           "--print-uris", f"{package}={version}")
        files = []
        for line in text.splitlines():
            if line.startswith("'"):
                _, name, size, digest = shlex.split(line)[:4]
                files.append(RemoteFile(name, int(size), digest))
        return files

    def fetch_source(self, package: str, version: str,
                     into: Path) -> List[Path]:
        """Fetch a source package's tar files; return where they are.

        What a former call left in `into` is used, half files included.  The
        `.dsc` is not asked for in the end: the signed index has the digest
        of each file, and some mirrors do not serve every `.dsc`.
        Raises NotServed or AptError.
        """
        tars = [remote for remote in self.source_files(package, version)
                if ".tar." in remote.name
                and not remote.name.endswith(".asc")]
        into.mkdir(parents=True, exist_ok=True)

        def missing() -> List[str]:
            return [remote.name for remote in tars
                    if not remote.matches(into / remote.name)]

        if missing():
            failure: Optional[AptError] = None
            try:
                self._act("source", "--only-source", "--download-only",
                          f"{package}={version}", cwd=into)
            except AptError as error:
                failure = error
            if missing():
                raise failure or AptError(
                    f"{', '.join(missing())}: not what the archive signed")
        if len(tars) < 2:
            raise AptError(f"{package} {version} lists no tar files")
        return [into / remote.name for remote in tars]

    def fetch_binary(self, package: str, version: str, into: Path) -> Path:
        """Fetch a binary package and return where it is.

        Raises NotServed or AptError.
        """
        into.mkdir(parents=True, exist_ok=True)
        self._act("download", f"{package}={version}", cwd=into)
        plain = version.replace(":", "%3a")
        found = sorted(into.glob(f"{package}_{plain}_*.deb"))
        if not found:
            raise AptError(f"apt-get download left no {package}_{plain}")
        return found[0]

    def dependencies(self, package: str) -> List[str]:
        """Return the packages that a package depends on, itself."""
        text = self._query("apt-cache", "depends", "--no-recommends",
                           "--no-suggests", package)
        return [line.split()[1] for line in text.splitlines()
                if line.lstrip(" |").startswith("Depends: ")]

    def closure(self, packages: Sequence[str]) -> Dict[str, str]:
        """Return packages with all that they depend on, and the versions."""
        text = self._query("apt-get", "-q", "-s", "--no-install-recommends",
                           "install", *packages)
        found = re.findall(r"^Inst (\S+) \((\S+) ", text, re.MULTILINE)
        return {name.partition(":")[0]: version for name, version in found}

    def fetch_binaries(self, packages: Mapping[str, str], into: Path,
                       progress: steps.Progress) -> List[Path]:
        """Fetch binary packages of given versions; return where they are.

        What a former call left in `into` is used.
        Raises NotServed or AptError.
        """
        into.mkdir(parents=True, exist_ok=True)
        step = f"fetching {len(packages)} packages of {self._release}"
        progress(step)

        def show() -> None:
            progress(f"{step}: {len(list(into.glob('*.deb')))} are there")

        self._act("download", *(f"{name}={version}"
                                for name, version in packages.items()),
                  cwd=into, on_tick=show)
        found = []
        for name, version in packages.items():
            plain = version.replace(":", "%3a")
            debs = sorted(into.glob(f"{name}_{plain}_*.deb"))
            if not debs:
                raise AptError(f"apt-get download left no {name}_{plain}")
            found.append(debs[0])
        return found


def _derived(kind: str, release: str,
             host: str) -> Tuple[List[str], List[str]]:
    """Return entries derived from the user's: one-line ones, deb822 ones."""
    files = user_source_files()
    entries = []
    for path in files:
        try:
            text = path.read_text()
        except OSError as error:
            raise AptError(f"cannot read apt's {path}:"
                           f" {error.strerror}") from error
        entries += read_entries(text, path.suffix != ".sources")
    for name in (host, *ALIASES):
        derived = [(entry.one_line, derive(entry, kind, name, release))
                   for entry in entries]
        one_line = [text for flat, text in derived if text and flat]
        stanzas = [text for flat, text in derived if text and not flat]
        if one_line or stanzas:
            return (list(dict.fromkeys(one_line)),
                    list(dict.fromkeys(stanzas)))
    names = ", ".join(str(path) for path in files) or "none"
    raise AptError(f"apt's source entries have none for the component main of"
                   f" {host}, so there is no mirror to take {release} from"
                   f" (looked at: {names})")


def newest_first(versions: Iterable[str]) -> List[str]:
    """Sort Debian versions, the newest first."""
    def compare(one: str, other: str) -> int:
        if one == other:
            return 0
        older = subprocess.run(
            ["dpkg", "--compare-versions", one, "lt", other]).returncode == 0
        return -1 if older else 1

    return sorted(versions, key=functools.cmp_to_key(compare), reverse=True)


def _environment() -> Dict[str, str]:
    """Return this environment with apt's messages in English and unasked."""
    return {**os.environ, "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive"}
