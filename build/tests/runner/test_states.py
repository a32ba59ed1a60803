# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: saved machine states and the cache of them; QEMU is not run."""

import json
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from pathlib import Path
from typing import Callable, List, Optional
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import elfsymbols  # noqa: E402
from touchstone.hosts import (  # noqa: E402
    monitor, savedstate, statecache, statemaker)
from touchstone.hosts.monitor import Interrupted  # noqa: E402
from touchstone.hosts.savedstate import (  # noqa: E402
    CMDLINE_ROOM, MIB, PAGE, Recipe, State, StateError)
from touchstone.hosts.statecache import StateCache  # noqa: E402
from touchstone.base.process import Stop  # noqa: E402

MODULE_AT, STALE_AT, CMDLINE_AT = 6 * MIB, 2 * MIB, 9 * MIB + 40

# Two patterns, one behind the other; the first is longer than a write.
SCRUBBED_AT = 10 * MIB
SCRUBBED = b"\xc2" * (MIB + 3 * PAGE) + b"\xc1" * PAGE


def machine() -> int:
    """Return memory as it is at the breakpoint."""
    fd = savedstate.anonymous_file(16 * MIB)
    placeholder = statemaker._placeholder(MIB)
    os.pwrite(fd, b"firmware", 100)
    os.pwrite(fd, placeholder, STALE_AT)
    os.pwrite(fd, placeholder, MODULE_AT)
    os.pwrite(fd, b"Xen", 12 * MIB)
    os.pwrite(fd, bytes(PAGE), 14 * MIB)
    os.pwrite(fd, SCRUBBED, SCRUBBED_AT)
    os.pwrite(fd, statemaker._word() + b"\0 more", CMDLINE_AT)
    return fd


def make_in(directory: Path) -> None:
    """Stand in for statemaker.make()."""
    ram = machine()
    try:
        facts = statemaker._pack(ram, {"module": statemaker._placeholder(MIB)},
                                 directory / "ram")
    finally:
        os.close(ram)
    for name in ("devices", "console"):
        (directory / name).write_bytes(name.encode())
        facts["sums"][name] = zlib.crc32(name.encode())
    (directory / "state.json").write_text(json.dumps(facts))


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)


