# SPDX-License-Identifier: BSD-2-Clause
"""The Xen tools' commands, and what is the matter when they do not answer.

A command that takes long is no reason to wait: xenstored is asked whether it
lives, since most of the tools wait for it for ever when it does not.
"""

import os
import re
import select
import signal
import subprocess
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from ..base.verdict import InstanceError, RunnerError
from . import xenstore

# A command that takes longer than this makes us look at xenstored (seconds).
PATIENCE = 6.0

# What a single command may take: those that make and end domains wait for
# device models.  A host may be slow, so this is long.
COMMAND_SECONDS = 60.0
SLOW_SECONDS = 180.0
SLOW = ("create", "destroy")

# What xenstored may take to answer, and what it may if it is there and not
# stopped: then it may as well be slow.
PROBE_SECONDS = 4.0
SLOW_PROBE_SECONDS = 30.0

# Once a command has ended, what it left behind may hold its pipes open.
_PIPES_SECONDS = 1.0

# When a command that failed for no known reason is tried again.
_AGAIN_SECONDS = 0.5

_NO_XENSTORED = re.compile(
    r"cannot connect to xenstore|could not connect|xs_open|Connection refused",
    re.IGNORECASE)
_NO_DOMAIN = re.compile(
    r"invalid domain identifier|does not exist|[Nn]on-exist[ae]nt domain")
_NO_PRIVILEGE = re.compile(
    r"privileged command interface|cannot open libxc handle|"
    r"/dev/xen/privcmd|must be run as root|Permission denied", re.IGNORECASE)

XENSTORED_HINT = (
    "restart it (systemctl restart xenstored, rc-service xenstored restart,"
    " or /etc/init.d/xencommons restart), or the host if that does not help:"
    " domains that run lose their entries in xenstore")
XENCONSOLED_HINT = (
    "restart it (systemctl restart xenconsoled, rc-service xenconsoled"
    " restart, or /etc/init.d/xencommons restart)")
PRIVILEGE_HINT = ("run it as root, in dom0 of a Xen host (`xl info` must"
                  " work)")


class ToolError(InstanceError):
    """A command failed; `lines` is what it complained."""

    def __init__(self, text: str, lines: Optional[List[str]] = None,
                 hangs: bool = False) -> None:
        super().__init__("\n".join([text, *(lines or [])]))
        self.lines = lines or []
        self.hangs = hangs


class Listed(NamedTuple):
    """A line of `xl list`."""

    name: str
    domid: int
    state: str

    @property
    def end(self) -> str:
        """Return how the domain ended; "" while it runs."""
        flags = self.state.ljust(6, "-")
        if flags[5] == "d":
            return "is gone"
        if flags[4] in "cw":
            return "crashed"
        if flags[3] == "s":
            return "rebooted" if flags[4] == "r" else "shut down"
        return ""


def run(*words: str) -> str:
    """Run a command of the Xen tools and return its output.

    ToolError with what it complains of, or if it hangs; RunnerError if
    xenstored is the reason.
    """
    slow = len(words) > 1 and words[1] in SLOW
    limit = SLOW_SECONDS if slow else COMMAND_SECONDS
    done = _run(words, limit, xenstored_fault)
    said = done.errors.decode("utf-8", "replace")
    if done.status is None:
        raise ToolError(f"`{' '.join(words)}` did not end within"
                        f" {limit:g} s; xenstored answers", hangs=True)
    if done.status:
        if _NO_XENSTORED.search(said):
            raise RunnerError("xenstored is not running: " + XENSTORED_HINT)
        lines = [line.rstrip() for line in said.splitlines() if line.strip()]
        raise ToolError(f"`{' '.join(words)}` failed with status"
                        f" {done.status}:", lines or ["(without a word)"])
    return done.output.decode("utf-8", "replace")


class _Done(NamedTuple):
    status: Optional[int]   # None: it hung
    output: bytes
    errors: bytes


def _run(words: Sequence[str], limit: float,
         fault: Optional[Callable[[], str]] = None,
         patience: Optional[float] = None) -> _Done:
    """Run a command for so long; RunnerError if `fault` names a reason.

    It is asked whenever the patience comes to an end.
    """
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0, start_new_session=True)
    except FileNotFoundError:
        package = ("xenstore-utils" if words[0].startswith("xenstore")
                   else "xen-utils")
        raise RunnerError(f"{words[0]} not found; host xl needs Debian's"
                          f" {package}, or what your system calls it, and to"
                          " run in a Xen dom0") from None
    except OSError as error:
        raise ToolError(f"cannot run {words[0]}: {error.strerror}") from None
    try:
        return _collect(process, limit, fault,
                        PATIENCE if patience is None else patience)
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    """End a command that has not ended, and let go of it in any case.

    One that waits in the kernel for xenstored may not die: it is not waited
    for.
    """
    assert process.stdout and process.stderr
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(1)
        except (OSError, subprocess.TimeoutExpired):
            pass
    process.stdout.close()
    process.stderr.close()


