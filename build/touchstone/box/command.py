# SPDX-License-Identifier: BSD-2-Clause
"""The command build/box: make a box's dom0, look around in it."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, Optional

from ..base import steps
from ..base.process import Stop
from ..base.verdict import RunnerError, UsageError
from ..base import cache
from ..hosts.qemu import Qemu
from ..hypervisors import hypervisor
from . import image, machine

_ROOT = Path(__file__).resolve().parents[3]


def main(argv: Optional[List[str]] = None) -> int:
    """Run `build/box`; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="box", description="Make the Xen host in a box that"
        " `xtf-runner --host-kind box' runs instances in, of Debian packages.")
    hypervisor.add_options(parser, "auto|full|nodebug|stock|FILE")
    parser.add_argument("--force", action="store_true",
                        help="look for newer packages, and make it again")
    parser.add_argument("--shell", action="store_true",
                        help="boot it with a shell of dom0 on this terminal,"
                        " this tree at /mnt; `exit' or Ctrl-A X ends it")
    words = parser.parse_args(argv)
    steps.stop_on_signals()
    reporter = steps.Reporter()
    try:
        spec = hypervisor.chosen(words, hypervisor.AUTO)
        xen = (hypervisor.cached(spec)
               or hypervisor.resolve(spec, reporter))
        made = image.provide(image.release_for(xen.version), reporter,
                             words.force)
        reporter.close()
        if words.shell:
            return _shell(machine.Recipe(xen.xen, made,
                                         linux_options="box=shell"))
        print(made.initrd.parent)
        return 0
    except UsageError as error:
        return _complain(str(error), 2)
    except (hypervisor.HypervisorError, image.BoxError,
            RunnerError) as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    finally:
        reporter.close()


def _shell(recipe: machine.Recipe) -> int:
    """Boot with the terminal as the console; return when the box is off."""
    qemu = Qemu("qemu-system-x86_64", "auto")
    qemu.settle_accel(recipe.xen, cache.root(), Stop())
    with tempfile.TemporaryDirectory(prefix="box-") as directory:
        initrd = Path(directory) / "initrd"
        with open(initrd, "wb") as sink:
            with open(recipe.image.initrd, "rb") as source:
                shutil.copyfileobj(source, sink)
            sink.write(machine.overlay())
        tree = str(_ROOT).replace(",", ",,")
        return subprocess.call([
            *machine.command(qemu, recipe),
            *machine.modules(recipe, str(initrd)),
            "-chardev", "stdio,id=console,mux=on,signal=off",
            "-serial", "chardev:console", "-mon", "chardev=console",
            "-virtfs", f"local,path={tree},security_model=none,"
            "mount_tag=tree"])


def _complain(text: str, status: int) -> int:
    print(f"box: {text}", file=sys.stderr)
    return status
