# SPDX-License-Identifier: BSD-2-Clause
"""The command build/releases: one suite, many hypervisors, one matrix."""

from __future__ import annotations

import argparse
import hashlib
import signal
import sys
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, TextIO

from .. import hosts
from ..base import steps
from ..hypervisors import hypervisor
from ..runner import (
    boot, catalogue, known_defects, scheduler, selection)
from ..runner.catalogue import Instance, Test
from ..hosts.dom0 import Dom0Host
from ..base.process import Stop
from ..base.verdict import Result, RunnerError, UsageError, Verdict
from . import matrix
from .matrix import Column
from .store import Store

_EXPLANATION = """\
A hypervisor is a word (full, nodebug, stock, each with @RELEASE), the file of
one, or a directory: Xen's source, built with the options of full, or with
tree:DIR?config=FILE those of a Kconfig file.  NAME= before it says what the
matrix calls it.  --list reads a file of such lines.

Outcomes are kept in DIR/results.  What a hypervisor, the image of an instance
and the options have an outcome for is not run again, so a call that was
stopped goes on where it was, and a rebuilt test alone runs again.

exit codes: that of the worst verdict, as xtf-runner, defects aside that a
release is known to have; 4 also where a hypervisor could not be had or does
not boot; 1 the command cannot work; 2 bad command line; 130 interrupted
"""

# Environments in which a hypervisor should be able to boot something.
_BOOTS = ("pv64", "hvm64")

# Between two lines of progress where there is no terminal (seconds).
_PERIOD = 20.0


