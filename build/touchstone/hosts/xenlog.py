# SPDX-License-Identifier: BSD-2-Clause
"""What Xen's own console lines say about a boot with an image as dom0.

Two questions: is the run over without a verdict (panic, dom0 gone), and did
Xen say that it lacks what the image's environment needs.
"""

from __future__ import annotations

import re
from typing import List, Optional

from ..runner.console import Line

_PANIC = re.compile(r"Panic on CPU \d+:")
_PANIC_OVER = re.compile(r"Reboot in |Manual reset required")
_GONE = re.compile(r"Hardware (?:Dom|domain )\d+ "
                   r"(halted|crashed|shutdown|did unsupported soft reset)")
_CAUSE = re.compile(
    r"Triple fault|Unhandled |domain_crash(?:_sync)? called|Failed vm entry"
    r"|crashed on cpu#|FATAL TRAP|FATAL PAGE FAULT|DOUBLE FAULT|Xen BUG at"
    r"|Assertion .* failed")
# Xen complains about dom0=…,shadow before its console works.  But it lists
# what was compiled in under the header of its speculation report.
_FACILITIES = re.compile(r"Speculative mitigation facilities:")
_COMPILED_IN = re.compile(r"Compiled-in support:.* SHADOW_PAGING\b")
_BUILDING = re.compile(r"\*\*\* Building a (PVH|PV) Dom")
_NO_PV32 = re.compile(r"Found 32-bit PV kernel, but CONFIG_PV32 missing")
_NO_COMPAT = re.compile(r"Dom0 failed to switch to compat: -95\b")
# Without PV guests, Xen makes dom0 a PVH one, whatever it was asked for.
_PVH_INSTEAD = re.compile(r"iommu must be enabled for PVH hardware domain")
_NO_DOMAIN = re.compile(r"Error creating d0: -\d+")
_HVM_ENABLED = re.compile(r"HVM: \w+ enabled")

_NO_PV = "Xen has no PV guests; build it with CONFIG_PV=y"


class XenLog:
    """Follows Xen's lines of one boot.

    `unsupported` is why Xen cannot run the environment, as soon as it said
    so.  `ended` is why no verdict will come any more.  `ending` is set when
    that is clear, but Xen is still printing details.
    """

    def __init__(self, pv: bool, shadow: bool) -> None:
        self.unsupported: Optional[str] = None
        self.ended: Optional[str] = None
        self.ending = False
        self._pv = pv
        self._shadow = shadow
        self._may_lack_shadow = False
        self._hvm_enabled = False
        self._cause = ""
        self._panic: Optional[List[str]] = None

    def feed(self, line: Line) -> None:
        """Take the next line of the console; a guest's own are ignored."""
        if not line.xen:
            return
        text = line.text
        if self._panic is not None:
            self._panic_line(text)
        elif _PANIC.search(text):
            self._panic = []
            self.ending = True
        elif _GONE.search(text):
            self.ended = self._describe_end(text)
        else:
            self._watch(text)

    def conclude(self) -> str:
        """Return the best account of the end when Xen fell silent."""
        if self.ended:
            return self.ended
        if self._panic is not None:
            return "hypervisor panic: " + " ".join(self._panic)
        if self._cause:
            return f"the machine went down: {self._cause}"
        return ""

    def _panic_line(self, text: str) -> None:
        assert self._panic is not None
        if _PANIC_OVER.search(text):
            self.ended = self.conclude()
        elif text.strip() and not text.startswith("****"):
            if len(self._panic) < 4:
                self._panic.append(text.strip())
            if self._pv and _PVH_INSTEAD.search(text):
                self.unsupported = _NO_PV
            if _NO_DOMAIN.search(text) and not self._pv \
               and not self._hvm_enabled:
                self.unsupported = (
                    "Xen found no hardware virtualisation (SVM or VMX)"
                    " for HVM guests")

    def _describe_end(self, text: str) -> str:
        how = _GONE.search(text)
        word = {"halted": "halted", "crashed": "crashed",
                "shutdown": "rebooted"}.get(how[1], "reset") if how else ""
        cause = f": {self._cause}" if self._cause else ""
        return f"the domain {word} without a verdict{cause}"

    def _watch(self, text: str) -> None:
        building = _BUILDING.search(text)
        if building is not None:
            self._check_kind(building[1] == "PVH")
        elif _CAUSE.search(text):
            # The first complaint is the cause, later ones are its wake.
            self._cause = self._cause or text.strip()
            self.ending = self.ending or "crashed on cpu#" in text
        elif _FACILITIES.search(text):
            self._may_lack_shadow = True
        elif _COMPILED_IN.search(text):
            self._may_lack_shadow = False
        elif _HVM_ENABLED.search(text):
            self._hvm_enabled = True
        elif _NO_PV32.search(text):
            self.unsupported = ("Xen has no 32-bit PV guests; build it with"
                                " CONFIG_PV32=y")
        elif _NO_COMPAT.search(text):
            self.unsupported = ("32-bit PV guests are turned off in Xen;"
                                " boot it with pv=32")

    def _check_kind(self, pvh: bool) -> None:
        """Compare the domain that Xen builds with the one asked for."""
        if self._pv and pvh:
            self.unsupported = _NO_PV
        elif not self._pv and not pvh:
            self.unsupported = ("Xen has no HVM guests; build it with"
                                " CONFIG_HVM=y")
        elif self._shadow and self._may_lack_shadow:
            self.unsupported = ("Xen has no shadow paging; build it with"
                                " CONFIG_SHADOW_PAGING=y")
