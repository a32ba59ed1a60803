# SPDX-License-Identifier: BSD-2-Clause
"""Makes a box's dom0 of Debian packages: a kernel and an initial RAM disk.

The packages are fetched and unpacked, never installed: no root, and nothing
of this system but apt and dpkg-deb.  Out of them come Xen's tools, Python and
busybox with the libraries that these need, and a handful of kernel modules:
some 25 MiB.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import stat
import struct
import zlib
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional

from ..base import cache, steps
from ..hypervisors import apt, aptsources
from ..hypervisors.hypervisor import host_release
from . import cpio, elf

# Debian's releases by the version of Xen whose tools they have: the tools and
# the hypervisor must be of one version.
RELEASES = {"4.14": "bullseye", "4.17": "bookworm", "4.20": "trixie"}

# To be raised when an image is made otherwise.
RECIPE = 1

_KERNEL = "linux-image-amd64"
_TOOLS = "xen-utils-"
_SHELL = "busybox-static"

_INIT = Path(__file__).with_name("init.sh")

# Modules by name; those that they depend on come by themselves.
_MODULES = ("xen-evtchn", "xen-privcmd", "xen-gntdev", "xen-gntalloc",
            "xenfs", "virtio_pci", "virtio_console", "9p", "9pnet_virtio")

_PROGRAMS = ("xl", "xenstored", "xenconsoled", "xen-init-dom0",
             "xenstore-control", "libxl-save-helper")

# What dom0 calls by these names; busybox has many more.
_APPLETS = """sh mount umount insmod mkdir cat ls ps poweroff sleep ln echo
    dmesg free mknod grep sed awk cp mv rm vi stty kill top id find head tail
    uname setsid env dd df date tr wc less""".split()

# pthread_cancel(), which libxl uses, loads this when it is called.
_LOADED_LATER = ("libgcc_s.so.1",)

# Parts of Python's library that a runner has no use for, and that are large
# or need libraries of their own.
_LEFT_OUT = re.compile(
    r"/(test|idlelib|tkinter|lib2to3|distutils|ensurepip|pydoc_data|sqlite3"
    r"|turtledemo|unittest|asyncio|xmlrpc|dbm|curses|wsgiref|venv"
    r"|__pycache__)/"
    r"|/(_(ssl|hashlib|sqlite3|tkinter|curses|curses_panel|crypt|dbm|gdbm"
    r"|lzma|bz2|ctypes|ctypes_test|codecs_\w+|test\w*|decimal|asyncio|uuid"
    r"|xxtestfuzz)|nis|readline|ossaudiodev)\.cpython")


class BoxError(Exception):
    """There is no box to be had; the text says why."""


class BoxImage(NamedTuple):
    """What boots as dom0 of a box.

    The packages that it was made of are in info.json beside it.
    """

    kernel: Path
    initrd: Path


def release_for(version: str) -> str:
    """Return the Debian release with the tools for a version of Xen.

    Raises BoxError where there is none.
    """
    match = re.match(r"(\d+\.\d+)", version)
    if match is None:
        raise BoxError("this hypervisor's version is not known (no file"
                       " config beside it), so neither is which release of"
                       " Debian has the tools for it")
    if match[1] not in RELEASES:
        known = ", ".join(f"{number} ({name})"
                          for number, name in RELEASES.items())
        raise BoxError(f"no release of Debian has the tools (xl, libxl) for"
                       f" Xen {match[1]}; it has those for {known}")
    return RELEASES[match[1]]


def cached(release: str) -> Optional[BoxImage]:
    """Return a release's image if it is in the cache and sound."""
    link = _link(release)
    try:
        entry = link.parent / os.readlink(link)
        facts = json.loads((entry / "info.json").read_text())
        for name, size in facts["sizes"].items():
            if (entry / name).stat().st_size != size:
                return None
        return BoxImage(entry / "kernel", entry / "initrd")
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def provide(release: str, progress: steps.Progress,
            force: bool = False) -> BoxImage:
    """Return a release's image, made first if need be.

    Raises BoxError.
    """
    found = None if force else cached(release)
    if found is not None:
        return found
    root = cache.root()

    def waiting() -> None:
        progress(f"waiting for another process that makes box@{release}")

    try:
        with cache.Lock(root / "locks" / f"box@{release}", waiting):
            found = None if force else cached(release)
            return found or _make(release, progress, force)
    except (aptsources.AptError, steps.CommandFailed, OSError,
            lzma.LZMAError) as error:
        raise BoxError(f"box@{release}: {error}") from error


