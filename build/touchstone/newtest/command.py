# SPDX-License-Identifier: BSD-2-Clause
"""Begin a new test: a directory under tests/ with a Makefile and one case.

The case shows the fixture of its kind at work, and then ends as an ERROR: the
test is not finished before that line is replaced by what the test checks.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import List, Optional

from . import kinds

ROOT = Path(__file__).resolve().parents[3]


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    listing = "\n".join(f"  {name:8} {kind.what}"
                        for name, kind in kinds.KINDS.items())
    parser = argparse.ArgumentParser(
        prog="build/new-test", description=__doc__,
        epilog=f"kinds:\n{listing}\n\n"
               "docs/writing-tests.md describes the fixtures.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME",
                        help="lower-case letters, digits and dashes, as"
                             " gnttab-map")
    parser.add_argument("--kind", choices=list(kinds.KINDS),
                        help="what the test starts from; by default what NAME"
                             " begins with (gnttab-, evtchn-, argo-, xsa-), or"
                             " plain")
    parser.add_argument("--title", help="the line under the banner")
    parser.add_argument("--category",
                        help="functional (default), xsa (default for"
                             " xsa-NUMBER), special, utility, bench")
    parser.add_argument("--envs",
                        help="environments, if not those of the kind: "
                             "'pv64 hvm64'")
    return parser


def create(directory: Path, name: str, kind: str, *,
           title: Optional[str] = None, category: Optional[str] = None,
           envs: Optional[str] = None) -> None:
    """Write the files of a new test into a directory that does not exist."""
    directory.mkdir(parents=True)
    category = category or ("xsa" if kinds.advisory(name) else "functional")
    (directory / "Makefile").write_text(kinds.makefile(
        name, kind, category, envs or kinds.KINDS[kind].envs))
    (directory / "main.c").write_text(kinds.main_c(
        name, kind, title or kinds.default_title(name, kind)))


def main(argv: Optional[List[str]] = None, root: Path = ROOT) -> int:
    """Run the command; return its exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", args.name):
        parser.error(f"'{args.name}' cannot be the name of a test: use"
                     " lower-case letters, digits and dashes")
    kind = args.kind or kinds.guess(args.name)
    if kind == "xsa" and not kinds.advisory(args.name):
        parser.error("a test of kind xsa is named xsa-NUMBER, as xsa-227")

    directory = root / "tests" / args.name
    if directory.exists():
        print(f"new-test: tests/{args.name} already exists", file=sys.stderr)
        return 1
    create(directory, args.name, kind, title=args.title,
           category=args.category, envs=args.envs)

    print(f"tests/{args.name}/main.c is of kind {kind}. Its case ends as an"
          " ERROR until its body\nis replaced. To build and run it:\n\n"
          f"    make -j TESTS=tests/{args.name}"
          f" && ./xtf-runner {args.name}")
    return 0
