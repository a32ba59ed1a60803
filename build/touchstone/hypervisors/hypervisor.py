# SPDX-License-Identifier: BSD-2-Clause
"""Hypervisors to test: built here, Debian's own (`stock`), a file, a tree.

resolve() turns such a word into files that QEMU can boot.  `full`, `nodebug`
and `stock` come from Debian's archive once and then from the cache:

    hypervisors/full-VERSION-HASH/   a finished one: xen, xen-syms, config, ...
    hypervisors/full@RELEASE-HASH    link to the one that the word means now
    hypervisors/file-HASH/           an unpacked gzip file
    hypervisors/tree-..., sources/tree-...  a user's own source: xentree.py
    sources/xen-VERSION-HASH/        the tree it was built in, with objects
    downloads/, apt/, locks/, logs/  what the way there left behind

HASH stands for the way a kind is made, VERSION for Debian's package.
"""

import os
import zlib
from pathlib import Path
from typing import (TYPE_CHECKING, Callable, Dict, List, NamedTuple,
                    Optional, Tuple)

from ..base import cache
from ..base.verdict import UsageError

if TYPE_CHECKING:
    import argparse

# What a kind that is built here turns on, or (!) off, over Xen's defaults:
# all that a guest can test; with Xen's own assertions, and without.
_TESTABLE = ("EXPERT", "UNSUPPORTED", "ARGO", "PV32", "SHADOW_PAGING",
             "HVM_FEP")
_TESTABLE_ARM64 = ("EXPERT", "UNSUPPORTED", "ARGO")
OPTIONS = {"full": (*_TESTABLE, "DEBUG"), "nodebug": (*_TESTABLE, "!DEBUG"),
           "full-arm64": (*_TESTABLE_ARM64, "DEBUG"),
           "nodebug-arm64": (*_TESTABLE_ARM64, "!DEBUG")}

# The architectures, and what make is told to build Xen for each.
MAKE_VARIABLES: Dict[str, Tuple[str, ...]] = {
    "x86": (),
    "arm64": ("XEN_TARGET_ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-"),
}

KINDS = (*OPTIONS, "stock")

# `full`, or what comes nearest to it and is to be had: fallback.py.
AUTO = "auto"

# `tree:DIR` or `tree:DIR?config=FILE` is a user's own source of Xen.
TREE_PREFIX = "tree:"

# To be raised when the way a hypervisor is made changes otherwise.
RECIPE = 1

# The command's exit status where the archive or the compiler is in the way.
UNAVAILABLE = 4

# Where a multiboot loader looks for the header, and the word it looks for.
_HEADER_AREA = 8192
_MULTIBOOT_MAGIC = 0x1BADB002.to_bytes(4, "little")

# Xen for arm64 is in the 64-bit Image format, with this at this place.
_IMAGE_MAGIC = b"ARM\x64"
_IMAGE_MAGIC_AT = 0x38

Progress = Callable[[str], None]


class HypervisorError(Exception):
    """A hypervisor is not to be had; the text says why and what to do."""


class Unavailable(HypervisorError):
    """Debian's archive or this system's compiler does not give a kind."""


class NotBuilt(HypervisorError):
    """A user's source does not build; the text holds the compiler's words."""


class Hypervisor(NamedTuple):
    """A hypervisor to test.

    `xen` is the uncompressed 32-bit multiboot ELF file that QEMU's -kernel
    takes.  `syms` is the 64-bit ELF file with symbols and debug information,
    `config` the Kconfig file it was built with, `source` the tree it was built
    in, objects included; each is None where it is not known.  `source` may
    change when its tree is built again; the other files do not.
    """

    name: str
    version: str
    xen: Path
    syms: Optional[Path] = None
    config: Optional[Path] = None
    source: Optional[Path] = None


