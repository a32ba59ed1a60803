# SPDX-License-Identifier: BSD-2-Clause
"""Which instances a command line selects, and their list."""

import argparse
import os
from pathlib import Path
from typing import List, Optional, Sequence

from ..base.verdict import UsageError
from ..runs import record, shard
from . import catalogue, image, selection
from .catalogue import Instance


def tests_dir(args: argparse.Namespace, root: Path) -> Path:
    """Return where the tests are."""
    return args.tests_dir or root / "tests"


def select(args: argparse.Namespace, root: Path) -> List[Instance]:
    """Return the instances that the command line selects."""
    tests = catalogue.load(tests_dir(args, root))
    everything = (args.all or args.host
                  or (args.list and not args.words))
    selected = selection.select(tests, args.words, everything=everything,
                                non_default=args.non_default,
                                exclude=args.exclude,
                                only="bench" if args.bench else None)
    if not args.cases:
        return selected
    with_cases = [instance for instance in selected
                  if image.chosen(args.cases, instance.titles())]
    if not with_cases:
        raise UsageError("no case of the selected instances has a title like "
                         + " or ".join(f"'{text}'" for text in args.cases)
                         + "; see --list --cases")
    return with_cases


def shard_of(args: argparse.Namespace) -> Optional[shard.Shard]:
    """Return which part of the selection is to run; None for all of it.

    The environment of a debugger or of a bisection asks for no part.
    """
    if args.shard:
        return shard.parse(args.shard)
    if args.gdb or args.bisect:
        return None
    return shard.from_environment(os.environ)


def split(args: argparse.Namespace,
          instances: List[Instance]) -> List[Instance]:
    """Return the part of the selected instances that is to run."""
    part = shard_of(args)
    if part is None:
        return instances
    seconds = (shard.times(record.load(args.shard_times))
               if args.shard_times else {})
    return shard.select(instances, part, seconds)


def print_list(instances: Sequence[Instance],
               args: argparse.Namespace) -> None:
    """Print instances, or their cases, as --list has them."""
    def cases(instance: Instance) -> List[str]:
        return image.chosen(args.cases, instance.titles())

    if not args.json:
        lines = ([f"{instance.name}: {title}" for instance in instances
                  for title in cases(instance)] if args.list_cases
                 else [instance.name for instance in instances])
        print("\n".join(lines))
        return
    import json
    print(json.dumps([{
        **({"cases": cases(instance)} if args.list_cases else {}),
        "name": instance.name,
        "test": instance.test.name,
        "environment": instance.env,
        "category": instance.test.category,
        "variation": instance.variation,
        "image": str(instance.image),
        "cfg": str(instance.cfg),
    } for instance in instances], indent=2))
