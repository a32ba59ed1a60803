# SPDX-License-Identifier: BSD-2-Clause
"""What `git bisect run` needs to know of a run: --bisect of xtf-runner.

A commit that does not build, or on which nothing boots, is neither good nor
bad.  Nor is one on which the tests are skipped.
"""

import sys
from typing import Sequence

from ..base import steps
from ..hypervisors import hypervisor
from . import boot
from .catalogue import Instance, Test
from ..hosts import Host
from ..base.process import Stop
from ..base.verdict import RunnerError, Verdict

GOOD = 0
BAD = 1
UNTESTABLE = 125


def builds(spec: str) -> bool:
    """Tell whether a hypervisor builds; say why where it does not.

    Raises RunnerError where that is not the source's fault.
    """
    steps.stop_on_signals()
    reporter = steps.Reporter()
    try:
        hypervisor.resolve(spec, reporter)
    except hypervisor.NotBuilt as error:
        _say(f"does not build: {error}")
        return False
    except hypervisor.HypervisorError as error:
        raise RunnerError(str(error)) from None
    finally:
        reporter.close()
    return True


def boots(host: Host, tests: Sequence[Test], instances: Sequence[Instance],
          stop: Stop) -> bool:
    """Tell whether Xen boots in all environments of some instances.

    Where nothing but the probe is to run, that is what is asked for.
    """
    probes = boot.probes(tests, [env for instance in instances
                                 for env in instance.envs])
    if all(instance.test.name == boot.PROBE for instance in instances):
        return True
    failures = boot.failures(host, probes, host.default_jobs(), stop)
    for result in failures:
        _say(f"does not boot {result.instance.name}: {result.verdict}:"
             f" {result.reason}")
    return not failures and not stop.is_set


def status(verdict: Verdict) -> int:
    """Return the exit status for the worst verdict of a run."""
    return {Verdict.SUCCESS: GOOD, Verdict.SKIP: UNTESTABLE}.get(verdict, BAD)


def _say(text: str) -> None:
    print(f"xtf-runner: {text}", file=sys.stderr)