class Subject(NamedTuple):
    """A hypervisor to run the suite on, and what the matrix calls it."""

    name: str
    spec: str


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; return its exit status."""
    root = Path(__file__).resolve().parents[3]
    args = _parser().parse_intermixed_args(argv)
    try:
        return _Run(args, root).run()
    except UsageError as error:
        print(f"releases: {error}", file=sys.stderr)
        return 2
    except (RunnerError, hypervisor.HypervisorError, OSError) as error:
        print(f"releases: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="releases", usage="%(prog)s [options] --xen HYPERVISOR ..."
        " [selection word ...]",
        description="Run the suite, or what xtf-runner's selection words"
        " name, on many hypervisors, and show in one matrix what fails and"
        " what is skipped.", epilog=_EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("words", nargs="*", help=argparse.SUPPRESS)
    add("--xen", "--tree", action="append", default=[], dest="xen",
        metavar="[NAME=]HYPERVISOR", help="run on this one (repeatable)")
    add("--list", type=Path, metavar="FILE",
        help="run on those of a file, one a line, # before a comment")
    add("-x", "--exclude", action="append", default=[], metavar="WORD",
        help="leave out what a selection word names (repeatable)")
    add("-r", "--runs", type=int, default=1, metavar="N",
        help="outcomes that each instance shall have (default: 1)")
    add("-o", "--output", type=Path, metavar="DIR",
        help="where results and matrix are (default: out/releases)")
    add("--markdown", type=Path, metavar="FILE",
        help="also put the matrix into this document, between its marks")
    add("--show", action="store_true",
        help="run nothing, show what is there")
    add("--fresh", action="store_true",
        help="forget earlier outcomes of these hypervisors")
    add("-j", "--jobs", type=int, metavar="N",
        help="instances at once (default: the processors)")
    add("--timeout", type=float, metavar="S",
        help="seconds an instance may take")
    add("--vcpus", type=int, metavar="N",
        help="virtual CPUs of each instance")
    add("--xen-cmdline", default="", metavar="TEXT",
        help="more options for Xen")
    add("--qemu", default="qemu-system-x86_64", metavar="PATH")
    add("--accel", choices=("auto", "tcg", "kvm"), default="auto")
    add("--tests-dir", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    return parser


# --- which hypervisors -----------------------------------------------------

def subjects(words: Sequence[str], listed: Optional[Path]) -> List[Subject]:
    """Return the hypervisors that options and a list name.

    Paths in a list are relative to where it is.  Raises UsageError.
    """
    found = [_subject(word, Path()) for word in words]
    if listed is not None:
        for line in listed.read_text().splitlines():
            line = line.partition("#")[0].strip()
            if line:
                found.append(_subject(line, listed.parent))
    seen: Dict[str, str] = {}
    for subject in found:
        if subject.name in seen:
            raise UsageError(f"two hypervisors are called {subject.name}:"
                             " give them names, as in NAME=FILE")
        seen[subject.name] = subject.spec
    if not found:
        raise UsageError("no hypervisor is named; use --xen or --list")
    return found


def _subject(text: str, base: Path) -> Subject:
    name, equals, what = (part.strip() for part in text.partition("="))
    if not equals or "/" in name or ":" in name:
        name, what = "", text
    if what.partition("@")[0] in (*hypervisor.KINDS, hypervisor.AUTO):
        return Subject(name or what, what)
    prefix = hypervisor.TREE_PREFIX
    tree = what.startswith(prefix)
    where, _, config = what[len(prefix) if tree else 0:].partition("?config=")
    path = base / Path(where).expanduser()
    if tree or path.is_dir():
        if config and config not in hypervisor.OPTIONS:
            config = str(base / Path(config).expanduser())
        label = path.resolve().name
        if config:
            label += f"-{Path(config).name}"
        return Subject(name or label,
                       hypervisor.tree_spec(str(path), config or None))
    # .../4.19-debug/xen says more by its directory.
    label = path.name if path.name not in ("xen", "xen.gz") \
        else path.resolve().parent.name
    return Subject(name or label, str(path))


# --- progress --------------------------------------------------------------

class _Progress(scheduler.Listener):
    """Keeps each outcome as it comes, and says how far a run is."""

    def __init__(self, stream: TextIO, label: str, total: int,
                 store: Store, marker: known_defects.Marker) -> None:
        self._stream = stream
        self._marker = marker
        self._label = label
        self._total = total
        self._store = store
        self._done = 0
        self._bad = 0
        self._live = stream.isatty()
        self._begin = self._shown = time.monotonic()

    def finished(self, result: Result) -> None:
        self._marker.mark(result)
        self._done += 1
        bad = (result.verdict.exit_code > Verdict.SKIP.exit_code
               and not result.known)
        self._bad += bad
        self._store.add(result)
        if bad:
            self._say(f"{self._label}: {result.verdict}"
                      f" {result.instance.name}: {result.reason}")
        self.tick()

    def tick(self) -> None:
        now = time.monotonic()
        if not self._live and now - self._shown < _PERIOD:
            return
        self._shown = now
        wrong = f", {self._bad} bad" if self._bad else ""
        text = (f"{self._label}: {self._done} of {self._total}{wrong},"
                f" {now - self._begin:.0f} s")
        end = "" if self._live else "\n"
        self._stream.write(("\r\033[K" if self._live else "") + text + end)
        self._stream.flush()

    def close(self) -> None:
        """Clear the live line."""
        if self._live:
            self._stream.write("\r\033[K")
            self._stream.flush()

    def _say(self, text: str) -> None:
        self.close()
        self._stream.write(matrix.printable(text) + "\n")


# --- the run ---------------------------------------------------------------

class _Run:
    """All hypervisors, one after the other."""

    def __init__(self, args: argparse.Namespace, root: Path) -> None:
        self._args = args
        self._subjects = subjects(args.xen, args.list)
        self._tests: List[Test] = catalogue.load(
            args.tests_dir or root / "tests")
        self._instances = selection.select(
            self._tests, args.words, everything=not args.words,
            exclude=args.exclude)
        self._output = args.output or root / "out/releases"
        self._stop = Stop()
        self._signal = 0
        self._in_step = False
        self._columns: Dict[str, Column] = {}
        self._known = known_defects.load()

    def run(self) -> int:
        """Run what is missing, write and print the matrix."""
        if self._args.show:
            for subject in self._subjects:
                self._column(subject, Store(self._path(subject), None), "")
        else:
            self._run_all()
        self._write()
        sys.stdout.write(matrix.text(list(self._columns.values())))
        if self._signal:
            print("releases: interrupted; outcomes are kept, and the same"
                  " call goes on from there", file=sys.stderr)
            return 128 + self._signal
        return self._status()

    def _run_all(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        for at, subject in enumerate(self._subjects, 1):
            if self._stop.is_set:
                break
            self._say(f"{subject.name}: hypervisor {at} of"
                      f" {len(self._subjects)}")
            try:
                self._run_one(subject)
            except (RunnerError, hypervisor.HypervisorError) as error:
                problem = str(error).splitlines()[0]
                self._say(f"{subject.name}: {error}")
                self._columns[subject.name] = Column(subject.name, "", {},
                                                     problem)
            except _Stopped:
                break
            self._write()

    def _interrupt(self, number: int, _frame: object) -> None:
        """End the run; what has no run to end, such as a build, at once."""
        again, self._signal = self._signal, number
        self._stop.set()
        if again or self._in_step:
            raise _Stopped()

    def _run_one(self, subject: Subject) -> None:
        """Run all that is missing on one hypervisor."""
        self._in_step = True
        try:
            xen = self._resolve(subject)
            host = self._host(xen)
            store = Store(self._path(subject), self._identity(xen, host))
        finally:
            self._in_step = False
        if self._args.fresh:
            store.forget()
        store.note(version=xen.version, problem="")
        jobs = self._args.jobs or host.default_jobs()
        missing = store.missing(self._instances, self._args.runs)
        if len(missing) == len(self._instances):
            problem = self._boot_problem(host, jobs)
            if problem:
                self._say(f"{subject.name}: {problem}")
                store.note(problem=problem)
                missing = []
        try:
            for run in range(self._args.runs):
                self._round(subject, host, store, [
                    instance for instance in missing
                    if len(store.outcomes(instance)) <= run], jobs, run)
        finally:
            store.save()
            self._column(subject, store, xen.version)
        column = self._columns[subject.name]
        self._say(f"{subject.name}: {column.counted()}")

    def _boot_problem(self, host: hosts.Host, jobs: int) -> str:
        """Return why nothing can boot; "" where something can."""
        environments = {env for instance in self._instances
                        for env in instance.envs}
        probes = boot.probes(self._tests,
                             [env for env in _BOOTS if env in environments]
                             or list(environments))
        failures = boot.failures(host, probes, jobs, self._stop)
        if not failures or len(failures) < len(probes) or self._stop.is_set:
            return ""
        return (f"does not boot: {failures[0].verdict}:"
                f" {failures[0].reason}")

    def _round(self, subject: Subject, host: hosts.Host, store: Store,
               instances: List[Instance], jobs: int, run: int) -> None:
        """Run some instances once more."""
        if not instances or self._stop.is_set:
            return
        label = subject.name
        if self._args.runs > 1:
            label += f", run {run + 1} of {self._args.runs}"
        marker = known_defects.Marker(self._known, host.xen_version())
        progress = _Progress(sys.stderr, label, len(instances), store, marker)
        try:
            scheduler.run(host, instances, jobs, progress, self._stop)
        finally:
            progress.close()

    def _resolve(self, subject: Subject) -> hypervisor.Hypervisor:
        reporter = steps.Reporter()
        try:
            return hypervisor.resolve(subject.spec, reporter)
        finally:
            reporter.close()

    def _host(self, xen: hypervisor.Hypervisor) -> Dom0Host:
        options = hosts.Options()
        for name in ("timeout", "vcpus", "xen_cmdline", "qemu", "accel"):
            setattr(options, name, getattr(self._args, name))
        options.xen = str(xen.xen)
        host = hosts.create("dom0", options)
        assert isinstance(host, Dom0Host)
        host.prepare()
        return host

    def _identity(self, xen: hypervisor.Hypervisor, host: Dom0Host) -> str:
        """Return what outcomes depend on, besides the image."""
        digest = hashlib.sha256(xen.xen.read_bytes()).hexdigest()[:16]
        args = self._args
        return (f"xen {digest}, QEMU {host.qemu.version()} {host.qemu.accel},"
                f" vcpus {args.vcpus}, options {args.xen_cmdline!r},"
                f" timeout {args.timeout}")

    def _path(self, subject: Subject) -> Path:
        name = "".join(char if char.isalnum() or char in "._@-" else "_"
                       for char in subject.name)
        return self._output / "results" / f"{name}.json"

    def _column(self, subject: Subject, store: Store, version: str) -> None:
        outcomes = {instance.name: store.outcomes(instance)
                    for instance in self._instances}
        self._columns[subject.name] = Column(
            subject.name, version or store.noted("version"),
            {name: runs for name, runs in outcomes.items() if runs},
            store.noted("problem"))

    def _write(self) -> None:
        """Write the matrix in all its forms."""
        columns = list(self._columns.values())
        self._output.mkdir(parents=True, exist_ok=True)
        section = matrix.markdown(columns)
        for name, text in (("matrix.txt", matrix.text(columns)),
                           ("matrix.md", section),
                           ("matrix.json", matrix.as_json(columns))):
            (self._output / name).write_text(text, "utf-8")
        document = self._args.markdown
        if document is not None:
            old = document.read_text("utf-8") if document.exists() else ""
            document.write_text(matrix.into_document(old, section), "utf-8")

    def _status(self) -> int:
        status = 0
        for column in self._columns.values():
            if column.problem:
                status = max(status, Verdict.ERROR.exit_code)
            for verdict, count in column.counts().items():
                if count:
                    status = max(status, verdict.exit_code)
        return status

    def _say(self, text: str) -> None:
        print(matrix.printable(text), file=sys.stderr, flush=True)


class _Stopped(BaseException):
    """A signal ends a step that does not look at the stop flag."""
