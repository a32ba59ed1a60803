# SPDX-License-Identifier: BSD-2-Clause
"""A user's own Xen source tree as a hypervisor to test.

The tree is only read.  The cache has a copy of its sources, which follows the
tree and is built in, and each result under a name of its own:

    sources/tree-NAME-HASH/             the copy, with objects
    hypervisors/tree-NAME-HASH-DIGEST/  a result: xen, xen-syms, config

HASH stands for the tree's path and its configuration, DIGEST for the
result's bytes: one that is being tested does not change when the tree is
edited and another process builds it again.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
import zlib
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

from ..base import cache, deps, steps
from . import xenbuild
from .hypervisor import (MAKE_VARIABLES, OPTIONS, TREE_PREFIX, Hypervisor,
                         HypervisorError,
                         NotBuilt, check_image)
from .mirror import Mirror, MirrorError, commit_of

# What building the hypervisor needs of Xen's source tree.
PARTS = ("xen", "config", "Config.mk", "version.sh", "tools/flask")

# To be raised when the way a tree is built changes.
RECIPE = 1

# It takes as long as the link whose result it looks at.
_ENDBR_CHECK = "xen/tools/check-endbr.sh"

# The EFI binary is linked as often as the other one, and is not booted.
_TARGETS = ["efi-y="]

# A result is kept while it is one of the newest, or has been used lately.
_KEEP = 4
_KEEP_SECONDS = 24 * 3600

# Changes of the build itself, rather than of what is built: objects of
# earlier builds may be in the way of such a one.
_BUILD_FILES = re.compile(r"(^|/)(Makefile|Kconfig)[^/]*$|\.mk$|/scripts/"
                          r"|/tools/|\.include$|\.lst$|\.tbl$")

_MAX_NOTED = 8


class Tree(NamedTuple):
    """A source tree, and its Kconfig: a file, or a kind in OPTIONS."""

    directory: Path
    config: str = "full"
    arch: str = "x86"


def parse(spec: str, arch: str = "x86") -> Tree:
    """Return the tree that `tree:DIR` or `tree:DIR?config=FILE` names.

    DIR may be the hypervisor's directory `xen` in the tree.
    Raises HypervisorError where that is no source tree of Xen.
    """
    name, _, config = spec[len(TREE_PREFIX):].partition("?config=")
    directory = Path(name).expanduser().resolve()
    if not directory.is_dir():
        raise HypervisorError(f"{name}: not a directory, so not Xen's source")
    if not (directory / "xen/Makefile").is_file() \
            and (directory / "Makefile").is_file() \
            and (directory / "arch/x86").is_dir():
        directory = directory.parent
    if not _version_of(directory):
        raise HypervisorError(
            f"{name}: not a source tree of Xen (it has no xen/Makefile that"
            " sets XEN_VERSION)")
    if config and config not in OPTIONS:
        file = Path(config).expanduser().resolve()
        if not file.is_file():
            raise HypervisorError(f"{config}: no such Kconfig file")
        config = str(file)
    kind = "full" if arch == "x86" else f"full-{arch}"
    return Tree(directory, config or kind, arch)


def _version_of(directory: Path) -> str:
    """Return the version in a tree's xen/Makefile; "" where there is none."""
    try:
        text = (directory / "xen/Makefile").read_text("utf-8", "replace")
    except OSError:
        return ""
    parts = [re.search(rf"^export XEN_{name}\s*\??:?=[ \t]*([^\s$]*)", text,
                       re.MULTILINE)
             for name in ("VERSION", "SUBVERSION", "EXTRAVERSION")]
    if parts[0] is None or parts[1] is None:
        return ""
    extra = parts[2][1] if parts[2] is not None else ""
    return f"{parts[0][1]}.{parts[1][1]}{extra}"


def provide(spec: str, progress: steps.Progress,
            force: bool = False, arch: str = "x86") -> Hypervisor:
    """Return the hypervisor of a tree as it is now, built if need be.

    With `force`, everything is copied and compiled again.
    Raises HypervisorError.
    """
    tree = parse(spec, arch)
    maker = _Maker(tree, progress)
    try:
        with cache.Lock(cache.root() / "locks" / maker.name,
                        maker.waiting) as lock:
            maker.keep_fds = [lock.fileno()]
            return maker.make(force)
    except xenbuild.BuildError as error:
        raise NotBuilt(f"{tree.directory}: {error}") from error
    except (MirrorError, OSError) as error:
        raise HypervisorError(f"{tree.directory}: {error}") from error