class States(Scratch):
    def memory(self, image: bytes, cmdline: bytes) -> bytes:
        make_in(self.directory)
        fd = State(self.directory).memory(image, cmdline)
        try:
            return os.pread(fd, 16 * MIB, 0)
        finally:
            os.close(fd)

    def test_image_and_command_line_replace_the_placeholder(self) -> None:
        image = b"\x7fELF" + os.urandom(10000)
        memory = self.memory(image, b"a=1 b")
        padded = image.ljust(MIB, b"\0")
        self.assertEqual(memory[MODULE_AT:MODULE_AT + MIB], padded)
        self.assertEqual(memory[CMDLINE_AT:CMDLINE_AT + CMDLINE_ROOM],
                         b"a=1 b".ljust(CMDLINE_ROOM, b"\0"))
        after = CMDLINE_AT + CMDLINE_ROOM
        self.assertEqual(memory[after:after + 6], b"\0 more")

    def test_all_else_stays(self) -> None:
        memory = self.memory(b"image", b"")
        self.assertEqual(memory[100:108], b"firmware")
        self.assertEqual(memory[12 * MIB:12 * MIB + 4], b"Xen\0")
        # The boot loader's copy may be anything by now: not to be touched.
        self.assertEqual(memory[STALE_AT:STALE_AT + MIB],
                         statemaker._placeholder(MIB))

    def test_scrubbed_pages_stay_and_take_no_room(self) -> None:
        memory = self.memory(b"image", b"")
        end = SCRUBBED_AT + len(SCRUBBED)
        self.assertEqual(memory[SCRUBBED_AT:end + 1], SCRUBBED + b"\0")
        facts = json.loads((self.directory / "state.json").read_text())
        self.assertEqual(facts["fills"], [
            [SCRUBBED_AT, MIB + 3 * PAGE, 0xc2],
            [SCRUBBED_AT + MIB + 3 * PAGE, PAGE, 0xc1]])

    def test_only_used_pages_are_kept(self) -> None:
        make_in(self.directory)
        size = (self.directory / "ram").stat().st_size
        self.assertLess(size, 1 * MIB + 8 * PAGE)

    def test_memory_without_a_whole_placeholder(self) -> None:
        ram = machine()
        for at in (STALE_AT, MODULE_AT):
            os.pwrite(ram, b"!", at + MIB - 1)
        with self.assertRaisesRegex(StateError, "one piece"):
            statemaker._pack(ram, {"module": statemaker._placeholder(MIB)},
                             self.directory / "ram")
        os.close(ram)

    def test_memory_without_the_command_line(self) -> None:
        ram = machine()
        os.pwrite(ram, b"!", CMDLINE_AT + 1)
        with self.assertRaisesRegex(StateError, "command line"):
            statemaker._pack(ram, {"module": statemaker._placeholder(MIB)},
                             self.directory / "ram")
        os.close(ram)

    def test_damage_is_found(self) -> None:
        for name, damage in (
                ("ram", lambda data: data[:-1] + b"!"),
                ("ram", lambda data: data[:PAGE]),
                ("devices", lambda data: b""),
                ("console", lambda data: data + b"x"),
                ("state.json", lambda data: data[:-10]),
                ("state.json", lambda data: b"[]"),
                ("state.json", lambda data: b"{}")):
            make_in(self.directory)
            State(self.directory)
            file = self.directory / name
            file.write_bytes(damage(file.read_bytes()))
            with self.assertRaises(StateError, msg=name):
                State(self.directory)
            file.unlink()
            with self.assertRaises(StateError, msg=name):
                State(self.directory)

    def test_size_classes(self) -> None:
        self.assertEqual(savedstate.module_size(1), MIB)
        self.assertEqual(savedstate.module_size(MIB), MIB)
        self.assertEqual(savedstate.module_size(MIB + 1), 2 * MIB)
        self.assertEqual(savedstate.module_size(64 * MIB), 64 * MIB)
        with self.assertRaises(StateError):
            savedstate.module_size(64 * MIB + 1)

    def test_stream_runs_after_the_load(self) -> None:
        stream = b"head" + struct.pack(">I", 6) + b"debug".ljust(100, b"\0")
        self.assertEqual(
            statemaker._runnable(stream + b"tail"),
            b"head" + struct.pack(">I", 8) + b"running".ljust(100, b"\0")
            + b"tail")
        for other in (b"head", stream + stream):
            with self.assertRaises(monitor.MonitorError):
                statemaker._runnable(other)

    def test_stream_in_a_pipe_and_in_a_file(self) -> None:
        data = os.urandom(300000)
        for size in (savedstate._F_SETPIPE_SZ, -1):
            with mock.patch.object(savedstate, "_F_SETPIPE_SZ", size):
                fd = savedstate._stream(data)
            pieces = []
            while sum(map(len, pieces)) < len(data):
                pieces.append(os.read(fd, 65536))
            self.assertEqual((b"".join(pieces), os.read(fd, 1)), (data, b""))
            os.close(fd)


class Keys(Scratch):
    def setUp(self) -> None:
        super().setUp()
        self.xen = self.directory / "xen"
        self.xen.write_bytes(b"hypervisor")
        self.qemu = mock.Mock(binary=sys.executable, accel="tcg")
        self.qemu.version.return_value = "7.2"
        self.recipe = Recipe(self.xen, self.xen, "console=com1", 256, 1,
                             False, 10, MIB)

    def test_all_that_decides_is_in_the_key(self) -> None:
        known = self.recipe.key(self.qemu)
        self.assertEqual(self.recipe.key(self.qemu), known)
        for change in ({"cmdline": "console=com1 x"}, {"memory": 512},
                       {"vcpus": 2}, {"realtime": True}, {"shift": 6},
                       {"module": 2 * MIB}):
            other = self.recipe._replace(**change)
            self.assertNotEqual(other.key(self.qemu), known, change)
        self.xen.write_bytes(b"Hypervisor")
        self.assertNotEqual(self.recipe.key(self.qemu), known)
        self.xen.write_bytes(b"hypervisor")
        self.qemu.version.return_value = "10.0"
        self.assertNotEqual(self.recipe.key(self.qemu), known)

    def test_real_time_is_good_until_the_next_boot(self) -> None:
        def key(boot: str) -> str:
            with mock.patch.object(savedstate, "_boot_id", lambda: boot):
                return recipe.key(self.qemu)
        recipe = self.recipe._replace(realtime=True)
        self.assertNotEqual(key("1"), key("2"))
        recipe = self.recipe
        self.assertEqual(key("1"), key("2"))


