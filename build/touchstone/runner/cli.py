# SPDX-License-Identifier: BSD-2-Clause
"""The xtf-runner command: options, then selection, run and reports."""

import argparse
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import List, Optional, Sequence, TextIO

from ..hypervisors import hypervisor
from . import catalogue, image, selection
from .catalogue import CATEGORIES, DEFAULT_CATEGORIES, ENVIRONMENTS, Instance
from ..base.verdict import Result, RunnerError, UsageError, Verdict, worst

EXIT_RUNNER_ERROR = 1
EXIT_USAGE = 2
EXIT_SIGNAL = 128

# More than these, and the command to run again names the instance alone.
_AGAIN_CASES = 3

_OTHER_CATEGORIES = CATEGORIES[len(DEFAULT_CATEGORIES):]

_EPILOG = f"""\
selection words (of one kind: any of them; of different kinds: all must match)
  environments   {' '.join(ENVIRONMENTS)}
                 pv (all PV ones), hvm (all HVM ones)
  categories     {' '.join(DEFAULT_CATEGORIES)}
                 only when asked for: {' '.join(_OTHER_CATEGORIES)}
  tests          the name of a test, or its directory
  instances      test-<environment>-<name>[~<variation>], or the image's path

hosts
  dom0           QEMU boots a real Xen with the image as dom0 (default outside
                 of Xen); --xen takes full, stock, or the file of a hypervisor,
                 --tree a directory with Xen's source; auto is full, or what
                 comes nearest to it where that is not to be had
  xl             domains of the Xen under this system (default in a Xen dom0)

exit codes: the worst verdict counts
  0 SUCCESS   3 SKIP   4 ERROR   5 FAILURE   6 CRASH or TIMEOUT
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
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xtf-runner", epilog=_EPILOG,
        usage="%(prog)s [options] [selection word ...]",
        description="Run test images on a real Xen hypervisor and report a"
                    " verdict each.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument_group("what to run").add_argument
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
    add("--bench", action="store_true",
        help="select tests of category bench only, and print what operations"
             " cost")
    add("--json", action="store_true",
        help="with --list or --bench: as JSON")
    add("--environments", action="store_true",
        help="list the environments; run nothing")
    add("--tests-dir", type=Path, metavar="DIR",
        help="where the tests are (default: tests beside this command)")

    how = parser.add_argument_group("how to run it")
    add = how.add_argument
    add("--host-kind", choices=("dom0", "xl"), help="see below")
    hypervisor.add_options(how, "auto|full|nodebug|stock|FILE")
    add("-j", "--jobs", type=_positive_int, metavar="N",
        help="instances at once (default: as many as processors)")
    add("--timeout", type=_positive_seconds, metavar="S",
        help="seconds an instance may take (default: 30, or what a test says)")
    add("--vcpus", type=_positive_int, metavar="N",
        help="virtual CPUs of each instance (default: what its test says)")
    add("--shuffle", type=_seed, metavar="SEED",
        help="run the cases of an image in another order, chosen by a number")
    add("--qemu", default="qemu-system-x86_64", metavar="PATH",
        help="QEMU of host dom0 (default: %(default)s)")
    add("--accel", choices=("auto", "tcg", "kvm"), default="auto",
        help="QEMU's accelerator; auto takes kvm where Xen boots on it")
    add("--cold", action="store_true",
        help="boot Xen from the start for each instance of host dom0, not from"
             " a saved state")
    add("--xen-cmdline", default="", metavar="TEXT",
        help="more options for Xen, with host dom0")
    add("--known-defects", choices=("fail", "allow"), default="fail",
        help="count defects that this release of Xen is known to have, or"
             " fail only if one does not show (default: %(default)s)")
    add("--bisect", action="store_true",
        help="exit as `git bisect run' expects: 0 good, 1 bad, 125 where Xen"
        " does not build or boot or the test is skipped, 128 to stop")
    add("--gdb", action="store_true",
        help="run one instance under a debugger and say how to attach")
    add("-m", "--results-mode", choices=("console", "logfile"),
        default="console", help="where host xl finds a guest's output")
    add("--logfile-dir", default="/var/log/xen/console/", metavar="DIR",
        help="for -m logfile (default: %(default)s)")
    add("--logfile-pattern", default="guest-%s.log", metavar="NAME",
        help="for -m logfile (default: guest-%%s.log)")

    add = parser.add_argument_group("what to report").add_argument
    add("-q", "--quiet", action="store_true", help="print the table only")
    add("-v", "--verbose", action="store_true",
        help="print every guest's console")
    add("--keep-logs", type=Path, metavar="DIR",
        help="write each instance's console to DIR/<instance>.log")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    add("--tap", nargs="?", const="-", metavar="=FILE",
        help="write TAP to FILE, or to standard output (text then goes to"
             " standard error)")
    return parser


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse options with words anywhere between them.

    Python 3.6 has no parse_intermixed_args(): what no option takes is a word.
    """
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    at = rest.index("--") if "--" in rest else len(rest)
    unknown = [word for word in rest[:at] if word.startswith("-")]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
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


def _list(instances: Sequence[Instance], args: argparse.Namespace) -> None:
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


