# SPDX-License-Identifier: BSD-2-Clause
"""Make hypervisors: from Debian's archive to the cache."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import time
from pathlib import Path
from typing import Callable, List, Optional, Tuple, TypeVar

from ..base import cache, deps, steps
from . import apt, aptsources, xenbuild
from .hypervisor import (MAKE_VARIABLES, OPTIONS, HypervisorError,
                         Unavailable, arch_of, check_image, entry_name,
                         host_release, link_path, source_path)

SOURCE_PACKAGE = "xen"
_STOCK_PACKAGE = re.compile(r"xen-hypervisor-(\d+(?:\.\d+)+)-amd64")

_Fetched = TypeVar("_Fetched")


def provide(kind: str, release: str, progress: steps.Progress,
            force: bool) -> None:
    """Put a hypervisor of a kind into the cache, and the release's link to it.

    Whoever comes while another makes the same waits for that one, and takes
    what it made.  Raises HypervisorError, Unavailable where the archive or
    the compiler is in the way.
    """
    root = cache.root()
    started = time.time()
    waited: List[bool] = []

    def waiting() -> None:
        waited.append(True)
        progress(f"waiting for another process that makes {kind}@{release}")

    try:
        with cache.Lock(root / "locks" / f"{kind}@{release}", waiting) as lock:
            if waited and _made_since(link_path(kind, release), started):
                return
            maker = _Maker(kind, release, progress, force, lock)
            maker.built() if kind in OPTIONS else maker.stock()
    except (aptsources.AptError, xenbuild.BuildError) as error:
        raise Unavailable(f"{kind}@{release}: {error}") from error
    except OSError as error:
        raise HypervisorError(f"{kind}@{release}: {error}") from error


def _made_since(link: Path, moment: float) -> bool:
    """Tell whether a link was set after a moment."""
    try:
        return link.lstat().st_mtime >= moment and (link / "xen").exists()
    except FileNotFoundError:
        return False


def _known_objects(entry: Path) -> Optional[int]:
    """Return how many objects the build of a finished one made."""
    try:
        return int(json.loads((entry / "info.json").read_text())["objects"])
    except (OSError, ValueError, KeyError):
        return None


class _Maker:
    """What the steps of making one hypervisor share."""

    def __init__(self, kind: str, release: str, progress: steps.Progress,
                 force: bool, lock: cache.Lock) -> None:
        self._kind = kind
        self._arch = arch_of(kind)
        self._variables = MAKE_VARIABLES[self._arch]
        self._release = release
        self._progress = progress
        self._force = force
        self._lock = lock
        self._root = cache.root()
        self._log = self._root / "logs" / f"{kind}@{release}.log"
        self._downloads = self._root / "downloads"
        cache.remove(self._log)

    # --- stock -------------------------------------------------------------

    def stock(self) -> None:
        """Fetch Debian's binary package and unpack its hypervisor."""
        archive = self._archive("deb")
        package = self._newest_package(archive)
        version, deb = self._fetch(
            archive, package,
            lambda version: archive.fetch_binary(package, version,
                                                 self._downloads))
        entry = self._entry(version)
        if self._force or not (entry / "xen").exists():
            self._progress(f"unpacking {package} {version}")
            with cache.publish(entry) as partial:
                self._unpack_stock(deb, partial)
        deb.unlink()
        self._finish(entry, archive)

    def _newest_package(self, archive: apt.PrivateApt) -> str:
        """Return the name of the release's newest hypervisor package."""
        found: List[Tuple[List[int], str]] = []
        for name in archive.packages("xen-hypervisor-"):
            match = _STOCK_PACKAGE.fullmatch(name)
            if match and archive.versions(name):
                found.append(([int(n) for n in match[1].split(".")], name))
        if not found:
            raise Unavailable(f"{self._release} has no package"
                              " xen-hypervisor-VERSION-amd64")
        return max(found)[1]

    def _unpack_stock(self, deb: Path, into: Path) -> None:
        """Put a binary package's xen and config into a directory."""
        files = into / "files"
        steps.run(["dpkg-deb", "-x", str(deb), str(files)], self._log)
        images = sorted((files / "boot").glob("xen-*.gz"))
        if not images:
            raise HypervisorError(f"{deb.name} has no boot/xen-*.gz")
        data = gzip.decompress(images[0].read_bytes())
        complaint = check_image(data)
        if complaint:
            raise HypervisorError(f"{deb.name}: {images[0].name}: {complaint}")
        (into / "xen").write_bytes(data)
        config = images[0].with_suffix(".config")
        if config.exists():
            shutil.copyfile(config, into / "config")
        cache.remove(files)

    # --- built here --------------------------------------------------------

    def built(self) -> None:
        """Fetch Debian's source package and build its hypervisor."""
        lacking = deps.missing("hypervisor" if self._arch == "x86"
                               else f"hypervisor-{self._arch}")
        if lacking:
            names = " ".join(sorted({need.package for need in lacking}))
            raise HypervisorError("building Xen needs packages that are not"
                                  f" installed: {names} (`make deps' installs"
                                  " them)")
        archive = self._archive("deb-src")
        version, tars = self._fetch(
            archive, SOURCE_PACKAGE,
            lambda version: archive.fetch_source(SOURCE_PACKAGE, version,
                                                 self._downloads))
        entry = self._entry(version)
        if self._force or not (entry / "xen").exists():
            self._build(version, tars, entry)
        self._finish(entry, archive)

    def _build(self, version: str, tars: List[Path], entry: Path) -> None:
        """Unpack, configure and build a version, and publish the result."""
        tree = source_path(self._kind, version)
        log = self._root / "logs" / f"{tree.name}.log"
        if self._force:
            cache.remove(tree)
        if not tree.exists():
            self._progress(f"unpacking xen {version}")
            cache.remove(log)
            with cache.publish(tree) as partial:
                xenbuild.unpack(tars, partial, self._log)
        self._progress(f"configuring xen {version}")
        keep = [self._lock.fileno()]
        xenbuild.configure(tree, OPTIONS[self._kind], log, keep,
                           self._variables)

        known = _known_objects(link_path(self._kind, self._release))
        total = str(known) if known else f"about {xenbuild.USUAL_OBJECTS}"
        made = xenbuild.build_shown(tree, log, version, f" of {total}",
                                    self._progress, keep, self._variables)
        with cache.publish(entry) as partial:
            for name in ("xen", "xen-syms"):
                shutil.copy2(tree / "xen" / name, partial / name)
            shutil.copyfile(tree / "xen/.config", partial / "config")
            shutil.copyfile(log, partial / "build.log")
            (partial / "info.json").write_text(
                json.dumps({"objects": made}) + "\n")

    # --- both --------------------------------------------------------------

    def _archive(self, kind: str) -> apt.PrivateApt:
        """Return the archive of the release with its lists fetched."""
        archive = apt.PrivateApt(
            kind, self._release, host_release(),
            self._root / "apt" / f"{kind}@{self._release}", self._log)
        archive.update(self._progress, self._force)
        return archive

    def _fetch(self, archive: apt.PrivateApt, package: str,
               fetch: Callable[[str], _Fetched]) -> Tuple[str, _Fetched]:
        """Fetch the newest version that the mirror serves."""
        versions = archive.versions(package)
        if not versions:
            raise Unavailable("the mirror of this system lists no package"
                              f" {package} for {self._release}")
        for version in versions:
            self._progress(f"fetching {package} {version}")
            try:
                return version, fetch(version)
            except apt.NotServed:
                self._progress(f"{package} {version} is listed, but the"
                               " mirror does not serve its files (404)")
        raise Unavailable(f"{self._kind}@{self._release}: the mirror lists"
                          f" {package} {', '.join(versions)} and does not"
                          " serve the files (404)")

    def _entry(self, version: str) -> Path:
        return (self._root / "hypervisors"
                / entry_name(self._kind, version))

    def _finish(self, entry: Path, archive: apt.PrivateApt) -> None:
        """Make the release's link say that `entry` is what it means."""
        cache.point(link_path(self._kind, self._release), entry.name)
        archive.tidy()