class BootModules(unittest.TestCase):
    """A kernel with a boot module beside it."""

    AT = 4 * MIB

    def test_a_boot_module_replaces_its_placeholder(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        directory = Path(scratch.name)
        placeholder = statemaker._pages(statemaker._INITRD_MARK, MIB)
        ram = machine()
        os.pwrite(ram, placeholder, self.AT)
        try:
            facts = statemaker._pack(
                ram, {"module": statemaker._placeholder(MIB),
                      "initrd": placeholder}, directory / "ram")
        finally:
            os.close(ram)
        for name in ("devices", "console"):
            (directory / name).write_bytes(b"")
            facts["sums"][name] = zlib.crc32(b"")
        (directory / "state.json").write_text(json.dumps(facts))
        fd = State(directory).memory(b"kernel", b"word", b"images")
        try:
            self.assertEqual(os.pread(fd, 7, self.AT), b"images\0")
            self.assertEqual(os.pread(fd, 7, MODULE_AT), b"kernel\0")
            self.assertEqual(os.pread(fd, PAGE, self.AT + PAGE), bytes(PAGE))
        finally:
            os.close(fd)


class Caching(Scratch):
    def setUp(self) -> None:
        super().setUp()
        self.made: List[Recipe] = []
        patch = mock.patch.object(statecache, "make", self.make)
        patch.start()
        self.addCleanup(patch.stop)
        self.before: Optional[Callable[[], None]] = None

    def make(self, recipe: Recipe, _qemu: object, directory: Path,
             _stop: Stop) -> None:
        self.made.append(recipe)
        if self.before:
            self.before()
        make_in(directory)

    def recipe(self, name: str = "a") -> Recipe:
        recipe = mock.Mock()
        recipe.key.return_value = name * 24
        return recipe

    def cache(self, limit: int = 1 << 30) -> StateCache:
        return StateCache(self.directory, limit)

    def get(self, cache: StateCache, recipe: Recipe) -> State:
        return cache.get(recipe, mock.Mock(), Stop())

    def entries(self) -> List[str]:
        return sorted(path.name[0] for path in self.directory.iterdir()
                      if path.name != "locks")

    def test_made_once_and_kept(self) -> None:
        cache, recipe = self.cache(), self.recipe()
        self.assertIs(self.get(cache, recipe), self.get(cache, recipe))
        self.get(self.cache(), recipe)
        self.assertEqual(len(self.made), 1)

    def test_threads_wait_for_the_first(self) -> None:
        cache, recipe = self.cache(), self.recipe()
        self.before = lambda: time.sleep(0.2)
        found: List[State] = []
        threads = [threading.Thread(
            target=lambda: found.append(self.get(cache, recipe)))
            for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        self.assertTrue(cache.is_being_made(recipe, mock.Mock()))
        for thread in threads:
            thread.join()
        self.assertFalse(cache.is_being_made(recipe, mock.Mock()))
        self.assertEqual((len(found), len(set(found)), len(self.made)),
                         (4, 1, 1))

    def test_runners_wait_for_the_first(self) -> None:
        recipe = self.recipe()
        self.before = lambda: time.sleep(0.2)
        # A cache of its own each: only the lock file is common.
        threads = [threading.Thread(
            target=lambda: self.get(self.cache(), recipe)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.made), 1)

    def test_waiting_can_be_interrupted(self) -> None:
        cache, recipe, stop = self.cache(), self.recipe(), Stop()
        stop.set()
        lock = self.directory / "locks" / "aa"
        with statecache._lock(lock):
            with self.assertRaises(Interrupted):
                cache.get(recipe, mock.Mock(), stop)
        self.get(cache, recipe)

    def test_a_damaged_one_is_made_again(self) -> None:
        recipe = self.recipe()
        self.get(self.cache(), recipe)
        ram = self.directory / ("a" * 24) / "ram"
        ram.write_bytes(ram.read_bytes()[:-1] + b"!")
        self.get(self.cache(), recipe)
        self.assertEqual(len(self.made), 2)

    def test_one_that_does_not_do_is_made_again_once(self) -> None:
        cache, recipe = self.cache(), self.recipe()
        first = self.get(cache, recipe)
        cache.drop(recipe, mock.Mock(), first, "it hangs")
        self.assertEqual(self.entries(), [])
        second = self.get(cache, recipe)
        # Another user of the first may complain late.
        cache.drop(recipe, mock.Mock(), first, "it hangs")
        self.assertIs(self.get(cache, recipe), second)
        cache.drop(recipe, mock.Mock(), second, "it hangs")
        with self.assertRaisesRegex(StateError, "it hangs"):
            self.get(cache, recipe)
        self.assertEqual(len(self.made), 2)

    def test_what_cannot_be_made_is_tried_once(self) -> None:
        def fail() -> None:
            raise StateError("no such symbol")
        cache, recipe = self.cache(), self.recipe()
        self.before = fail
        for _ in range(2):
            with self.assertRaisesRegex(StateError, "no such symbol"):
                self.get(cache, recipe)
        self.assertEqual((len(self.made), self.entries()), (1, []))

    def test_a_full_disk_is_no_disaster(self) -> None:
        def fail() -> None:
            raise OSError(28, "No space left on device")
        cache, recipe = self.cache(), self.recipe()
        self.before = fail
        with self.assertRaisesRegex(StateError, "No space left"):
            self.get(cache, recipe)
        self.assertEqual(self.entries(), [])

    def test_an_interrupted_one_can_be_made_later(self) -> None:
        def interrupt() -> None:
            raise Interrupted
        cache, recipe = self.cache(), self.recipe()
        self.before = interrupt
        with self.assertRaises(Interrupted):
            self.get(cache, recipe)
        self.before = None
        self.get(cache, recipe)

    def test_the_oldest_go_first(self) -> None:
        self.get(self.cache(), self.recipe("a"))
        size = sum(file.stat().st_size for file
                   in (self.directory / ("a" * 24)).iterdir())
        for age, name in ((30, "a"), (20, "b"), (10, "c")):
            self.get(self.cache(), self.recipe(name))
            used = time.time() - age
            os.utime(self.directory / (name * 24), (used, used))
        self.get(self.cache(), self.recipe("a"))    # used again
        self.get(self.cache(3 * size), self.recipe("d"))
        self.assertEqual(self.entries(), ["a", "c", "d"])
        self.get(self.cache(1), self.recipe("e"))
        self.assertEqual(self.entries(), ["e"])

    def test_one_in_use_may_go(self) -> None:
        state = self.get(self.cache(), self.recipe("a"))
        self.get(self.cache(1), self.recipe("b"))
        self.assertEqual(self.entries(), ["b"])
        os.close(state.memory(b"image", b""))

    def test_half_made_ones_of_the_dead_go(self) -> None:
        for name in ("xx.partial", "yy.partial"):
            (self.directory / name).mkdir()
        with statecache._lock(self.directory / "locks" / "yy"):
            self.cache()
            self.assertEqual(self.entries(), ["y"])
        self.cache()
        self.assertEqual(self.entries(), [])


class Symbols(Scratch):
    def test_addresses_and_code(self) -> None:
        source = self.directory / "a.c"
        source.write_text("int nr = 0; static int many; int f(void)"
                          "{ return nr + many; } int main(void)"
                          "{ return f(); }")
        program = self.directory / "a"
        done = subprocess.run(["cc", "-no-pie", "-o", str(program),
                               str(source)], stderr=subprocess.DEVNULL)
        if done.returncode:
            self.skipTest("no compiler for 64-bit programs")
        found = elfsymbols.find(program, ["f", "nr", "nothing"])
        self.assertEqual(sorted(found), ["f", "nr"])
        self.assertGreater(found["f"].address, 0)
        self.assertEqual(len(found["f"].content), found["f"].size)
        self.assertIn(found["f"].content, program.read_bytes())
        self.assertEqual((found["nr"].size, found["nr"].content), (4, b""))

    def test_what_is_no_program(self) -> None:
        for data in (b"", b"text", b"\x7fELF\x02\x01" + bytes(10)):
            file = self.directory / "file"
            file.write_bytes(data)
            with self.assertRaises(elfsymbols.ElfError):
                elfsymbols.find(file, ["main"])
        with self.assertRaises(elfsymbols.ElfError):
            elfsymbols.find(self.directory / "none", ["main"])


class Remote(unittest.TestCase):
    """The far end of a socket sends the pieces of a script."""

    def play(self, line: monitor._Line, *script: bytes) -> None:
        def run() -> None:
            for piece in script:
                far.sendall(piece)
                time.sleep(0.02)
        far = line.remote
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(line.close)
        self.addCleanup(thread.join)

    def test_qmp(self) -> None:
        qmp = monitor.Qmp(Stop())
        self.play(qmp, b'{"QMP": {}}\n{"ret', b'urn": {}}\n{"event": "STOP"}'
                  b'\n{"return": {"a"', b': 1}}\n', b'{"return": {}}\n')
        self.assertEqual(qmp.run({"execute": "query"}), [{"a": 1}])
        self.assertEqual(qmp.run({"execute": "quit"}), [{}])
        said = [json.loads(line)["execute"] for line
                in qmp.remote.recv(65536).splitlines()]
        self.assertEqual(said, ["qmp_capabilities", "query", "quit"])

    def test_qmp_passes_a_file(self) -> None:
        qmp = monitor.Qmp(Stop())
        self.play(qmp, b'{"QMP": {}}\n' + 3 * b'{"return": {}}\n')
        with tempfile.TemporaryFile() as file:
            qmp.run({"execute": "query"}, fd=file.fileno())
            said, ancillary, _, _ = qmp.remote.recvmsg(65536, 100)
            self.assertIn(b"getfd", said)
            fd = struct.unpack("i", ancillary[0][2])[0]
            self.assertTrue(os.path.sameopenfile(fd, file.fileno()))
            os.close(fd)

    def test_qmp_error_and_end(self) -> None:
        qmp = monitor.Qmp(Stop())
        self.play(qmp, b'{"QMP": {}}\n{"return": {}}\n'
                  b'{"error": {"class": "x", "desc": "no such thing"}}\n')
        with self.assertRaisesRegex(monitor.MonitorError, "no such thing"):
            qmp.run({"execute": "query"})
        qmp.connected()
        with self.assertRaisesRegex(monitor.MonitorError, "hung up"):
            qmp.run({"execute": "query"})

    def test_qmp_interrupted(self) -> None:
        stop = Stop()
        qmp = monitor.Qmp(stop)
        self.addCleanup(qmp.close)
        threading.Timer(0.1, stop.set).start()
        with self.assertRaises(Interrupted):
            qmp.run({"execute": "query"})

    def test_gdb(self) -> None:
        gdb = monitor.Gdb(Stop())
        self.play(gdb, b"+$OK#9a+$T05thr", b"ead:01;#07", b"+$c3#96+$E14#aa",
                  b"+$E22#a9")
        gdb.insert_breakpoint(0xffff82d040000000)
        gdb.run_to_breakpoint(5)
        self.assertEqual(gdb.read(0x1000, 1), b"\xc3")
        self.assertEqual(gdb.read(0x2000, 1), b"")
        with self.assertRaisesRegex(monitor.MonitorError, "E22"):
            gdb.write(0x2000, b"\0\1")
        said = gdb.remote.recv(65536)
        for packet in (b"$Z1,ffff82d040000000,1#", b"$c#63", b"$m1000,1#",
                       b"$M2000,2:0001#"):
            self.assertIn(packet, said)

    def test_gdb_silence_and_signals(self) -> None:
        gdb = monitor.Gdb(Stop())
        self.addCleanup(gdb.close)
        with self.assertRaisesRegex(monitor.MonitorError, "in time"):
            gdb.run_to_breakpoint(0.1)
        gdb.remote.sendall(b"+$W00#b7")
        with self.assertRaisesRegex(monitor.MonitorError, "breakpoint"):
            gdb.run_to_breakpoint(5)


class Anonymous(unittest.TestCase):
    def test_memory_has_no_name(self) -> None:
        shared = Path("/dev/shm")
        before = set(shared.iterdir()) if shared.is_dir() else set()
        fd = savedstate.anonymous_file(MIB)
        after = set(shared.iterdir()) if shared.is_dir() else set()
        self.assertEqual(os.fstat(fd).st_nlink, 0)
        self.assertEqual(after - before, set())
        with mmap.mmap(fd, MIB) as memory:
            self.assertEqual(memory[:8], bytes(8))
        os.close(fd)


if __name__ == "__main__":
    unittest.main()
