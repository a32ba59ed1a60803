# SPDX-License-Identifier: BSD-2-Clause
"""The command build/api-docs: Doxygen on the headers, with no warning let by.

docs/Doxyfile has the settings.  The headers are named one by one here, since
arch/x86/include has a link to itself that Doxygen would follow without end;
and they are those of one architecture, as an image sees them, since headers
of both have the same names.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Sequence

from ..base import deps

ROOT = Path(__file__).resolve().parents[3]
_ARCHITECTURES = ("x86", "arm64")

# A list of includes, which Doxygen cannot tell from include/xtf.h.
_AMBIGUOUS = "arch/{}/include/arch/xtf.h"


def headers(root: Path, arch: str) -> List[str]:
    """Return the headers below a tree's root, without links to directories."""
    return sorted(_headers(root, arch))


def _headers(root: Path, arch: str) -> Iterator[str]:
    for place in ("include", f"arch/{arch}/include"):
        for directory, _, names in os.walk(root / place):
            for name in names:
                path = os.path.relpath(os.path.join(directory, name), root)
                if name.endswith(".h") and path != _AMBIGUOUS.format(arch):
                    yield path


def warnings(text: str, root: Path) -> List[str]:
    """Return what Doxygen complains of, with the paths of the tree."""
    return [re.sub(re.escape(f"{root}/"), "", line)
            for line in text.splitlines() if line.strip()]


def run(root: Path, output: Path, arch: str) -> List[str]:
    """Make the pages; return all warnings.

    OSError if Doxygen cannot be started, CalledProcessError if it fails.
    """
    output.mkdir(parents=True, exist_ok=True)
    settings = (root / "docs/Doxyfile").read_text("utf-8")
    settings = settings.replace("@ROOT@", str(root)).replace("@ARCH@", arch)
    settings += "INPUT = " + " ".join(
        str(root / name)
        for name in ["docs/api.dox", *headers(root, arch)]) + "\n"
    settings += f'OUTPUT_DIRECTORY = "{output.resolve()}"\n'
    done = subprocess.run(["doxygen", "-"], input=settings, cwd=root,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, errors="replace", check=False)
    found = warnings(done.stderr, root)
    if done.returncode and not found:
        raise subprocess.CalledProcessError(done.returncode, "doxygen")
    return found


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; return its exit status: 5 if there are warnings."""
    parser = argparse.ArgumentParser(
        prog="api-docs", description="Make pages of the API for tests, from"
        " the comments of the headers.")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR",
                        default=ROOT / "out/docs",
                        help="where to write (default: out/docs)")
    parser.add_argument("--arch", choices=_ARCHITECTURES, default="x86",
                        help="whose headers (default: %(default)s)")
    args = parser.parse_args(argv)
    if deps.missing("docs"):
        print("api-docs: doxygen is missing: "
              + deps.by_hand(["doxygen"]), file=sys.stderr)
        return 1
    try:
        found = run(ROOT, args.output, args.arch)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"api-docs: {error}", file=sys.stderr)
        return 1
    for line in found:
        print(line, file=sys.stderr)
    print(f"{args.output / 'index.html'}"
          + (f"; {len(found)} lines of warnings" if found else ""))
    return 5 if found else 0
