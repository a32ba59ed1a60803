# SPDX-License-Identifier: BSD-2-Clause
"""Whether a hypervisor boots at all: asked before a suite or a bisection.

The test `example` does next to nothing, so what keeps it from a verdict is
the hypervisor's way to its first domain.
"""

from typing import List, Sequence

from . import scheduler
from .catalogue import Instance, Test
from ..hosts import Host
from ..base.process import Stop
from ..base.verdict import Result, Verdict

PROBE = "example"


def probes(tests: Sequence[Test],
           environments: Sequence[str]) -> List[Instance]:
    """Return an instance of the probe for each of some environments."""
    return [instance for test in tests if test.name == PROBE
            for instance in test.instances()
            if instance.env in environments]


def failures(host: Host, instances: Sequence[Instance], jobs: int,
             stop: Stop) -> List[Result]:
    """Run instances; return the results of those on which Xen does not boot.

    A SKIP is a verdict: the hypervisor said what it lacks.
    """
    results = scheduler.run(host, instances, jobs, scheduler.Listener(), stop)
    return [result for result in results
            if result.verdict in (Verdict.CRASH, Verdict.TIMEOUT)]
