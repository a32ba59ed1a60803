# SPDX-License-Identifier: BSD-2-Clause
"""What `xl create` complains of, and what its user would change."""

import re
from typing import List

NAME_IN_USE = re.compile(r"name .*already exists|already in use",
                         re.IGNORECASE)
# libxl waits for xenconsoled itself, if it has a domain's console to make.
NO_CONSOLE = re.compile(r"console tty.*timed out")
NO_MEMORY = re.compile(
    r"failed to free memory for the domain|not enough (?:free )?memory"
    r"|insufficient memory|out of memory|cannot allocate memory"
    r"|can't allocate .*memory|unable to claim|failed allocation for dom"
    r"|populate_physmap.*fail", re.IGNORECASE)

_HINTS = [
    (re.compile(r"neither hap nor shadow|\bHVM\b.*(?:not supported|disabled|"
                r"not available|unsupported)|does not support HVM|"
                r"\bHAP\b.*(?:not|un)|VT-x|\bSVM\b|hvm_domain", re.IGNORECASE),
     "HVM guests need VT-x or SVM: turn it on in the firmware, or, in a"
     " nested host, in the hypervisor below; without nested paging (HAP) Xen"
     " needs CONFIG_SHADOW_PAGING=y"),
    (re.compile(r"device model|qemu-(?:system|xen|dm)|qemu upstream",
                re.IGNORECASE),
     "HVM guests need a device model: install Debian's qemu-system-xen (or"
     " qemu-system-x86), and see /var/log/xen/qemu-dm-*.log"),
    (re.compile(r"balloon|set_memory_target|memory target", re.IGNORECASE),
     "give dom0 a fixed size: dom0_mem=1024M,max:1024M on Xen's command line,"
     " and autoballoon=\"off\" in /etc/xen/xl.conf"),
    (re.compile(r"PV32|32-bit PV|guest type not supported|compat: -?\d+",
                re.IGNORECASE),
     "32-bit PV guests need a Xen with CONFIG_PV32=y, and pv=32 on its"
     " command line"),
    (re.compile(r"(?:kernel|firmware|image|failed to open|failed to read)"
                r".*(?:No such file|not found|Permission denied)"
                r"|No such file.*(?:kernel|firmware|test-)", re.IGNORECASE),
     "the image that the .cfg file names is not there: run `make` in this"
     " tree, or `make install xtfdir=DIR` with the directory that is used"),
    (re.compile(r"Permission denied|Operation not permitted|privcmd"),
     "run it as root"),
    (re.compile(r"xenstore", re.IGNORECASE),
     "look whether xenstored runs: `xenstore-ls /tool` must answer"),
    (re.compile(r"failed to get lock|lock file|could not acquire.*lock",
                re.IGNORECASE),
     "another xl holds its lock; see `xl list` and /var/lock/xl"),
]


def of(lines: List[str]) -> List[str]:
    """Return hints for what xl printed, the likeliest first; two at most."""
    found = [hint for pattern, hint in _HINTS
             if any(pattern.search(line) for line in lines)]
    return [f"hint: {hint}" for hint in found[:2]]


def matches(pattern: "re.Pattern", lines: List[str]) -> bool:
    """Tell whether one of the lines matches."""
    return any(pattern.search(line) for line in lines)
