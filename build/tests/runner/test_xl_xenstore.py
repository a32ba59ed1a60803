# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: host xl and xenstored's socket."""

import os
import socket
import struct
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xen_host  # noqa: E402
from touchstone.base.verdict import Verdict  # noqa: E402
from touchstone.hosts import xenstore, xldomain, xltools  # noqa: E402

HEAD = struct.Struct("<4I")


class Xenstored:
    """A stand-in for xenstored, with the keys of a dictionary."""

    def __init__(self, path, keys):
        self.keys = keys
        self.watchers = []
        self.asked = []
        self.hangs = False
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(8)
        self.clients = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    def serve(self, client):
        with client.makefile("rb") as stream:
            while True:
                head = stream.read(HEAD.size)
                if len(head) < HEAD.size:
                    return
                kind, request, _, size = HEAD.unpack(head)
                words = stream.read(size).decode().split("\0")
                self.asked.append((kind, words[0]))
                if not self.hangs:
                    self.answer(client, kind, request, words)

    def answer(self, client, kind, request, words):
        text = b""
        if kind == 1:
            names = {key[len(words[0]) + 1:].split("/")[0]
                     for key in self.keys if key.startswith(words[0] + "/")}
            text = "".join(name + "\0" for name in sorted(names)).encode()
        elif kind == 2:
            if words[0] not in self.keys:
                kind, text = 16, b"ENOENT\0"
            else:
                text = self.keys[words[0]].encode()
        elif kind == 4:
            self.watchers.append((client, words))
            text = b"OK\0"
        # A piece at a time: messages need not arrive whole.
        data = HEAD.pack(kind, request, 0, len(text)) + text
        client.sendall(data[:7])
        time.sleep(0.01)
        client.sendall(data[7:])
        if kind == 4:
            self.event(client, words)

    @staticmethod
    def event(client, words):
        text = f"{words[0]}\0{words[1]}\0".encode()
        client.sendall(HEAD.pack(15, 0, 0, len(text)) + text)

    def fire(self):
        for client, words in self.watchers:
            try:
                self.event(client, words)
            except OSError:
                pass

    def close(self):
        # Those who wait for a client are woken by this, not by close().
        for one in (self.server, *self.clients):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


class Socket(xen_host.XenHost):
    def setUp(self):
        super().setUp()
        self.store = Xenstored(str(self.state / "xenstored"), {
            "/local/domain/0/name": "Domain-0", "/a": "text"})
        self.addCleanup(self.store.close)
        self.shorten(xenstore, ANSWER_SECONDS=0.5)

    def test_keys(self):
        self.assertEqual(xenstore.read("/a"), "text")
        with self.assertRaisesRegex(xenstore.StoreError, "ENOENT"):
            xenstore.read("/b")
        self.assertEqual(xenstore.domid_of("Domain-0"), 0)
        self.assertIsNone(xenstore.domid_of("other"))

    def test_no_process_for_what_the_socket_tells(self):
        self.plant("xenstore-read", "exit 9")
        self.assertEqual(xltools.read_key("/a"), "text")

    def test_no_answer_in_time(self):
        self.store.hangs = True
        begin = time.monotonic()
        with self.assertRaises(xenstore.StoreError):
            xenstore.read("/a")
        self.assertLess(time.monotonic() - begin, 3)

    def test_no_socket(self):
        self.set_environment("XENSTORED_PATH", str(self.state / "none"))
        with self.assertRaises(xenstore.StoreError):
            xenstore.Store()
        self.assertTrue(xenstore.EndWatch().may_have_ended())

    def test_watch(self):
        watch = xenstore.EndWatch()
        self.addCleanup(watch.close)
        self.assertFalse(watch.may_have_ended())
        self.store.fire()
        time.sleep(0.1)
        self.assertTrue(watch.may_have_ended())
        self.assertFalse(watch.may_have_ended())
        self.store.close()
        time.sleep(0.1)
        self.assertTrue(watch.may_have_ended())
        self.assertTrue(watch.may_have_ended())

    def test_no_look_at_a_domain_that_runs(self):
        def act(name):
            time.sleep(1.0)
            self.say(b"Test result: SUCCESS\n")(name)

        self.keys_of_domain()
        result = self.run_one(act)
        self.assertEqual(result.verdict, Verdict.SUCCESS)
        self.assertEqual(self.calls("list"), [])
        self.assertEqual(self.calls("domid"), [])

    def test_end_of_a_domain_is_seen(self):
        def act(name):
            self.set_state(name, "---s--")
            self.store.fire()

        self.keys_of_domain()
        self.shorten(xldomain, LOOK_SECONDS=60.0)
        result = self.run_one(act)
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("shut down", result.reason)

    def test_end_that_xenstored_does_not_tell(self):
        self.keys_of_domain()
        self.shorten(xldomain, LOOK_SECONDS=0.5)
        result = self.run_one(lambda name: self.set_state(name, "----c-"))
        self.assertEqual(result.verdict, Verdict.CRASH)
        self.assertIn("crashed", result.reason)

    def keys_of_domain(self):
        """What libxl writes of the domain that the stand-in makes next."""
        self.store.keys["/local/domain/7/name"] = (
            f"test-pv64-demo-xtf-{os.getpid()}-1")
        self.store.keys["/local/domain/7/console/tty"] = (
            self.state / "tty").read_text()


if __name__ == "__main__":
    unittest.main()
