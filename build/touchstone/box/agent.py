# SPDX-License-Identifier: BSD-2-Clause
"""Runs in a box's dom0: takes instances from the runner outside, runs them
with host `xl` as on any Xen host, and sends back their results.

A request names a method of the host in its field `do`; the answer holds what
it returned, or `error` and `runner_error` with the text of an InstanceError
or a RunnerError.  The first message is `ready`, when the host is prepared.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import BinaryIO, Dict, List, Optional, Tuple

from ..base.process import Stop
from ..base.verdict import InstanceError, Result, RunnerError, Verdict
from ..hosts import Options, xldomain, xltools
from ..hosts.xl import XlHost
from ..hosts.xllog import HypervisorLog
from ..runner.catalogue import Instance, Test
from ..runner.console import Console
from .channel import PORT, Decoder, Message

_INSTANCES = Path("/run/instances")

# Limits for Xen's tools.  Only outside is known how long the box waits for a
# processor, so there it is judged whether dom0 hangs; here they are long.
_LIMITS = [(xltools, ("PATIENCE", "COMMAND_SECONDS", "SLOW_SECONDS",
                      "PROBE_SECONDS")),
           (xldomain, ("CONSOLE_SECONDS", "DESTROY_SECONDS"))]
_LONGER = 10


class _Host(XlHost):
    """Host xl, in a Xen that nobody else uses."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        # The runner outside reads Xen's log, as it is written.
        self._log = HypervisorLog(lambda: "")
        self.domid: Optional[int] = None    # of the last domain
        # What the next domain may have at most (MiB), if more than usual.
        self.most: Optional[int] = None

    def _watch(self, domain: xldomain.Domain, console: Console,
               instance: Instance, stop: Stop
               ) -> Tuple[Optional[Verdict], str]:
        if self.most is not None:
            xltools.run("xl", "mem-max", domain.name, str(self.most))
        try:
            return super()._watch(domain, console, instance, stop)
        finally:
            self.domid = domain.domid


def main() -> int:
    """Serve requests until the box ends."""
    for module, names in _LIMITS:
        for name in names:
            setattr(module, name, _LONGER * getattr(module, name))
    with open(_port(), "r+b", buffering=0) as port:
        host = _Host(Options())
        try:
            host.prepare()
            host.describe()
            _send(port, Message({"ready": 1}))
        except RunnerError as error:
            _send(port, Message({"runner_error": str(error)}))
            return 1
        decoder = Decoder()
        while True:
            data = port.read(1 << 16)
            if not data:
                return 0
            decoder.feed(data)
            message = decoder.next()
            if message is not None:
                _send(port, _answer(host, message))


def _port() -> str:
    """Return the device of the serial port to the runner."""
    ports = Path("/sys/class/virtio-ports")
    for entry in sorted(ports.glob("*/name")):
        if entry.read_text().strip() == PORT:
            return f"/dev/{entry.parent.name}"
    raise SystemExit("there is no port to the runner")


def _send(port: BinaryIO, message: Message) -> None:
    data = memoryview(message.encode())
    while data:
        data = data[port.write(data):]


def _answer(host: _Host, request: Message) -> Message:
    try:
        return _do(host, request)
    except InstanceError as error:
        return Message({"error": str(error)})
    except RunnerError as error:
        return Message({"runner_error": str(error)})
    finally:
        shutil.rmtree(str(_INSTANCES), ignore_errors=True)


def _do(host: _Host, request: Message) -> Message:
    host.options = _options(request.fields["options"])
    if request.fields["do"] == "describe":
        return Message({"text": host.describe(),
                        "version": host.xen_version()})
    instance = _instance(request)
    if request.fields["do"] == "can_run":
        return Message({"obstacle": host.can_run(instance)})
    host.most = request.fields.get("most")
    # xenconsoled and its terminal keep what is printed before it is opened,
    # which saves a process of xl.
    host.pauses = host.most is not None
    host.domid = None
    result = host.run(instance, Stop())
    assert result is not None
    return _result(result, host.domid)


def _options(words: Dict[str, object]) -> Options:
    options = Options()
    for name, value in words.items():
        setattr(options, name, value)
    return options


def _instance(request: Message) -> Instance:
    """Put an instance's files where host xl looks for them."""
    fields = request.fields
    image, program = request.data, b""
    info = dict(fields["info"])     # type: ignore
    if "program_at" in fields:
        at = int(fields["program_at"])      # type: ignore
        image, program = image[:at], image[at:]
        info["dom0-program"] = True
    directory = _INSTANCES / info["name"]
    directory.mkdir(parents=True)
    test = Test(directory, info)
    instance = Instance(test, fields["env"], fields["variation"])
    instance.image.write_bytes(image)
    if test.dom0_program is not None:
        test.dom0_program.write_bytes(program)
        test.dom0_program.chmod(0o700)
    instance.cfg.write_text(fields["cfg"].replace("@IMAGE@",
                                                  str(instance.image)))
    return instance


def _result(result: Result, domid: Optional[int]) -> Message:
    cases: List[List[str]] = [list(case) for case in result.cases]
    log = result.log.text().encode() if result.log is not None else b""
    return Message({"verdict": result.verdict.name, "reason": result.reason,
                    "cases": cases, "notes": result.notes, "domid": domid},
                   log)


if __name__ == "__main__":
    sys.exit(main())