def _collect(process: subprocess.Popen, limit: float,
             fault: Optional[Callable[[], str]], patience: float) -> _Done:
    assert process.stdout and process.stderr
    kept: Dict[int, bytearray] = {process.stdout.fileno(): bytearray(),
                                  process.stderr.fileno(): bytearray()}
    out, err = kept.values()
    opened = select.poll()
    for fileno in kept:
        opened.register(fileno, select.POLLIN)
    left = len(kept)
    now = time.monotonic()
    end, look, gone = now + limit, now + patience, 0.0
    # The usual end is that of both pipes.  A daemon that has inherited them
    # keeps them open: so the process itself is looked at, too.
    while left:
        now = time.monotonic()
        for fileno, _ in opened.poll(0 if gone else 100):
            data = os.read(fileno, 65536)
            kept[fileno] += data
            if not data:
                opened.unregister(fileno)
                left -= 1
        if gone and now >= gone:
            break
        if not gone and process.poll() is not None:
            gone = now + _PIPES_SECONDS if left else now
        elif gone:
            time.sleep(0.02)
        if now >= end:
            return _Done(None, bytes(out), bytes(err))
        if fault is not None and not gone and now >= look:
            reason = fault()
            if reason:
                raise RunnerError(reason)
            look = time.monotonic() + patience
    try:
        status = process.wait(max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return _Done(None, bytes(out), bytes(err))
    return _Done(status, bytes(out), bytes(err))


def xenstored_fault() -> str:
    """Ask xenstored anything; return what is wrong with it, "" if nothing."""
    what = ""

    def give_up() -> str:
        nonlocal what
        states = _processes("xenstored")
        what = ("hangs" if any(state not in "TtZ" for state in states)
                else "is stopped" if states
                else "does not answer, and no process of that name runs")
        return "" if what == "hangs" else what

    try:
        done = _run(("xenstore-read", "/tool"), SLOW_PROBE_SECONDS, give_up,
                    PROBE_SECONDS)
    except ToolError:
        return ""
    except RunnerError:
        # Either there is no such command, or it was given up.
        return f"xenstored {what}: {XENSTORED_HINT}" if what else ""
    if done.status is None:
        return f"xenstored {what}: {XENSTORED_HINT}"
    if done.status and _NO_XENSTORED.search(done.errors.decode("utf-8",
                                                               "replace")):
        return "xenstored is not running: " + XENSTORED_HINT
    return ""


def xenconsoled_fault() -> str:
    """Return what is wrong with xenconsoled, as far as one can see."""
    states = _processes("xenconsoled")
    if not states:
        return "xenconsoled is not running"
    if all(state in "TtZ" for state in states):
        return "xenconsoled is stopped"
    return ""


def _processes(name: str) -> List[str]:
    """Return the state letters of processes whose names end so."""
    states = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    text = file.read()
            except OSError:
                continue
            command = text[text.find("(") + 1:text.rfind(")")]
            if command.endswith(name):
                states.append(text[text.rfind(")") + 2:][:1])
    return states


def info() -> Dict[str, str]:
    """Return what `xl info` says; RunnerError if xl does not work here."""
    try:
        text = run("xl", "info")
    except ToolError as error:
        hint = ""
        if any(_NO_PRIVILEGE.search(line) for line in error.lines):
            hint = "\n" + PRIVILEGE_HINT
        raise RunnerError(f"{error}{hint}") from None
    found = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found[key.strip()] = value.strip()
    return found


def listed(*words: str) -> List[Listed]:
    """Return the domains of `xl list WORDS`; ToolError if it fails."""
    found = []
    for line in run("xl", "list", *words).splitlines():
        fields = line.rsplit(None, 5)
        if len(fields) == 6 and fields[1].isdigit():
            found.append(Listed(fields[0].strip(), int(fields[1]), fields[4]))
    return found


def end_state(name: str) -> str:
    """Return how a domain ended; "" while it runs.

    ToolError if that cannot be found out, though it was tried twice.
    """
    for last in (False, True):
        try:
            found = listed(name)
            break
        except ToolError as error:
            if any(_NO_DOMAIN.search(line) for line in error.lines):
                return "is gone"
            if error.hangs or last:
                raise
            time.sleep(_AGAIN_SECONDS)
    return found[0].end if found else "is gone"


def read_key(path: str) -> str:
    """Return a key of xenstore; "" if it is not there."""
    try:
        return xenstore.read(path).strip()
    except xenstore.StoreError:
        pass    # no such key, or no answer: the command tells which
    try:
        return run("xenstore-read", path).strip()
    except ToolError as error:
        if error.hangs:
            raise
        return ""