def _tests_dir(args: argparse.Namespace, root: Path) -> Path:
    return args.tests_dir or root / "tests"


def _select(args: argparse.Namespace, root: Path) -> List[Instance]:
    tests = catalogue.load(_tests_dir(args, root))
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


def _again(args: argparse.Namespace, result: Result) -> str:
    """Return the command that runs what failed in an instance again."""
    words = ["xtf-runner"]
    for option, value, default in (
            ("--tests-dir", args.tests_dir, None),
            ("--host-kind", args.host_kind, None),
            ("--results-mode", args.results_mode, "console"),
            ("--xen", args.xen, "auto"),
            ("--xen-cmdline", args.xen_cmdline, ""),
            ("--vcpus", args.vcpus, None)):
        if value != default:
            words += [option, str(value)]
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


class _Interrupt:
    """Turns SIGINT and SIGTERM into `stop`; a second one ends at once."""

    def __init__(self, stop: object) -> None:
        self.signal = 0
        self._stop = stop
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: object) -> None:
        if self.signal:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.signal = number
        self._stop.set()  # type: ignore[attr-defined]


def _run(args: argparse.Namespace, instances: List[Instance],
         root: Path) -> int:
    from .. import hosts
    from ..base import cache
    from . import known_defects, scheduler, timings
    from ..base.process import Stop
    from ..report.files import FileReports
    from ..report.terminal import TerminalReport

    options = hosts.Options()
    for name in vars(options):
        if hasattr(args, name):
            setattr(options, name, getattr(args, name))
    host = hosts.create(args.host_kind, options)
    if args.host:
        instances = [instance for instance in instances
                     if host.can_run(instance) is None]
    if args.gdb:
        from . import debug
        return debug.run(host, instances)

    as_json = args.bench and args.json
    if as_json and args.tap == "-":
        raise UsageError("--json and --tap both write to standard output;"
                         " use --tap=FILE")
    stream: TextIO = (sys.stderr if args.tap == "-" or as_json
                      else sys.stdout)
    if args.bisect:
        from . import bisection
        if not bisection.builds(options.xen):
            return bisection.UNTESTABLE
    host.prepare()
    stop = Stop()
    interrupt = _Interrupt(stop)
    if args.bisect and not bisection.boots(
            host, catalogue.load(_tests_dir(args, root)), instances, stop):
        return (EXIT_SIGNAL + interrupt.signal if interrupt.signal
                else bisection.UNTESTABLE)
    # Neighbours do not disturb a count of instructions; they do take time.
    alone = args.bench and not host.clock().emulated
    jobs = args.jobs or (1 if alone else host.default_jobs())
    report = TerminalReport(
        stream, len(instances),
        lambda: f"{host.describe()}; {min(jobs, len(instances))} at once",
        quiet=args.quiet, verbose=args.verbose,
        announce=host.shares_fate,
        again=lambda result: _again(args, result))
    known = timings.Timings(cache.root() / "timings.json", host.kind)
    to_stdout = args.tap == "-"
    files = FileReports(
        report, len(instances), logs=args.keep_logs, junit_file=args.junit,
        tap_file=Path(args.tap) if args.tap and not to_stdout else None,
        tap_stream=sys.stdout if to_stdout else None)
    marker = known_defects.Marker(files, known_defects.load(),
                                  host.xen_version())
    try:
        results = scheduler.run(host, instances, jobs, marker, stop, known)
    except RunnerError:
        # What has ended is worth a report all the same.
        files.close()
        raise
    if args.verbose:
        for remark in host.remarks():
            stream.write(f"note: {remark}\n")
    files.close(results)
    report.close(results, bool(interrupt.signal))
    if args.bench:
        from ..report import bench
        if as_json:
            print(bench.document(results, host.clock(), host.describe()),
                  end="")
        else:
            stream.write("\n" + bench.table(results, host.clock()))
    if interrupt.signal:
        return EXIT_SIGNAL + interrupt.signal
    if args.bisect:
        return bisection.status(worst(results))
    if args.known_defects == "fail":
        return worst(results).exit_code
    absent = marker.absent(results)
    for hint in absent:
        stream.write(f"This release should have shown {hint}\n")
    code = worst([r for r in results if not r.known]).exit_code
    return max(code, Verdict.FAILURE.exit_code) if absent else code


def _with_tap_value(argv: Sequence[str]) -> List[str]:
    """Keep a bare --tap from taking a selection word for its file."""
    return ["--tap=-" if word == "--tap" else word for word in argv]


def main(argv: Optional[Sequence[str]] = None,
         root: Optional[Path] = None) -> int:
    """Run the command; return its exit code.  `root` holds tests/."""
    args = _parse(_with_tap_value(sys.argv[1:] if argv is None else argv))
    root = root or Path(__file__).resolve().parents[3]
    try:
        args.xen = hypervisor.chosen(args, hypervisor.AUTO)
        if args.environments:
            print("\n".join(ENVIRONMENTS))
            return 0
        instances = _select(args, root)
        if args.list:
            _list(instances, args)
            return 0
        return _run(args, instances, root)
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