def _recipe() -> str:
    text = " ".join([str(RECIPE), *_MODULES, *_PROGRAMS, *_APPLETS,
                     _LEFT_OUT.pattern])
    return f"{zlib.crc32(text.encode() + _INIT.read_bytes()):08x}"


def _link(release: str) -> Path:
    return cache.root() / "boxes" / f"{release}-{_recipe()}"


def _make(release: str, progress: steps.Progress, force: bool) -> BoxImage:
    root = cache.root()
    log = root / "logs" / f"box@{release}.log"
    cache.remove(log)
    archive = apt.PrivateApt("deb", release, host_release(),
                             root / "apt" / f"deb@{release}", log)
    archive.update(progress, force)
    packages = _packages(archive, release)
    downloads = root / "downloads" / f"box@{release}"
    debs = archive.fetch_binaries(packages, downloads, progress)
    tools = next(name for name in packages if name.startswith(_TOOLS))
    entry = (root / "boxes"
             / f"{release}-{packages[tools]}-{_recipe()}.image")
    with cache.publish(entry) as partial:
        tree = partial / "tree"
        for number, deb in enumerate(debs, 1):
            progress(f"unpacking the packages of box@{release}:"
                     f" {number} of {len(debs)}")
            steps.run(["dpkg-deb", "-x", str(deb), str(tree)], log)
        progress(f"making the initial RAM disk of box@{release}")
        (partial / "initrd").write_bytes(_Initrd(tree).archive())
        (partial / "kernel").write_bytes(_kernel(tree))
        cache.remove(tree)
        sizes = {name: (partial / name).stat().st_size
                 for name in ("initrd", "kernel")}
        (partial / "info.json").write_text(json.dumps(
            {"packages": packages, "sizes": sizes}, indent=1))
    cache.point(_link(release), entry.name)
    archive.tidy()
    cache.remove(downloads)
    made = cached(release)
    if made is None:
        raise BoxError(f"box@{release}: the cache {root} lost it")
    return made


def _packages(archive: apt.PrivateApt, release: str) -> Dict[str, str]:
    """Return the packages to unpack, with their versions."""
    tools = [(tuple(map(int, match[1].split("."))), name)
             for name in archive.packages(_TOOLS)
             for match in [re.fullmatch(_TOOLS + r"(\d+\.\d+)", name)]
             if match and archive.versions(name)]
    if not tools:
        raise BoxError(f"box@{release}: no package {_TOOLS}VERSION")
    # The kernel's package depends on what installs it; only itself counts.
    kernels = [name for name in archive.dependencies(_KERNEL)
               if name.startswith("linux-image-")]
    if not kernels:
        raise BoxError(f"box@{release}: no package {_KERNEL}")
    found = archive.closure([max(tools)[1], _SHELL])
    found[kernels[0]] = archive.versions(kernels[0])[0]
    return found


def _kernel(tree: Path) -> bytes:
    """Return the kernel: unpacked where possible, else as it is.

    Xen unpacks it otherwise, at each boot, and slowly in an emulator.
    """
    images = sorted((tree / "boot").glob("vmlinuz-*"))
    if not images:
        raise BoxError("the kernel's package has no boot/vmlinuz")
    data = images[0].read_bytes()
    start = 512 * ((data[0x1f1] or 4) + 1)
    offset, length = struct.unpack_from("<II", data, 0x248)
    payload = data[start + offset:start + offset + length]
    try:
        return lzma.LZMADecompressor().decompress(payload)
    except lzma.LZMAError:
        return data


