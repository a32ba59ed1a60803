# SPDX-License-Identifier: BSD-2-Clause
"""The options of xtf-runner, and what it says to --help."""

import argparse
import shlex
import time
from pathlib import Path
from typing import List, Sequence

from ..base.verdict import Result
from ..hypervisors import hypervisor
from .catalogue import CATEGORIES, DEFAULT_CATEGORIES, ENVIRONMENTS
from .completion import SHELLS

# More than these, and the command to run again names the instance alone.
_AGAIN_CASES = 3

_OTHER_CATEGORIES = CATEGORIES[len(DEFAULT_CATEGORIES):]

_EPILOG = f"""\
selection words (of one kind: any of them; of different kinds: all must match)
  environments   {' '.join(ENVIRONMENTS)}
                 pv (all PV ones), hvm (all HVM ones); without any, all of x86;
                 pv64+hvm64: tests of two roles, in these environments
  categories     {' '.join(DEFAULT_CATEGORIES)}
                 only when asked for: {' '.join(_OTHER_CATEGORIES)}
  tests          the name of a test, or its directory
  instances      test-<environment>-<name>[~<variation>], or the image's path

hosts
  dom0           QEMU boots a real Xen with the image as dom0 (default outside
                 of Xen); --xen takes full, stock, or the file of a hypervisor,
                 --tree a directory with Xen's source; auto is full, or what
                 comes nearest to it where that is not to be had
  dom0less       for arm64: the image is an unprivileged domain, and there is
                 no dom0
  xl             domains of the Xen under this system (default in a Xen dom0)
  box            domains of a real Xen in QEMU with Debian's Linux as dom0,
                 made of Debian packages at its first use; --xen as above

exit codes: the worst verdict counts
  0 SUCCESS, XFAIL   3 SKIP   4 ERROR   5 FAILURE, XPASS, FLAKY
  6 CRASH or TIMEOUT, FLAKY that was so once
  1 the runner cannot work   2 bad command line   130 and 143 interrupted
  with --bisect: 0 good   1 bad   125 cannot tell   128 and more: stop

examples
  xtf-runner --all                          everything, all environments
  xtf-runner selftest                       one test, all its environments
  xtf-runner hvm gnttab-map -v              its HVM environments, with console
  xtf-runner gnttab-map -c 'map*read-only*' only the cases with such titles
  xtf-runner --xen ~/xen/xen/xen --all --junit report.xml
  xtf-runner --tree ~/xen gnttab-map        build Xen's source as it is now
  git bisect run ~/touchstone/xtf-runner --bisect --tree . hvm64 gnttab-map
  xtf-runner test-pv64-example --gdb     stop at the first instruction
  eval "$(xtf-runner --completion bash)"
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, which prints --help, too."""
    made = argparse.ArgumentParser(
        prog="xtf-runner", epilog=_EPILOG,
        usage="%(prog)s [options] [selection word ...]",
        description="Run test images on a real Xen hypervisor and report a"
                    " verdict each.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = made.add_argument_group("what to run").add_argument
    add("-a", "--all", action="store_true",
        help="select everything of the default categories")
    add("-n", "--non-default", action="store_true",
        help="count the other categories in, too")
    add("--host", action="store_true",
        help="select all that the host can run")
    add("-x", "--exclude", action="append", default=[], metavar="WORD",
        help="leave out what a selection word names (repeatable)")
    add("-c", "--case", action="append", default=[], metavar="PATTERN",
        dest="cases",
        help="run only the cases of this title, in which * stands for any"
             " text and ? for any character (repeatable)")
    add("-l", "--list", action="store_true",
        help="list the selected instances (all, without words); run nothing")
    add("--cases", action="store_true", dest="list_cases",
        help="with --list: each case of each instance")
    add("--git-range", metavar="A..B",
        help="run only the tests that reach the functions which these commits"
             " of --tree touch")
    add("--coverage", type=Path, metavar="FILE",
        help="what build/coverage wrote, for --git-range (default:"
             " out/coverage/coverage.json)")
    add("--shard", metavar="I/N",
        help="run part I of N, for one of several machines; also by"
             " TEST_SHARD_INDEX and TEST_TOTAL_SHARDS (from 0) or"
             " CI_NODE_INDEX and CI_NODE_TOTAL (from 1)")
    add("--shard-times", type=Path, metavar="RUN",
        help="make parts of the same length by the times of a saved run")
    add("--bench", action="store_true",
        help="select tests of category bench only, and print what operations"
             " cost")
    add("--json", action="store_true",
        help="with --list or --bench: as JSON")
    add("--environments", action="store_true",
        help="list the environments; run nothing")
    add("--tests-dir", type=Path, metavar="DIR",
        help="where the tests are (default: tests beside this command)")

    how = made.add_argument_group("how to run it")
    add = how.add_argument
    add("--host-kind", choices=("dom0", "dom0less", "xl", "box"),
        help="where instances run; see hosts")
    hypervisor.add_options(how, "auto|full|nodebug|stock|FILE")
    add("-j", "--jobs", type=_positive_int, metavar="N",
        help="instances at once (default: as many as processors)")
    add("--timeout", type=_positive_seconds, metavar="S",
        help="seconds an instance may take (default: 30, or what a test says)")
    add("--vcpus", type=_positive_int, metavar="N",
        help="virtual CPUs of each instance (default: what its test says)")
    add("--guest-type", choices=("hvm", "pvh"),
        help="what HVM images run as with hosts box and xl (default: pvh in a"
             " box, else what the .cfg file says)")
    add("--paging", choices=("hap", "shadow"),
        help="what HVM guests run on with hosts box and xl (default: what the"
             " .cfg file says)")
    add("--shuffle", type=_seed, metavar="SEED",
        help="run the cases of an image in another order, chosen by a number")
    add("--amplify", type=_seed, nargs="?", metavar="=SEED",
        const=int(time.time()),
        help="have QEMU pause vCPUs in the functions under test, with host"
             " dom0, so that races between vCPUs are met more often; the same"
             " seed draws the same pauses")
    add("--qemu", metavar="PATH",
        help="QEMU of host dom0 (default: qemu-system-x86_64, for arm64"
             " qemu-system-aarch64)")
    add("--gic", type=int, choices=(2, 3), default=3,
        help="version of the interrupt controller of an arm64 machine"
             " (default: %(default)s)")
    add("--accel", choices=("auto", "tcg", "kvm"), default="auto",
        help="QEMU's accelerator; auto takes kvm where Xen boots on it")
    add("--cold", action="store_true",
        help="boot Xen from the start for each instance of host dom0, not from"
             " a saved state")
    add("--xen-cmdline", default="", metavar="TEXT",
        help="more options for Xen, with host dom0")
    add("--bisect", action="store_true",
        help="exit as `git bisect run' expects: 0 good, 1 bad, 125 where Xen"
        " does not build or boot or the test is skipped, 128 to stop")
    add("--watch", action="store_true",
        help="build and run the selection, then again, whenever a source of"
        " the tests or of --tree changes, what the change affects")
    add("--gdb", action="store_true",
        help="run one instance under a debugger and say how to attach")
    add("-m", "--results-mode", choices=("console", "logfile"),
        default="console", help="where host xl finds a guest's output")
    add("--logfile-dir", default="/var/log/xen/console/", metavar="DIR",
        help="for -m logfile (default: %(default)s)")
    add("--logfile-pattern", default="guest-%s.log", metavar="NAME",
        help="for -m logfile (default: guest-%%s.log)")

    add = made.add_argument_group("what is expected to fail").add_argument
    add("--known-defects", choices=("fail", "allow"), default="fail",
        help="count defects that this release of Xen is known to have, or"
             " fail only if one does not show (default: %(default)s)")
    add("--expect", action="append", default=[], type=Path, metavar="FILE",
        help="failures that are expected, in the format of"
             " build/known-defects.ini (repeatable)")

    add = made.add_argument_group("how often to run it").add_argument
    add("--retries", type=_positive_int, metavar="N",
        help="run an instance that fails again, up to N times")
    add("--stress-count", type=_positive_int, metavar="N",
        help="run the selection N times")
    add("--stress-duration", type=_positive_seconds, metavar="S",
        help="run the selection again and again for S seconds")
    add("--flaky-result", choices=("fail", "pass"), default="fail",
        help="what an instance counts that ends one way now and another way"
             " then (default: %(default)s)")

    add = made.add_argument_group("what to report").add_argument
    add("-q", "--quiet", action="store_true", help="print the table only")
    add("-v", "--verbose", action="store_true",
        help="print every guest's console")
    add("--keep-logs", type=Path, metavar="DIR",
        help="write each instance's console to DIR/<instance>.log")
    add("--html", type=Path, metavar="DIR",
        help="write DIR/index.html, one page for people")
    add("--save", type=Path, metavar="FILE",
        help="write all of it as JSON, for --compare and other programs")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    add("--ktap", type=Path, metavar="FILE",
        help="write KTAP, for kunit.py parse")
    add("--kcidb", type=Path, metavar="FILE",
        help="write what KCIDB takes, JSON of version 5.3")
    add("--tap", nargs="?", const="-", metavar="=FILE",
        help="write TAP to FILE, or to standard output (text then goes to"
             " standard error)")

    add = made.add_argument_group("help of other kinds").add_argument
    add("--doctor", action="store_true",
        help="say what is missing on this machine, and how to get it")
    add("--completion", choices=SHELLS,
        help="print the completion of options and words for a shell")
    add("--words", action="store_true", dest="words_list",
        help=argparse.SUPPRESS)

    add = made.add_argument_group(
        "saved runs").add_mutually_exclusive_group().add_argument
    add("--compare", nargs=2, type=Path, metavar=("OLD", "NEW"),
        help="say what differs between two runs that --save wrote; run"
             " nothing")
    add("--matrix", nargs="+", type=Path, metavar="RUN",
        help="show saved runs beside each other, such as those of releases or"
             " of nights; run nothing")
    add("--merge", nargs="+", type=Path, metavar="RUN",
        help="put saved runs together, such as those of all shards, and"
             " report them; run nothing")
    return made


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse options with words anywhere between them.

    Python 3.6 has no parse_intermixed_args(): what no option takes is a word.
    """
    made = parser()
    args, rest = made.parse_known_args(_with_values(argv))
    at = rest.index("--") if "--" in rest else len(rest)
    unknown = [word for word in rest[:at] if word.startswith("-")]
    if unknown:
        made.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.words = rest[:at] + rest[at + 1:]
    return args


def _positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 1 << 32:
        raise argparse.ArgumentTypeError(f"{text} is not a 32-bit number")
    return value


def _positive_seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no time limit")
    return value


def again(args: argparse.Namespace, result: Result) -> str:
    """Return the command that runs what failed in an instance again."""
    words = ["xtf-runner"]
    for option, value, default in (
            ("--tests-dir", args.tests_dir, None),
            ("--host-kind", args.host_kind, None),
            ("--results-mode", args.results_mode, "console"),
            ("--gic", args.gic, 3),
            ("--xen", args.xen, "auto"),
            ("--xen-cmdline", args.xen_cmdline, ""),
            ("--vcpus", args.vcpus, None),
            ("--guest-type", args.guest_type, None),
            ("--paging", args.paging, None)):
        if value != default:
            words += [option, str(value)]
    if args.amplify is not None:
        words.append(f"--amplify={args.amplify}")
    words.append(result.instance.name)
    titles = [case.name for case in result.cases
              if case.status in ("FAIL", "ERROR")]
    known = set(result.instance.titles())
    # In another order, what came before may matter: all of it runs again.
    if args.shuffle is not None:
        words += ["--shuffle", str(args.shuffle)]
    elif len(titles) <= _AGAIN_CASES and known.issuperset(titles):
        for title in titles:
            words += ["-c", title]
    return " ".join(shlex.quote(word) for word in words)


def _with_values(argv: Sequence[str]) -> List[str]:
    """Keep options with a value after = only from taking a selection word."""
    values = {"--tap": "--tap=-", "--amplify": f"--amplify={int(time.time())}"}
    return [values.get(word, word) for word in argv]
