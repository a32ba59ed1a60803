# SPDX-License-Identifier: BSD-2-Clause
"""Runs instances on QEMU's translator with its log of translated blocks on."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Set, Tuple

from ..runner.catalogue import Instance
from ..hosts import Options
from ..hosts.dom0 import Dom0Host
from ..hosts.savedstate import Recipe
from ..base.process import Stop
from ..base.verdict import Result

# "0xffff82d040201234:  55   pushq %rbp", and for QEMU without a disassembler
# only the block's bytes: "OBJD-T: 554889e5...".
_INSTRUCTION = re.compile(r"0x([0-9a-f]{4,16}):\s")


def addresses(log: Iterable[str]) -> Set[int]:
    """Return the addresses of the instructions in a log of `-d in_asm`."""
    found: Set[int] = set()
    for line in log:
        match = _INSTRUCTION.match(line)
        if match:
            found.add(int(match[1], 16))
    return found


class RecordingHost(Dom0Host):
    """Host `dom0` that keeps which addresses each environment executed.

    To be exact, translated: a block of code is translated when it is about
    to run, from its start to the first jump.
    """

    def __init__(self, options: Options, logs: Path) -> None:
        super().__init__(options)
        self._logs = logs
        self._lock = threading.Lock()
        self._filter = ""
        self._booted: Set[Tuple[Recipe, str]] = set()
        self.reached: Dict[str, Set[int]] = {}
        self.reached_by: Dict[str, Set[int]] = {}   # by the name of a test

    def watch(self, ranges: Sequence[range]) -> None:
        """Set the addresses that are looked at."""
        self._filter = ",".join(f"{part.start:#x}+{len(part):#x}"
                                for part in ranges)

    def instruments(self, instance: Instance) -> List[str]:
        return ["-d", "in_asm", "-dfilter", self._filter,
                "-D", str(self._log(instance))]

    def must_boot(self, instance: Instance, recipe: Recipe) -> bool:
        # What Xen runs before its state is saved has to be seen, too: once
        # is enough.
        with self._lock:
            known = (recipe, instance.env) in self._booted
            self._booted.add((recipe, instance.env))
        return not known

    def run(self, instance: Instance, stop: Stop) -> Optional[Result]:
        log = self._log(instance)
        try:
            return super().run(instance, stop)
        finally:
            if log.exists():
                with open(log, encoding="ascii", errors="replace") as lines:
                    found = addresses(lines)
                log.unlink()
                with self._lock:
                    self.reached.setdefault(instance.env, set()).update(found)
                    self.reached_by.setdefault(instance.test.name,
                                               set()).update(found)

    def _log(self, instance: Instance) -> Path:
        return self._logs / f"{instance.name}.in_asm"