class _Initrd:
    """Selects what goes into the initial RAM disk."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._archive = cpio.Archive()
        self._files: Dict[str, Path] = {}
        self._libraries: Dict[str, Path] = {}

    def archive(self) -> bytes:
        """Return the archive."""
        for pattern in ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu",
                        "usr/lib/xen-*/lib/x86_64-linux-gnu"):
            for directory in self._tree.glob(pattern):
                for path in directory.iterdir():
                    self._libraries.setdefault(path.name, path)
        self._select()
        modules = self._modules()
        self._close_over_libraries()
        for name in ("dev proc sys run tmp mnt root var/lib/xen"
                     " var/log/xen etc/xen").split():
            self._archive.directory(name)
        self._archive.link("var/run", "/run")
        self._archive.character_device("dev/console", 5, 1)
        for name in _APPLETS:
            self._archive.link(f"bin/{name}", "/bin/busybox")
        self._archive.link("usr/bin/env", "/bin/busybox")
        for name, path in sorted(self._files.items()):
            if path.is_symlink():
                self._archive.link(name, os.readlink(path))
            else:
                self._archive.file(name, path.read_bytes(),
                                   stat.S_IMODE(path.stat().st_mode))
        for name, data in modules.items():
            self._archive.file(name, data)
        self._archive.file("lib/modules/order", "".join(
            f"/{name}\n" for name in modules).encode())
        self._archive.file("init", _INIT.read_bytes(), 0o755)
        return self._archive.finish()

    def _add(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._files[str(path.relative_to(self._tree))] = path

    def _select(self) -> None:
        tree = self._tree
        programs = [path for name in _PROGRAMS
                    for path in tree.glob(f"usr/lib/xen-*/bin/{name}")]
        if not any(path.name == "xl" for path in programs):
            raise BoxError("the packages have no xl")
        self._add(programs)
        self._add(tree.glob("usr/lib/xen-common/bin/*"))
        self._add(tree.glob("usr/bin/xenstore*"))
        self._add(path for name in ("xl", "xenstored", "xenconsoled")
                  for path in tree.glob(f"usr/sbin/{name}"))
        self._add(tree.glob("etc/xen/xl.conf"))
        # Debian moves /bin to /usr/bin one package at a time.
        for busybox in (*tree.glob("bin/busybox"),
                        *tree.glob("usr/bin/busybox")):
            self._files["bin/busybox"] = busybox
        self._add(tree.glob("usr/bin/python3*[0-9]"))
        self._add(tree.glob("usr/bin/python3"))
        self._add(path for path in tree.glob("usr/lib/python3.*/**/*")
                  if path.is_file() and not path.is_symlink()
                  and not _LEFT_OUT.search(str(path)))

    def _close_over_libraries(self) -> None:
        """Add the libraries that the selected files need, and so on."""
        todo = [path for path in self._files.values()
                if not path.is_symlink()]
        wanted = set(_LOADED_LATER)
        while True:
            while todo:
                wanted.update(elf.needs(todo.pop().read_bytes()))
            if not wanted:
                return
            name = wanted.pop()
            if name.startswith("/"):
                self._add_linker(name)
                continue
            path = self._libraries.get(name)
            if path is None:
                raise BoxError(f"no package has the library {name}")
            while str(path.relative_to(self._tree)) not in self._files:
                self._add([path])
                if not path.is_symlink():
                    todo.append(path)
                    break
                path = path.parent / os.readlink(path)

    def _add_linker(self, name: str) -> None:
        """Add the dynamic linker under the name that programs have for it."""
        path = self._libraries[os.path.basename(name)]
        self._files[name.lstrip("/")] = path.resolve()

    def _modules(self) -> Dict[str, bytes]:
        """Return the kernel's modules in the order that they load in."""
        known = {path.name.partition(".ko")[0].replace("-", "_"): path
                 for path in self._tree.glob("**/lib/modules/**/*.ko*")}
        found: Dict[str, bytes] = {}

        def add(name: str) -> None:
            path = known.get(name.replace("-", "_"))
            if path is None:
                return      # built in, or not of this release
            key = f"lib/modules/{path.name.partition('.ko')[0]}.ko"
            if key in found:
                return
            data = path.read_bytes()
            if path.suffix == ".xz":
                data = lzma.decompress(data)
            match = re.search(rb"\0depends=([^\0]*)\0", data)
            for other in match[1].decode().split(",") if match else ():
                if other:
                    add(other)
            found[key] = data

        for module in _MODULES:
            add(module)
        return found
