# SPDX-License-Identifier: BSD-2-Clause
"""The kinds of tests that build/new-test can begin, and the files of each."""

import re
from pathlib import Path
from typing import Dict, NamedTuple

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Kind(NamedTuple):
    """What a kind of test starts from."""
    what: str                   # One line for --help.
    subject: str                # What a test title begins with, if anything.
    template: str               # The name of a file in templates/.
    envs: str = "$(ALL_ENVIRONMENTS)"
    variables: str = ""         # Further lines of the Makefile.


# Two domains that wait for each other progress slowly when QEMU counts
# instructions.
_PEER_VARIABLES = """\
TEST-TIMEOUT  := 180
TEST-REALTIME := y
"""

KINDS: Dict[str, Kind] = {
    "plain": Kind("CASE: hypercalls without a fixture", "", "plain"),
    "gnttab": Kind("GNTTAB_CASE: this domain grants pages to itself",
                   "Grant tables", "gnttab"),
    "evtchn": Kind("EVTCHN_CASE: event channels by both ABIs",
                   "Event channels", "evtchn"),
    "argo": Kind("CASE with an Argo ring of this domain", "Argo", "argo",
                 variables="XEN-CMDLINE := argo=1,mac-permissive=1\n"),
    "peer": Kind("PEER_CASE: grants between domain 0 and a second domain",
                 "Grant tables", "peer", envs="pv64 pv32pae hvm64 hvm32",
                 variables=_PEER_VARIABLES),
    "xsa": Kind("GNTTAB_CASE, for an advisory: NAME is xsa-NUMBER", "",
                "gnttab"),
}

_HEAD = """\
/**
 * @file tests/{name}/main.c
 * @ref test-{name}
 *
 * @page test-{name} {title}
 *
{purpose}
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
"""

_PURPOSE = """\
 * TODO: what the test proves, and why a guest depends on it."""

_ADVISORY = """\
 * TODO: what the hypervisor did wrong, what a guest saw of it, how the test
 * provokes it.
 *
 * https://xenbits.xen.org/xsa/advisory-{number}.html"""


def guess(name: str) -> str:
    """Return the kind that the beginning of a test's name suggests."""
    first = name.partition("-")[0]
    return first if first in ("gnttab", "evtchn", "argo", "xsa") else "plain"


def advisory(name: str) -> str:
    """Return the number of the advisory that a test is named after, or ""."""
    match = re.fullmatch(r"xsa-(\d+)", name)
    return match[1] if match else ""


def default_title(name: str, kind: str) -> str:
    """Return a title in the grammar of docs/style.md, to be completed."""
    number = advisory(name)
    if number:
        return f"XSA-{number}: TODO"
    subject = KINDS[kind].subject
    words = name.replace("-", " ")
    if not subject:
        return words[0].upper() + words[1:]
    return f"{subject}: {words.partition(' ')[2] or words}"


def makefile(name: str, kind: str, category: str, envs: str) -> str:
    """Return the text of the test's Makefile."""
    return (f"include $(ROOT)/build/common.mk\n\n"
            f"NAME      := {name}\n"
            f"CATEGORY  := {category}\n"
            f"TEST-ENVS := {envs}\n"
            f"{KINDS[kind].variables}\n"
            f"obj-perenv += main.o\n\n"
            f"include $(ROOT)/build/gen.mk\n")


def main_c(name: str, kind: str, title: str) -> str:
    """Return the text of the test's main.c."""
    number = advisory(name)
    purpose = _ADVISORY.format(number=number) if number else _PURPOSE
    body = (TEMPLATES / f"{KINDS[kind].template}.c.in").read_text()
    for word, value in (("@TITLE@", title),
                        ("@XSA@", f"XSA-{number} " if number else "")):
        body = body.replace(word, value)
    return _HEAD.format(name=name, title=title, purpose=purpose) + body
