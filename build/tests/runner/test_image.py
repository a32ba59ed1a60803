# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: titles of cases, from the image to a word for the guest."""

import struct
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.runner import image  # noqa: E402

BASE = 0x100000

Entry = Tuple[int, str, int, str]  # stage, file, line, title


def elf(wide_file: bool, width: int, entries: List[Entry]) -> bytes:
    """Return an ELF file with strings, cases, and names of its sections."""
    strings, places = b"\0", {}
    for entry in entries:
        for text in (entry[1], entry[3]):
            if text not in places:
                places[text] = BASE + len(strings)
                strings += text.encode() + b"\0"
    form = "<QQIIQIIQ" if width == 8 else "<IIIIIII"
    cases = b"".join(
        struct.pack(form, places[title], places[file], line, stage,
                    *([0] * (form.count("Q") + form.count("I") - 4)))
        for stage, file, line, title in entries)
    names = b"\0.rodata\0.cases\0.shstrtab\0"
    blobs = [(1, 1, BASE, strings), (9, 1, BASE + 0x10000, cases),
             (16, 3, 0, names)]
    at = 64
    headers = [(0,) * 10]
    body = b""
    for name, kind, address, data in blobs:
        headers.append((name, kind, 2, address, at + len(body), len(data),
                        0, 0, 1, 0))
        body += data
    table = at + len(body)
    layout = "<II4QIIQQ" if wide_file else "<10I"
    if wide_file:
        head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0,
                           0, table, 0, 64, 0, 0, 64, len(headers), 3)
    else:
        head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, 3, 1, 0,
                           0, table, 0, 52, 0, 0, 40, len(headers), 3)
    return (head.ljust(64, b"\0") + body
            + b"".join(struct.pack(layout, *header) for header in headers))


class Titles(unittest.TestCase):
    ENTRIES = [(1, "a.c", 5, "last"), (0, "b.c", 1, "map: two"),
               (0, "a.c", 20, "map: one (v2)"),
               (0, "a.c", 20, "map: one (v1)"),
               (0, "a.c", 3, "first")]
    ORDER = ["first", "map: one (v1)", "map: one (v2)", "map: two", "last"]

    def read(self, data: bytes, env: str) -> List[str]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return image.titles(Path(file.name), env)

    def test_both_widths_in_the_order_of_the_guest(self):
        for wide_file, width, env in ((True, 8, "pv64"), (False, 8, "hvm64"),
                                      (False, 4, "hvm32")):
            self.assertEqual(self.read(elf(wide_file, width, self.ENTRIES),
                                       env), self.ORDER, env)

    def test_what_is_no_such_image_has_no_titles(self):
        good = elf(True, 8, self.ENTRIES)
        for data in (b"", b"\x7fELF", b"#!/bin/sh\n" * 20, good[:70],
                     elf(True, 4, self.ENTRIES), elf(True, 8, []),
                     good.replace(b".cases", b".other")):
            self.assertEqual(self.read(data, "pv64"), [])
        self.assertEqual(image.titles(Path("/nonexistent"), "pv64"), [])

    def test_images_of_this_tree(self):
        root = Path(__file__).resolve().parents[3]
        path = root / "tests/selftest/test-pv64-selftest"
        if not path.exists():
            self.skipTest("the selftest is not built")
        sources = "".join(source.read_text() for source
                          in (root / "tests/selftest").glob("*.c"))
        found = image.titles(path, "pv64")
        self.assertGreater(len(found), 50)
        for title in found:
            self.assertIn('CASE("' + title.replace("\\", "\\\\")
                          .replace('"', '\\"') + '")', sources)


class Patterns(unittest.TestCase):
    NAMES = ["map: one", "map: one more", "unmap: [x] *"]

    def test_chosen(self):
        for patterns, at in (([], [0, 1, 2]), (["map: one"], [0]),
                             (["map*"], [0, 1]), (["*map*"], [0, 1, 2]),
                             (["map: ?ne"], [0]), (["map", "*more"], [1]),
                             (["unmap: [x] *"], [2]), (["*: [o]*"], [])):
            self.assertEqual(image.chosen(patterns, self.NAMES),
                             [self.NAMES[i] for i in at], patterns)

    def test_word(self):
        word = image.word("map: a,b \"c\" \\ 'd' é (v1) *")
        self.assertEqual(word, "case=map:?a?b??c?????d????(v1)?*")
        self.assertTrue(image.matches(word[5:],
                                      "map: a,b \"c\" \\ 'd' é (v1) x"))

    def test_ambiguous(self):
        self.assertIsNone(image.ambiguous(["map: a", "map: ab", "mapped: a"]))
        self.assertEqual(image.ambiguous(["map: a: b", "map: a"]),
                         ("map: a", "map: a: b"))
        self.assertEqual(image.ambiguous(["x", "x"]), ("x", "x"))


if __name__ == "__main__":
    unittest.main()
