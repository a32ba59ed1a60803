# SPDX-License-Identifier: BSD-2-Clause
"""A stand-in for a Xen host: its tools as scripts, and a real pty.

Each domain is a directory below $STATE/domains.  A test plants a fault as a
piece of shell in do/<command>, which the command runs before all else.
"""

import os
import pty
import stat
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Callable, List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner.catalogue import Instance, Test  # noqa: E402
from touchstone.hosts import Options  # noqa: E402
from touchstone.hosts import xl, xldomain, xltools  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402

XL = r"""#!/bin/sh
cd "$STATE" || exit 9
echo "$*" >>calls
[ -f "do/$1" ] && . "./do/$1"
line() {
    [ -f "domains/$1/id" ] || return 1
    echo "$1 $(cat "domains/$1/id") 128 1 $(cat "domains/$1/state") 0.1"
}
case $1 in
info)    cat info ;;
dmesg)   cat dmesg ;;
create)  for word; do case $word in name=*)
             name=${word#name=?}; name=${name%?} ;;
         esac; done
         mkdir "domains/$name" 2>/dev/null || {
             echo "libxl: error: Domain with name \"$name\" already" \
                  "exists." >&2
             exit 1; }
         id=$(($(cat next) + 1)); echo $id >next
         echo --p--- >"domains/$name/state"; echo $id >"domains/$name/id" ;;
domid)   cat "domains/$2/id" 2>/dev/null && exit
         echo "$2 is an invalid domain identifier (rc=-6)" >&2; exit 1 ;;
unpause) [ -d "domains/$2" ] || exit 1
         echo -b---- >"domains/$2/state"
         if [ -f guest ]; then sh ./guest "$2"; fi
         touch unpaused ;;
list)    echo "Name ID Mem VCPUs State Time(s)"
         if [ -n "$2" ]; then line "$2" && exit
             echo "$2 is an invalid domain identifier (rc=-6)" >&2
             exit 1
         fi
         echo "Domain-0 0 1024 1 r----- 9.9"
         for each in domains/*; do line "${each#domains/}"; done; true ;;
destroy) rm -r "domains/$2" 2>/dev/null ;;
*)       exit 9 ;;
esac
"""
XENSTORE_READ = r"""#!/bin/sh
cd "$STATE" || exit 9
[ -f do/xenstore-read ] && . ./do/xenstore-read
case $1 in */console/tty) cat tty 2>/dev/null && exit ;; esac
echo "xenstore-read: couldn't read path $1" >&2
exit 1
"""
INFO = """\
xen_version            : 4.17.0
nr_cpus                : 4
free_memory            : 77
virt_caps              : pv hvm hap
xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_64 hvm-3.0-x86_32
"""


class Tools(unittest.TestCase):
    """Scripts for the Xen tools, first on the path, and a domain's console.

    The scripts keep what they know in files below $STATE, self.state here.
    """

    TOOLS = {"xl": XL, "xenstore-read": XENSTORE_READ}

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.state = Path(scratch.name)
        for name, text in self.TOOLS.items():
            tool = self.state / name
            tool.write_text(text)
            tool.chmod(stat.S_IRWXU)
        for key, value in (
                ("PATH", f"{self.state}:{os.environ['PATH']}"),
                ("STATE", str(self.state)),
                ("XENSTORED_PATH", str(self.state / "xenstored")),
                ("XDG_CACHE_HOME", str(self.state / "cache"))):
            self.set_environment(key, value)
        self.master, slave = pty.openpty()
        self._slave = slave
        self.addCleanup(self.close_terminal)
        (self.state / "tty").write_text(os.ttyname(slave))
        self.options = Options()
        self.options.timeout = 2.0

    def set_environment(self, key: str, value: str) -> None:
        before = os.environ.get(key)
        if before is None:
            self.addCleanup(os.environ.pop, key, None)
        else:
            self.addCleanup(os.environ.__setitem__, key, before)
        os.environ[key] = value

    def close_terminal(self) -> None:
        """Hang the console up, as xenconsoled does."""
        master, self.master = self.master, -1
        if master >= 0:
            os.close(master)
            os.close(self._slave)

    def instance(self, env="pv64", cfg="", name="demo") -> Instance:
        instance = Instance(Test(self.state, {
            "name": name, "category": "functional",
            "environments": [env]}), env, None)
        instance.cfg.write_text(f'name="{instance.name}"\n{cfg}')
        return instance


class XenHost(Tools):
    """Tests of host xl on the stand-in."""

    def setUp(self):
        super().setUp()
        for name in ("domains", "do", "logs"):
            (self.state / name).mkdir()
        for name, text in (("info", INFO), ("next", "6\n"), ("dmesg", ""),
                           ("calls", "")):
            (self.state / name).write_text(text)
        self.options.logfile_dir = str(self.state / "logs")
        # What takes seconds on a host shall take less here.
        self.shorten(xltools, PATIENCE=0.5, PROBE_SECONDS=1.5,
                     SLOW_PROBE_SECONDS=3.0,
                     COMMAND_SECONDS=5.0, SLOW_SECONDS=5.0)
        self.shorten(xldomain, CONSOLE_SECONDS=2.0,
                     LOG_SECONDS=2.0, CONSOLE_LOOK=0.5,
                     DESTROY_SECONDS=1.0, _MEMORY_PAUSES=(0.05, 0.05, 0.05))
        self.shorten(xl, _HANG_UP_SECONDS=0.5)

    def shorten(self, module, **seconds) -> None:
        for name, value in seconds.items():
            self.addCleanup(setattr, module, name, getattr(module, name))
            setattr(module, name, value)

    def plant(self, command: str, shell: str) -> None:
        """Have a command of the Xen tools run a piece of shell first."""
        (self.state / "do" / command).write_text(shell + "\n")

    def guest(self, shell: str) -> None:
        """Have each domain run a piece of shell, $1 is its name."""
        (self.state / "guest").write_text(shell + "\n")

    def host(self) -> xl.XlHost:
        return xl.XlHost(self.options)

    def run_one(self, act: Optional[Callable[[str], None]] = None,
                stop: Optional[Stop] = None,
                host: Optional[xl.XlHost] = None,
                instance: Optional[Instance] = None):
        """Run an instance; `act` is called once its domain runs."""
        def domain():
            for _ in range(1000):
                if (self.state / "unpaused").exists():
                    break
                time.sleep(0.01)
            names = self.domains()
            if act is not None:
                act(names[0] if names else "")

        thread = threading.Thread(target=domain)
        thread.start()
        try:
            return (host or self.host()).run(
                instance or self.instance(), stop or Stop())
        finally:
            (self.state / "unpaused").touch()
            thread.join()
            (self.state / "unpaused").unlink()

    def say(self, text: bytes) -> Callable[[str], None]:
        """Return an act that prints on the console."""
        return lambda name: os.write(self.master, text) and None

    def set_state(self, name: str, state: str) -> None:
        (self.state / "domains" / name / "state").write_text(state + "\n")

    def add_domain(self, name: str) -> None:
        directory = self.state / "domains" / name
        directory.mkdir()
        (directory / "id").write_text("3\n")
        (directory / "state").write_text("r-----\n")

    def domains(self) -> List[str]:
        return sorted(path.name for path in
                      (self.state / "domains").iterdir())

    def calls(self, command: str = "") -> List[str]:
        return [line for line in
                (self.state / "calls").read_text().splitlines()
                if line.startswith(command)]
