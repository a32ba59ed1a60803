# SPDX-License-Identifier: BSD-2-Clause
"""Stands in for the device model of an HVM guest that has no devices.

libxl starts it in a box's dom0 in place of QEMU.  It tells libxl by xenstore
that it runs, answers what libxl asks by QMP, and stays until libxl ends it by
a signal.  It imports no more than it must, since it starts with each guest.
"""

import json
import re
import socket
import struct
import sys
from typing import Dict, List

_XENSTORED = "/run/xenstored/socket"
_XS_WRITE = 11

_GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0},
                                 "package": ""}, "capabilities": []}}


def answer(line: str) -> Dict[str, object]:
    """Return the answer to a command of QMP: there is nothing of anything."""
    request = json.loads(line)
    found: object = {}
    if request["execute"] == "query-vnc":
        found = {"enabled": False}
    elif re.match(r"query-(chardev|cpus|block|pci)", request["execute"]):
        found = []
    return {"return": found, "id": request.get("id")}


def _qmp_socket(words: List[str]) -> str:
    """Return where libxl expects a server of QMP."""
    for word in words:
        match = re.search(r"path=([^,]*qmp-libxl-[^,]*)", word)
        if match:
            return match[1]
    raise SystemExit("no -chardev with libxl's socket")


def _write(key: str, value: str) -> None:
    """Write to xenstore."""
    data = key.encode() + b"\0" + value.encode()
    with socket.socket(socket.AF_UNIX) as store:
        store.connect(_XENSTORED)
        store.sendall(struct.pack("<4I", _XS_WRITE, 0, 0, len(data)) + data)
        store.recv(4096)


def main(words: List[str]) -> None:
    """Serve libxl, for ever."""
    domid = words[words.index("-xen-domid") + 1]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(_qmp_socket(words))
        server.listen(4)
        _write(f"/local/domain/0/device-model/{domid}/state", "running")
        while True:
            client, _ = server.accept()
            with client, client.makefile("rw", newline="\r\n") as stream:
                print(json.dumps(_GREETING), file=stream, flush=True)
                for line in stream:
                    print(json.dumps(answer(line)), file=stream, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
