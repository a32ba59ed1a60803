# SPDX-License-Identifier: BSD-2-Clause
"""Commands with a log, and progress on terminals and pipes."""

import io
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.base import steps  # noqa: E402


class Run(unittest.TestCase):
    """run(): output, status, and no child left."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.log = Path(holder.name) / "sub/log"

    def test_lines_log_and_result(self) -> None:
        lines = []
        text = steps.run(["sh", "-c", "echo one; echo two >&2; printf rest"],
                         self.log, on_line=lines.append)
        self.assertEqual(text, "one\ntwo\nrest")
        self.assertEqual(lines, ["one", "two"])
        steps.run(["echo", "more"], self.log)
        self.assertEqual(self.log.read_text(), "one\ntwo\nrestmore\n")

    def test_failure_has_an_excerpt(self) -> None:
        with self.assertRaises(steps.CommandFailed) as caught:
            steps.run(["sh", "-c", "seq 100; exit 7"], self.log)
        self.assertEqual(caught.exception.status, 7)
        self.assertEqual(caught.exception.excerpt("^.7$", 2), "17\n27")
        self.assertEqual(caught.exception.excerpt("no such", 2), "99\n100")

    def test_interrupt_ends_grandchildren(self) -> None:
        def interrupt() -> None:
            while not self.log.exists() or b"\n" not in self.log.read_bytes():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)

        # Who starts this in the background may have SIGINT ignored.
        self.addCleanup(signal.signal, signal.SIGINT,
                        signal.signal(signal.SIGINT,
                                      signal.default_int_handler))
        threading.Thread(target=interrupt).start()
        with self.assertRaises(KeyboardInterrupt):
            steps.run(["sh", "-c", "(trap '' TERM; exec sleep 60) & echo $!;"
                       " wait"], self.log)
        grandchild = int(self.log.read_text().split()[0])
        stat = Path(f"/proc/{grandchild}/stat")
        for _ in range(200):
            # A dead one may wait a moment for init to reap it.
            if not stat.exists() or ") Z" in stat.read_text():
                break
            time.sleep(0.01)
        else:
            self.fail("the grandchild lives")


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


class Progress(unittest.TestCase):
    """Reporter: what is shown, and how often."""

    def setUp(self) -> None:
        self.now = 0.0
        patch = mock.patch.object(steps.time, "monotonic", lambda: self.now)
        patch.start()
        self.addCleanup(patch.stop)

    def work(self, stream: io.StringIO) -> str:
        """Report 25 seconds of one step, then another; return what is seen."""
        report = steps.Reporter(stream)
        report("make it")
        for second in range(1, 26):
            self.now = float(second)
            report(f"make it: {second} s")
        report("next")
        report.close()
        return stream.getvalue()

    def test_pipe_has_few_lines(self) -> None:
        self.assertEqual(self.work(io.StringIO()),
                         "make it\nmake it: 10 s\nmake it: 20 s\nnext\n")

    def test_terminal_has_a_live_line(self) -> None:
        with mock.patch.dict(os.environ, TERM="xterm"):
            seen = self.work(Terminal())
        self.assertEqual(seen.count("\n"), 2)
        self.assertIn("\rmake it: 25 s\x1b[K\n\rnext\x1b[K\n", seen)


if __name__ == "__main__":
    unittest.main()
