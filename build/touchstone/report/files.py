# SPDX-License-Identifier: BSD-2-Clause
"""Reports in files, which grow with a run: nothing is lost when it is killed.

Each file is whole at any time: it is replaced when an instance has ended.
The directory of logs has a journal, too, run.log.  The name of an instance
is on the disk there before the instance starts, so that a computer which goes
down can be asked which instance took it along.
"""

import os
import sys
import time
from pathlib import Path
from typing import Callable, List, Optional, Sequence, TextIO, Tuple

from ..runner.catalogue import Instance
from ..runner.scheduler import Listener
from ..base.verdict import Result, RunnerError
from . import junit, tap

JOURNAL = "run.log"


def write_file(path: Path, text: str, sync: bool = False) -> None:
    """Write a file so that readers find it whole or not at all.

    With `sync`, it is on the disk when this returns.  RunnerError if the
    system does not let us.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_replaceable(path):
            with open(str(path), "w", encoding="utf-8",
                      errors="replace") as file:
                file.write(text)
            return
        with open(str(partial), "w", encoding="utf-8",
                  errors="replace") as file:
            file.write(text)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
        if sync:
            _sync_directory(path.parent)
    except OSError as error:
        try:
            partial.unlink()
        except OSError:
            pass
        raise RunnerError(f"cannot write {path}: {error.strerror}") from None


def _is_replaceable(path: Path) -> bool:
    """Tell whether a file may get another in its place: not /dev/stdout."""
    return path.is_file() or not path.exists()


def _sync_directory(path: Path) -> None:
    directory = os.open(str(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Journal:
    """A file of what a run began and ended, line by line on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = False

    def add(self, text: str) -> None:
        """Add a line; it is on the disk when this returns."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(str(self._path),
                           os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(file, f"{stamp} {text}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)
            if not self._known:
                _sync_directory(self._path.parent)
                self._known = True
        except OSError as error:
            raise RunnerError(
                f"cannot write {self._path}: {error.strerror}") from None


class FileReports(Listener):
    """Writes logs, JUnit XML and TAP as results come, then tells `listener`.

    `total` instances are to run.  `tap_stream` gets TAP point by point.
    What cannot be written before the first instance is a RunnerError, as is
    what cannot be written in the end.  In between the run goes on, after a
    word on standard error: a file system may fill up, and be emptied again.
    """

    def __init__(self, listener: Listener, total: int, *,
                 logs: Optional[Path] = None,
                 junit_file: Optional[Path] = None,
                 tap_file: Optional[Path] = None,
                 tap_stream: Optional[TextIO] = None) -> None:
        self._listener = listener
        self._total = total
        self._logs = logs
        self._journal = Journal(logs / JOURNAL) if logs else None
        self._junit = junit_file
        self._tap = tap_file
        self._tap_stream = tap_stream
        self._done: List[Result] = []
        self._suites: List[Tuple[str, List[int]]] = []
        self._points: List[str] = []
        self._unwritten: List[Result] = []
        self._complained = False

    def planned(self, remaining: Callable[[], Optional[float]]) -> None:
        if self._journal:
            self._journal.add(f"a run of {self._total} begins")
        self._write_documents()
        self._stream(tap.plan(self._total))
        self._listener.planned(remaining)

    def started(self, instance: Instance) -> None:
        if self._journal:
            self._try(self._journal.add, f"started {instance.name}")
        self._listener.started(instance)

    def finished(self, result: Result) -> None:
        self._done.append(result)
        point = tap.point(result, len(self._done))
        if self._junit:
            self._suites.append(junit.suite(result))
        if self._tap:
            self._points += point
        if not self._try(self._write_log, result):
            self._unwritten.append(result)
        self._try(self._write_documents)
        if self._journal:
            self._try(self._journal.add,
                      f"ended {result.instance.name} {result.verdict}")
        self._stream(point)
        self._listener.finished(result)

    def tick(self) -> None:
        self._listener.tick()

    def close(self, results: Optional[Sequence[Result]] = None) -> None:
        """Write all files for the last time, with the results in order.

        RunnerError if one cannot be written.  Without `results`, the run
        came to a bad end, and what has ended is written.
        """
        if results is None:
            results = self._done
        for result in self._unwritten:
            self._write_log(result)
        sync = self._logs is not None
        if self._junit:
            write_file(self._junit, junit.render(results), sync)
        if self._tap:
            write_file(self._tap, tap.render(results, self._total), sync)
        if len(results) < self._total:
            self._stream([tap.bail_out(len(results), self._total)])
        if self._journal:
            self._journal.add(f"the run ends: {len(results)} of {self._total}")

    def _write_log(self, result: Result) -> None:
        if self._logs and result.log is not None:
            write_file(self._logs / f"{result.instance.name}.log",
                       result.log.text(), sync=True)

    def _write_documents(self) -> None:
        """Write what has ended, as if no more were to come."""
        sync = self._logs is not None
        if self._junit and _is_replaceable(self._junit):
            write_file(self._junit, junit.document(
                self._suites, sum(result.seconds for result in self._done)),
                sync)
        if self._tap and _is_replaceable(self._tap):
            lines = tap.plan(self._total) + self._points
            if len(self._done) < self._total:
                lines.append(tap.bail_out(len(self._done), self._total))
            write_file(self._tap, "\n".join(lines) + "\n", sync)

    def _stream(self, lines: Sequence[str]) -> None:
        if self._tap_stream is not None:
            self._tap_stream.write("".join(line + "\n" for line in lines))
            self._tap_stream.flush()

    def _try(self, write: Callable[..., None], *arguments: object) -> bool:
        try:
            write(*arguments)
            return True
        except RunnerError as error:
            if not self._complained:
                sys.stderr.write(f"xtf-runner: {error}; the run goes on, and"
                                 " all is written again at its end\n")
            self._complained = True
            return False