def resolve(spec: str, progress: Optional[Progress] = None, *,
            release: str = "auto", force: bool = False,
            arch: str = "x86") -> Hypervisor:
    """Return the hypervisor that `spec` names, made first if need be.

    `spec` is `auto`, or `full`, `nodebug` or `stock`, these with `@RELEASE`
    for another Debian release than the running one (`release` says the same),
    or a file: Xen's multiboot ELF, gzipped or not.  `tree:DIR` is built from
    the source tree of Xen in DIR with the options of `full`,
    `tree:DIR?config=FILE` with those of a Kconfig file.  `progress` is called
    with `step` or `step: detail`.  With `force` the archive is asked for a
    newer version, and what is built here is built again in any case.

    With `arch` arm64, all of these are for that architecture, and `auto` is
    `full`.

    Raises HypervisorError.
    """
    spec = _word_for(spec, arch)
    if spec.startswith(TREE_PREFIX):
        from . import xentree
        return xentree.provide(spec, progress or (lambda _text: None), force,
                               arch)
    if spec == AUTO:
        from . import fallback
        return fallback.resolve(progress or (lambda _text: None), force)
    chosen = _split(spec, release)
    if chosen is None:
        return _from_file(Path(spec), arch)
    found = None if force else _cached(*chosen)
    if found is None:
        # Only now: what it needs to import costs more than a cached answer.
        from . import provision
        provision.provide(*chosen, progress or (lambda _text: None), force)
        found = _cached(*chosen)
    if found is None:
        raise HypervisorError(f"{spec}: the cache {cache.root()} lost it")
    return found


def cached(spec: str, *, release: str = "auto",
           arch: str = "x86") -> Optional[Hypervisor]:
    """Return what resolve() would, or None where it would have work to do.

    For a tree that is not known without looking at all its files, so None.
    Raises HypervisorError for a file that is no hypervisor.
    """
    spec = _word_for(spec, arch)
    if spec.startswith(TREE_PREFIX):
        return None
    if spec == AUTO:
        return _cached("full", host_release())
    chosen = _split(spec, release)
    return (_from_file(Path(spec), arch) if chosen is None
            else _cached(*chosen))


def arch_of(kind: str) -> str:
    """Return the architecture that a kind is for."""
    return "arm64" if kind.endswith("-arm64") else "x86"


def _word_for(spec: str, arch: str) -> str:
    """Return what a spec is called where it is for an architecture."""
    if arch == "x86":
        return spec
    kind, at, release = spec.partition("@")
    if kind == AUTO:
        kind = "full"
    if f"{kind}-{arch}" in OPTIONS:
        return f"{kind}-{arch}{at}{release}"
    if kind == "stock":
        raise HypervisorError(
            f"{spec}: Debian's binary of Xen for {arch} is not taken;"
            " full is built for it")
    return spec


def entry_name(kind: str, version: str) -> str:
    """Return the cache's name for a version of a kind."""
    return f"{kind}-{version}-{_recipe(kind)}"


def link_path(kind: str, release: str) -> Path:
    """Return the cache's link to what a kind means in a release."""
    return (cache.root() / "hypervisors"
            / f"{kind}@{release}-{_recipe(kind)}")


def source_path(kind: str, version: str) -> Path:
    """Return where the cache has the source tree of a kind built here."""
    return cache.root() / "sources" / f"xen-{version}-{_recipe(kind)}"


def _recipe(kind: str) -> str:
    """Return the hash that stands for the way a kind is made."""
    text = " ".join([str(RECIPE), *sorted(OPTIONS.get(kind, ()))])
    return f"{zlib.crc32(text.encode()):08x}"


def _split(spec: str, release: str) -> Optional[Tuple[str, str]]:
    """Return kind and release of a spec; None for a file's name."""
    kind, at, named = spec.partition("@")
    if kind not in KINDS:
        return None
    if not at:
        named = release
    if named == "auto":
        named = host_release()
    if not named.isalnum():
        raise HypervisorError(f"{spec}: `{named}' is not the code name of a"
                              " Debian release")
    return kind, named


def host_release() -> str:
    """Return the code name of the running Debian release, e.g. `bookworm`.

    Raises HypervisorError where there is none.
    """
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            lines = Path(path).read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, value = line.partition("=")
            if name == "VERSION_CODENAME" and value:
                return value.strip("\"'")
    raise HypervisorError(
        "this system does not say which Debian release it is (no"
        " VERSION_CODENAME in /etc/os-release): name one, as in full@bookworm,"
        " or give a hypervisor's file")


