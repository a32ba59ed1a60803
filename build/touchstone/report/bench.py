# SPDX-License-Identifier: BSD-2-Clause
"""What operations cost: the BENCH: lines of tests, as a table and as JSON.

A test of category bench prints, the null hypercall first,

    BENCH: cpu="..."
    BENCH: hypercall.null unit=cycles median=812 p10=800 p90=858 n=1000
    BENCH: gnttab.copy.4096 unit=cycles median=... n=1000 bytes=4096
"""

import json
import re
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

from ..hosts import Clock
from ..base.verdict import Result

NULL = "hypercall.null"

_LINE = re.compile(
    r"^(?:\(XEN\) )?(?:\[[^\]]*\] )?(?:\(d\d+\) )?(?:\[[^\]]*\] )?BENCH: "
    r"(?:cpu=\"(?P<cpu>.*)\""
    r"|(?P<name>\S+) unit=cycles(?P<values>(?: \w+=\d+)+))"
    r"$", re.MULTILINE)
_VALUES = ("median", "p10", "p90", "n")

_INSTRUCTIONS = """\
QEMU emulates the processor (tcg): its clock counts instructions, and so does
this table.  What takes hardware long (VM exits, TLB flushes, cache misses) is
one instruction here, or none.  The numbers tell work, not time; the same QEMU,
Xen and image give the same ones on any machine.  Compare them with those of
other runs under tcg only."""


class Cost(NamedTuple):
    """One measured operation of one instance, in units of the host's clock."""

    name: str
    median: float
    p10: float
    p90: float
    count: int
    bytes: Optional[int]
    times_null: Optional[float]

    @property
    def bytes_per_unit(self) -> Optional[float]:
        """Throughput; None for an operation that moves no bytes."""
        if not self.bytes or not self.median:
            return None
        return self.bytes / self.median


class Bench(NamedTuple):
    """What an instance measured."""

    instance: str
    test: str
    env: str
    processor: str
    costs: List[Cost]


def parse(result: Result, clock: Clock) -> Bench:
    """Read an instance's console.  Lines that are not whole do not count."""
    processor = ""
    seen: Dict[str, Dict[str, int]] = {}
    for line in _LINE.finditer(result.log.text() if result.log else ""):
        if line["name"] is None:
            processor = line["cpu"].strip()
            continue
        values = {key: int(value) for key, _, value in
                  (word.partition("=") for word in line["values"].split())}
        if all(key in values for key in _VALUES):
            # An image may print to several consoles: the first copy counts.
            seen.setdefault(line["name"], values)
    null = seen.get(NULL, {}).get("median")
    costs = [Cost(name, *(values[key] / clock.ticks
                          for key in ("median", "p10", "p90")),
                  values["n"], values.get("bytes"),
                  values["median"] / null if null else None)
             for name, values in seen.items()]
    instance = result.instance
    return Bench(instance.name, instance.test.name, instance.env, processor,
                 costs)


def _rows(benches: Sequence[Bench]) -> Iterator[Cost]:
    """Yield the costs of an environment, the null hypercall only once."""
    null_shown = False
    for bench in benches:
        for cost in bench.costs:
            if cost.name != NULL or not null_shown:
                null_shown = null_shown or cost.name == NULL
                yield cost


def table(results: Sequence[Result], clock: Clock) -> str:
    """Return a table for each environment.

    Multiples are those of the null hypercall of the same instance.
    """
    benches = [parse(result, clock) for result in results]
    lines: List[str] = []
    for env in dict.fromkeys(bench.env for bench in benches):
        here = [bench for bench in benches if bench.env == env]
        rows = list(_rows(here))
        if not rows:
            continue
        name = f"{env}, {clock.unit}"
        lines += ["", f"{name:<32} {'median':>9} {'p10':>9} {'p90':>9}"
                      f" {'x null':>8} {f'bytes/{clock.unit[:-1]}':>17}"]
        for cost in rows:
            multiple = ("" if cost.times_null is None
                        else f"{cost.times_null:.2f}")
            rate = ("" if cost.bytes_per_unit is None
                    else f"{cost.bytes_per_unit:.3f}")
            lines.append(f"{cost.name:<32} {cost.median:>9.0f}"
                         f" {cost.p10:>9.0f} {cost.p90:>9.0f}"
                         f" {multiple:>8} {rate:>17}".rstrip())
    if not lines:
        return "No instance measured anything.\n"
    note = _INSTRUCTIONS if clock.emulated else "Processor: " + ", ".join(
        dict.fromkeys(bench.processor or "unknown" for bench in benches))
    return "\n".join([note, *lines]) + "\n"


def document(results: Sequence[Result], clock: Clock, host: str) -> str:
    """Return all of it as JSON; the manual page lists the members."""
    return json.dumps({
        "host": host,
        "unit": clock.unit,
        "emulated": clock.emulated,
        "results": [{
            "instance": bench.instance,
            "test": bench.test,
            "environment": bench.env,
            "verdict": str(result.verdict),
            "processor": bench.processor,
            "costs": [{
                "name": cost.name, "median": cost.median,
                "p10": cost.p10, "p90": cost.p90, "n": cost.count,
                "times-null": cost.times_null, "bytes": cost.bytes,
                "bytes-per-unit": cost.bytes_per_unit,
            } for cost in bench.costs],
        } for result in results for bench in [parse(result, clock)]],
    }, indent=2) + "\n"