class _Maker:
    """What the steps from a tree to its hypervisor share."""

    def __init__(self, tree: Tree, progress: steps.Progress) -> None:
        self._tree = tree
        self._variables = MAKE_VARIABLES[tree.arch]
        self._progress = progress
        # With an architecture other than x86, config says it unless a file is.
        key = f"{RECIPE}\n{tree.directory}\n{tree.config}"
        if tree.arch != "x86":
            key += f"\n{tree.arch}"
        short = re.sub(r"[^A-Za-z0-9_.-]", "_", tree.directory.name) or "xen"
        self.name = f"tree-{short}-{zlib.crc32(key.encode()):08x}"
        self._copy = cache.root() / "sources" / self.name
        self._results = cache.root() / "hypervisors"
        self._log = cache.root() / "logs" / f"{self.name}.log"
        self._mirror = Mirror(tree.directory, self._copy)
        self.keep_fds: List[int] = []

    def waiting(self) -> None:
        """Say that another process has the lock."""
        self._progress("waiting for another process that builds"
                       f" {self._tree.directory}")

    def make(self, force: bool) -> Hypervisor:
        """Bring the copy up to date and build it, unless it is built."""
        # Another process may have gone on while this one waited.
        self._mirror = Mirror(self._tree.directory, self._copy)
        version = _version_of(self._tree.directory)
        if force or self._mirror.state.get("version") != version:
            self._start_over()
        changed = self._follow(version)
        request, unknown = self._request()
        state = self._mirror.state
        entry = self._results / state.get("built", "none")
        if state.get("request") != request or not (entry / "xen").exists():
            entry = self._build(version, request, changed)
        os.utime(entry)
        self._say_notes(unknown)
        commit = commit_of(self._tree.directory, PARTS)
        return Hypervisor(str(self._tree.directory),
                          version + (f"-g{commit}" if commit else ""),
                          entry / "xen", entry / "xen-syms",
                          entry / "config", self._copy)

    def _start_over(self) -> None:
        """Forget the copy with all objects."""
        cache.remove(self._copy)
        self._mirror = Mirror(self._tree.directory, self._copy)

    def _follow(self, version: str) -> List[str]:
        """Bring the copy's sources up to date; return what changed."""
        mirror = self._mirror
        now, suspects, gone = mirror.compare(PARTS)
        if not suspects and not gone:
            return []
        if "files" not in mirror.state:
            self._progress(f"copying the sources of {self._tree.directory}")
        # A copy that an interrupted call left is not the one that was built,
        # and what that call changed counts as changed in the next one.
        built = mirror.state.pop("built", None)
        mirror.state["version"] = version
        pending = mirror.state.get("pending", [])
        mirror.state["pending"] = sorted({*pending, *suspects, *gone})
        mirror.save()
        changed = mirror.follow(now, [name for name in suspects
                                      if name != _ENDBR_CHECK], gone)
        stub = self._copy / _ENDBR_CHECK
        if not stub.exists():
            stub.parent.mkdir(parents=True, exist_ok=True)
            stub.write_text("exit 0\n")
        if not changed and built is not None:
            mirror.state["built"] = built
            mirror.state["pending"] = pending
        mirror.save()
        return changed

    # --- configuration -----------------------------------------------------

    def _request(self) -> Tuple[str, List[str]]:
        """Return what to ask of Kconfig, and the options of the kind that
        this Xen does not know.
        """
        config = self._tree.config
        if config not in OPTIONS:
            return Path(config).read_text("utf-8", "replace"), []
        known = self._known_options()
        lines, unknown = [], []
        for option in OPTIONS[config]:
            name = option.lstrip("!")
            if name not in known:
                unknown.append(name)
            elif option.startswith("!"):
                lines.append(f"# CONFIG_{name} is not set\n")
            else:
                lines.append(f"CONFIG_{name}=y\n")
        return "".join(lines), unknown

    def _known_options(self) -> List[str]:
        """Return the names that the tree's Kconfig files define."""
        return [name for file in self._mirror.state["files"]
                if "Kconfig" in file.rsplit("/", 1)[-1]
                for name in re.findall(
                    r"^\s*(?:menu)?config\s+(\w+)",
                    (self._copy / file).read_text("utf-8", "replace"),
                    re.MULTILINE)]

    def _configure(self, request: str) -> None:
        """Make .config of the request, and note what it did not take."""
        config = self._copy / "xen/.config"
        before = config.read_text() if config.exists() else ""
        stamp = config.stat() if before else None
        config.write_text(request)
        self._make(["olddefconfig", *self._variables])
        taken = config.read_text()
        if taken == before and stamp is not None:
            # As it was: nothing depends on it anew.
            os.utime(config, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        lines = set(taken.splitlines())
        values = dict(line.split("=", 1) for line in lines
                      if line.startswith("CONFIG_") and "=" in line)
        refused = []
        for line in request.splitlines():
            off = re.fullmatch(r"# (CONFIG_\w+) is not set", line)
            if off and off[1] in values:
                refused.append(f"{off[1]}=n")
            elif line.startswith("CONFIG_") and line not in lines \
                    and not line.endswith("=n"):
                refused.append(line)
        self._mirror.state["refused"] = refused

    def _say_notes(self, unknown: List[str]) -> None:
        """Say which wishes for options this Xen does not fulfil."""
        if unknown:
            self._progress(f"{self._tree.directory} knows no option "
                           + ", ".join(unknown) + "; built without")
        refused: List[str] = self._mirror.state.get("refused", [])
        if refused:
            more = len(refused) - _MAX_NOTED
            self._progress(
                f"{self._tree.directory} did not take "
                + ", ".join(refused[:_MAX_NOTED])
                + (f" and {more} more" if more > 0 else "")
                + " (unknown there, or a dependency is off)")

    # --- build -------------------------------------------------------------

    def _build(self, version: str, request: str, changed: List[str]) -> Path:
        """Build the copy; return the result's directory in the cache."""
        lacking = deps.missing("hypervisor" if self._tree.arch == "x86"
                               else f"hypervisor-{self._tree.arch}")
        if lacking:
            names = " ".join(sorted({need.package for need in lacking}))
            raise HypervisorError("building Xen needs packages that are not"
                                  f" installed: {names} (`make deps' installs"
                                  " them)")
        state = self._mirror.state
        fresh = "objects" not in state
        pending = sorted({*state.get("pending", []), *changed})
        try:
            self._compile(version, request, pending)
        except xenbuild.BuildError:
            if fresh or not any(_BUILD_FILES.search(name)
                                for name in pending):
                raise
            # Old objects and generated files may be what is in the way.
            self._progress("that failed; building from scratch, since files"
                           " of the build itself have changed")
            self._start_over()
            self._follow(version)
            self._compile(version, request, [])
        return self._publish()

    def _compile(self, version: str, request: str,
                 pending: List[str]) -> None:
        state = self._mirror.state
        cache.remove(self._log)
        if state.get("request") != request \
                or any("Kconfig" in name for name in pending):
            self._progress(f"configuring Xen {version}")
            state.pop("request", None)
            self._mirror.save()
            self._configure(request)
            state["request"] = request
            self._mirror.save()
        total = "" if "objects" in state else \
            f" of about {xenbuild.USUAL_OBJECTS}"
        made = xenbuild.build_shown(
            self._copy, self._log, version, total, self._progress,
            self.keep_fds, [*_TARGETS, *self._variables])
        state.setdefault("objects", made)

    def _make(self, targets: List[str]) -> None:
        xenbuild.make(self._copy, targets, self._log, keep_fds=self.keep_fds)

    def _publish(self) -> Path:
        """Put what was built into the cache, and drop what is old."""
        data = (self._copy / "xen/xen").read_bytes()
        complaint = check_image(data, self._tree.arch)
        if complaint:
            raise HypervisorError(f"{self._tree.directory}: the xen/xen that"
                                  f" was built: {complaint}")
        config = (self._copy / "xen/.config").read_bytes()
        digest = hashlib.sha256(data + config).hexdigest()[:12]
        entry = self._results / f"{self.name}-{digest}"
        if not (entry / "xen").exists():
            with cache.publish(entry) as partial:
                (partial / "xen").write_bytes(data)
                shutil.copyfile(self._copy / "xen/xen-syms",
                                partial / "xen-syms")
                (partial / "config").write_bytes(config)
        self._mirror.state["built"] = entry.name
        self._mirror.state.pop("pending", None)
        self._mirror.save()
        self._prune(entry)
        return entry

    def _prune(self, newest: Path) -> None:
        """Drop results that are neither among the newest nor in use."""
        ages: Dict[Path, float] = {
            path: time.time() - path.stat().st_mtime
            for path in self._results.glob(self.name + "-*")
            if path != newest}
        for path in sorted(ages, key=ages.__getitem__)[_KEEP - 1:]:
            if ages[path] > _KEEP_SECONDS:
                cache.remove(path)