def _cached(kind: str, release: str) -> Optional[Hypervisor]:
    """Return a finished hypervisor of the cache, or None."""
    link = link_path(kind, release)
    try:
        entry = link.parent / os.readlink(link)
    except OSError:
        return None
    if not (entry / "xen").exists():
        return None
    version = entry.name[len(kind) + 1:].rpartition("-")[0]
    source = source_path(kind, version)
    return Hypervisor(kind, version, entry / "xen",
                      _existing(entry / "xen-syms"),
                      _existing(entry / "config"),
                      _existing(source) if kind in OPTIONS else None)


def _existing(*paths: Path) -> Optional[Path]:
    """Return the first path that exists, or None."""
    return next((path for path in paths if path.exists()), None)


# --- somebody's own file ---------------------------------------------------

def _from_file(path: Path, arch: str) -> Hypervisor:
    """Return the hypervisor in a file, with what its build left beside it."""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise HypervisorError(_about_directory(path)) from None
    except OSError as error:
        hint = "" if "/" in str(path) else \
            f" (and it is none of the words {', '.join(KINDS)})"
        raise HypervisorError(f"{path}: {error.strerror}{hint}") from None
    xen = path.absolute()
    if data[:2] == b"\x1f\x8b":
        data, xen = _unpacked(path, data)
    complaint = check_image(data, arch)
    if complaint:
        raise HypervisorError(f"{path}: {complaint}")
    # /boot/xen-4.17-amd64.gz has its files beside it under its own name, a
    # build tree's xen.gz has them under fixed ones.
    stem = path.name[:-3] if path.name.endswith(".gz") else path.name
    config = _existing(path.with_name(stem + ".config"),
                       path.with_name("config-" + stem),
                       path.with_name(".config"), path.with_name("config"))
    syms = _existing(path.with_name("xen-syms"),
                     path.with_name(stem.replace("xen", "xen-syms", 1)))
    if syms is not None and syms.name == path.name:
        syms = None
    return Hypervisor(str(path), _version_in(config), xen, syms, config)


def check_image(data: bytes, arch: str = "x86") -> str:
    """Return what keeps QEMU from booting `data` as Xen; "" if nothing."""
    if data[_IMAGE_MAGIC_AT:][:len(_IMAGE_MAGIC)] == _IMAGE_MAGIC:
        return "" if arch == "arm64" else "this is Xen for arm64"
    if arch == "arm64":
        return "not in the 64-bit Image format, so not Xen for arm64"
    if data[:2] == b"MZ":
        return ("this is the EFI binary; give the file xen or xen.gz that the"
                " same build makes")
    if data[:4] != b"\x7fELF":
        return "not an ELF file, so not a Xen hypervisor"
    if data[4:5] == b"\x02":
        return ("a 64-bit ELF file, such as xen-syms; QEMU boots the 32-bit"
                " one, named xen, that the same build makes beside it")
    if _MULTIBOOT_MAGIC not in data[:_HEADER_AREA]:
        return "an ELF file without a multiboot header, so not Xen"
    return ""


def _about_directory(path: Path) -> str:
    """Return the complaint about a directory, with the file in it if any."""
    inside: List[Path] = [path / "xen/xen", path / "xen", path / "xen.gz",
                          path / "xen/xen.gz"]
    source = any((path / name).is_file()
                 for name in ("xen/Makefile", "arch/x86/Makefile"))
    tree = f" (or --tree {path}, to build it)" if source else ""
    for file in inside:
        if file.is_file():
            return f"{path}: a directory; did you mean {file}?{tree}"
    if source:
        return f"{path}: a directory; did you mean --tree {path}?"
    return f"{path}: a directory without a built hypervisor (no xen/xen)"


def _unpacked(path: Path, data: bytes) -> Tuple[bytes, Path]:
    """Return a gzip file's content, and where the cache has it unpacked."""
    import gzip
    import hashlib
    digest = hashlib.sha256(data).hexdigest()[:16]
    entry = cache.root() / "hypervisors" / f"file-{digest}"
    xen = entry / "xen"
    try:
        return xen.read_bytes(), xen
    except FileNotFoundError:
        pass
    try:
        data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise HypervisorError(f"{path}: a broken gzip file: {error}") from None
    with cache.publish(entry) as partial:
        (partial / "xen").write_bytes(data)
    return data, xen


