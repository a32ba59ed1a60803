# SPDX-License-Identifier: BSD-2-Clause
"""The xtf-runner command: what its options ask for, and the exit code."""

import argparse
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Optional, Sequence

from ..base.verdict import RunnerError, UsageError, Verdict
from ..hypervisors import hypervisor
from . import catalogue, completion, listing, options
from .catalogue import ENVIRONMENTS

EXIT_RUNNER_ERROR = 1
EXIT_USAGE = 2
EXIT_SIGNAL = 128


def _command(args: argparse.Namespace, root: Path) -> int:
    args.xen = hypervisor.chosen(args, hypervisor.AUTO)
    if args.environments:
        print("\n".join(ENVIRONMENTS))
        return 0
    if args.doctor:
        from ..hosts.qemu import QEMU
        from . import doctor
        return doctor.run(listing.tests_dir(args, root), args.qemu or QEMU)
    if args.completion:
        print(completion.script(args.completion, options.parser()), end="")
        return 0
    if args.words_list:
        print("\n".join(completion.words(
            catalogue.load(listing.tests_dir(args, root)))))
        return 0
    if args.compare:
        from ..report import archive
        return archive.compare_runs(args)
    if args.matrix:
        from ..report import archive
        return archive.show_matrix(args)
    if args.merge:
        from ..report import archive
        return archive.merge_runs(args)
    if args.watch:
        from . import watch
        return watch.run(args, root)
    instances = listing.select(args, root)
    if args.list:
        listing.print_list(listing.split(args, instances), args)
        return 0
    if args.git_range and not instances:
        return Verdict.SKIP.exit_code
    from . import session
    return session.run(args, instances, root)


def main(argv: Optional[Sequence[str]] = None,
         root: Optional[Path] = None) -> int:
    """Run the command; return its exit code.  `root` holds tests/."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = options.parse(words)
    args.command_line = " ".join(shlex.quote(word)
                                 for word in ["xtf-runner", *words])
    root = root or Path(__file__).resolve().parents[3]
    try:
        return _command(args, root)
    except UsageError as error:
        print(f"xtf-runner: {error}", file=sys.stderr)
        return EXIT_SIGNAL if args.bisect else EXIT_USAGE
    except RunnerError as error:
        print(f"xtf-runner: {error}", file=sys.stderr)
        return EXIT_SIGNAL if args.bisect else EXIT_RUNNER_ERROR
    except KeyboardInterrupt:
        return EXIT_SIGNAL + signal.SIGINT
    except BrokenPipeError:
        # Nobody reads any more: keep the interpreter from complaining, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_RUNNER_ERROR
