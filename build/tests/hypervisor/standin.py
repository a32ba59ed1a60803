# SPDX-License-Identifier: BSD-2-Clause
"""A stand-in for Xen's source: a Makefile that builds in no time.

What it builds is the multiboot header with the text of common/a.c behind it.
A line `error` in that file does not compile; other words mean something to
the stand-in for QEMU that tests make of QEMU.
"""

import os
from pathlib import Path

MAKEFILE = """\
export XEN_VERSION       = 4
export XEN_SUBVERSION    = 20
export XEN_EXTRAVERSION ?= .1$(XEN_VENDORVERSION)

all: xen xen-syms
xen: header common/a.c .config Makefile
\t@echo '  CC      common/a.o'
\t@grep -n '^error' common/a.c /dev/null && exit 1 || :
\t@touch a.o
\t@cat header common/a.c > $@
xen-syms: xen
\t@cp xen $@
olddefconfig: common/Kconfig
\t@grep -v REFUSED .config > tmp; cat tmp > .config; echo configured >> log
"""

KCONFIG = """\
config EXPERT
config UNSUPPORTED
menuconfig ARGO
\tconfig PV32
config HVM_FEP
config DEBUG
"""

HEADER = (b"\x7fELF\x01\x01\x01" + bytes(121)
          + (0x1BADB002).to_bytes(4, "little") + bytes(64) + b"\n")

QEMU = """\
#!/bin/sh
test "$1" = --version && { echo "QEMU emulator version 9.0"; exit; }
while test "$1" != -kernel; do shift; done
xen=$2
while test "$1" != -initrd; do shift; done
image=$2
grep -q '^panics' "$xen" && exit 1
echo "(XEN) Xen version 4.20"
case $image in
*maps) grep -q '^defect' "$xen" && { echo "FAIL: map: is 1, expected 0"
        echo "Test result: FAILURE"; exit; }
       grep -q '^lacks' "$xen" && { echo "Test result: SKIP"; exit; };;
esac
echo "Test result: SUCCESS"
"""


def make_tree(directory: Path) -> None:
    """Make the stand-in's tree in a directory."""
    (directory / "xen/common").mkdir(parents=True)
    (directory / "xen/arch/x86").mkdir(parents=True)
    (directory / "xen/Makefile").write_text(MAKEFILE)
    (directory / "xen/common/Kconfig").write_text(KCONFIG)
    (directory / "xen/common/a.c").write_text("int a;\n")
    (directory / "xen/header").write_bytes(HEADER)
    (directory / "Config.mk").write_text("# empty\n")
    (directory / ".gitignore").write_text("xen/.config\nxen/xen\nxen/log\n")


def make_qemu(path: Path) -> None:
    """Make a program that answers as QEMU with Xen and an image would."""
    path.write_text(QEMU)
    path.chmod(0o755)


def snapshot(directory: Path) -> "dict[str, tuple[int, int]]":
    """Return what would show that anything in a tree was written."""
    found = {}
    for where, folders, files in os.walk(directory):
        for name in folders + files:
            stat = os.lstat(os.path.join(where, name))
            found[os.path.relpath(os.path.join(where, name), directory)] = (
                stat.st_mtime_ns, stat.st_ctime_ns)
    return found