def _version_in(config: Optional[Path]) -> str:
    """Return the version in a Kconfig file's head; `unknown` without one."""
    try:
        head = config.read_text().splitlines()[:5] if config else []
    except (OSError, UnicodeDecodeError):
        head = []
    for line in head:
        words = line.split()
        if words[-1:] == ["Configuration"] and len(words) > 2:
            return words[-2]
    return "unknown"


# --- command lines ---------------------------------------------------------

def add_options(parser: "argparse._ActionsContainer", kinds: str) -> None:
    """Add the options that choose a hypervisor: --xen, --tree, --config.

    `kinds` is what the command takes for --xen, the default first.
    """
    parser.add_argument("--xen", metavar=kinds, help="the hypervisor (default:"
                        f" {kinds.partition('|')[0]})")
    parser.add_argument("--tree", metavar="DIR",
                        help="build the hypervisor from Xen's source in DIR,"
                        " which is only read")
    parser.add_argument("--config", metavar="FILE",
                        help="Kconfig file for --tree (default: the options"
                        " of full)")


def chosen(words: "argparse.Namespace", default: str = "full") -> str:
    """Return the spec that the options of add_options() make.

    `default` is what it is without any.  Raises UsageError where they
    contradict each other.
    """
    if words.tree is None:
        if words.config is not None:
            raise UsageError("--config goes with --tree")
        return words.xen or default
    if words.xen is not None:
        raise UsageError("--xen and --tree each name a hypervisor; give one")
    return tree_spec(words.tree, words.config)


def tree_spec(directory: str, config: Optional[str] = None) -> str:
    """Return the spec of a source tree, with its Kconfig file if any."""
    return (TREE_PREFIX + directory
            + (f"?config={config}" if config is not None else ""))


# --- the command -----------------------------------------------------------

def main(argv: Optional[List[str]] = None) -> int:
    """Run `build/hypervisor`; return its exit status."""
    import argparse
    parser = argparse.ArgumentParser(
        prog="hypervisor", description="Get a hypervisor to test and print"
        " the path of its bootable file.")
    parser.add_argument("spec", nargs="?", metavar="KIND|FILE",
                        help="full (built from Debian's source package with"
                        " everything on), nodebug (the same without Xen's"
                        " assertions), stock (Debian's binary package), each"
                        " with @RELEASE, or a file; default: full, or what"
                        " comes nearest to it and is to be had")
    parser.add_argument("--tree", metavar="DIR",
                        help="build Xen's source in DIR, which is only read")
    parser.add_argument("--config", metavar="FILE",
                        help="Kconfig file for --tree (default: the options"
                        " of full)")
    parser.add_argument("--release", default="auto",
                        help="Debian release to take it from, by code name;"
                        " default: the running one")
    parser.add_argument("--force", action="store_true",
                        help="look for a newer version, and build again")
    parser.add_argument("--print", action="store_true", dest="only_print",
                        help="print the path if it is there, make nothing;"
                        " exit 1 if it is not")
    parser.add_argument("--arch", choices=list(MAKE_VARIABLES), default="x86",
                        help="the architecture it is for; default: x86")
    words = parser.parse_args(argv)
    words.xen = words.spec
    try:
        spec = chosen(words, AUTO)
        if words.only_print:
            found = cached(spec, release=words.release, arch=words.arch)
            if found is None:
                return 1
        else:
            found = _resolve_visibly(spec, words.release, words.force,
                                     words.arch)
    except UsageError as error:
        return _complain(str(error), 2)
    except Unavailable as error:
        return _complain(str(error), UNAVAILABLE)
    except HypervisorError as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted; what is done is kept, and the next call"
                         " goes on from there", 130)
    print(found.xen)
    return 0


def _resolve_visibly(spec: str, release: str, force: bool,
                     arch: str) -> Hypervisor:
    """Call resolve() with progress shown on standard error."""
    found = None if force else cached(spec, release=release, arch=arch)
    if found is not None:
        return found
    from ..base import steps
    steps.stop_on_signals()
    reporter = steps.Reporter()
    try:
        return resolve(spec, reporter, release=release, force=force,
                       arch=arch)
    finally:
        reporter.close()


def _complain(text: str, status: int) -> int:
    import sys
    print(f"hypervisor: {text}", file=sys.stderr)
    return status
