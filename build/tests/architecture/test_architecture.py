# SPDX-License-Identifier: BSD-2-Clause
"""build/architecture: each kind of a use against the direction is found."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from touchstone.architecture import (  # noqa: E402
    edges, objects, picture, rooms)
from touchstone.base.verdict import RunnerError  # noqa: E402

# A tree in which every room uses one below it, and each is as it should be.
TREE: Dict[str, str] = {
    "include/xtf.h": "#include <xtf/harness/case.h>\n",
    "include/xtf/lib.h": "void lib_fn(void);\n",
    "include/xtf/test.h": "extern const char test_title[];\n",
    "include/xtf/framework.h": """
        #include <arch/flags.h>
        /* stale_name() is in a comment. */
        void xtf_main(void);
        struct found { int (*fn)(void); };
        void arch_init(struct found *found);
        extern const int arch_data[2];
        """,
    "include/xtf/core/time.h": "void core_fn(void);\n",
    "include/xtf/harness/case.h":
        "#include <xtf/core/time.h>\nvoid case_fn(void);\n",
    "arch/x86/include/arch/flags.h": "void flags_fn(void);\n",
    "arch/x86/head.c": """
        #include <xtf/framework.h>
        const int arch_data[2];
        void flags_fn(void) {}
        void hidden_fn(void) {}
        void arch_init(struct found *found) { xtf_main(); }
        """,
    "common/lib/lib.c": "#include <xtf/lib.h>\nvoid lib_fn(void) {}\n",
    "common/core/time.c": """
        #include <xtf/core/time.h>
        #include <xtf/framework.h>
        extern char _end[];
        void core_fn(void) { flags_fn(); _end[0] = 1; }
        """,
    "common/harness/case.c": """
        #include <xtf/harness/case.h>
        void case_fn(void) { core_fn(); }
        """,
    "common/main.c": """
        #include <xtf.h>
        #include <xtf/framework.h>
        #include <xtf/test.h>
        char shown;
        void xtf_main(void) { arch_init(0); shown = test_title[0]; case_fn(); }
        """,
    "tests/a/main.c": """
        #include <xtf.h>
        #include "a.h"
        const char test_title[] = "a";
        void a_fn(void) { case_fn(); }
        """,
    "tests/a/a.h": "void a_fn(void);\n",
    "tests/b/main.c": """
        #include <xtf.h>
        const char test_title[] = "b";
        """,
}


@unittest.skipUnless(shutil.which("cc") and shutil.which("nm"),
                     "needs a compiler and nm")
class Direction(unittest.TestCase):
    """A small tree is compiled, with one mistake at a time."""

    def setUp(self) -> None:
        """Make a directory for the tree."""
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)

    def build(self, changes: Dict[str, str]) -> List[objects.Built]:
        """Compile the tree with some files added to or replaced."""
        out = self.root / "out/pv64"
        files = dict(TREE)
        for name, text in changes.items():
            files[name] = files.get(name, "") + text
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name in files:
            if not name.endswith(".c"):
                continue
            obj = out / (name[:-2] + ".o")
            obj.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["cc", "-c", "-w", "-Iinclude", "-Iarch/x86/include", "-MMD",
                 "-MP", "-MF", str(obj.with_suffix(".d")), name, "-o",
                 str(obj)], cwd=self.root, check=True)
        (out / "link.lds").write_text("_end = .;\n")
        return objects.read(self.root, self.root / "out")

    def wrong(self, changes: Dict[str, str]) -> List[str]:
        """Return what is against the direction in the changed tree."""
        return edges.wrong(self.root, self.build(changes))

    def test_tree_without_mistake(self) -> None:
        """Nothing is wrong; the uses are what the files say."""
        built = self.build({})
        self.assertEqual(edges.wrong(self.root, built), [])
        self.assertEqual(
            edges.room_edges(built),
            {("tests", "harness"): {"case_fn"},
             ("main", "harness"): {"case_fn"},
             ("main", "arch"): {"arch_init"},
             ("harness", "core"): {"core_fn"},
             ("core", "arch"): {"flags_fn"},
             ("arch", "main"): {"xtf_main"}})

    def test_call_upwards(self) -> None:
        """The sentence names both files, the symbol and the rooms."""
        self.assertEqual(
            self.wrong({"common/core/time.c":
                        "void case_fn(void); void f(void) { case_fn(); }"}),
            ["common/core/time.c calls case_fn of common/harness/case.c:"
             " core must not use harness"])

    def test_call_of_arch_that_is_no_entry(self) -> None:
        """Only what framework.h declares may be called by arch."""
        self.assertEqual(
            self.wrong({"arch/x86/head.c":
                        "void core_fn(void); void g(void) { core_fn(); }"}),
            ["arch/x86/head.c calls core_fn of common/core/time.c:"
             " arch must not use core"])

    def test_data_counts(self) -> None:
        """A variable is used as a function is."""
        self.assertEqual(
            self.wrong({"common/core/time.c": "int at;",
                        "common/lib/lib.c":
                        "extern int at; int h(void) { return at; }"}),
            ["common/lib/lib.c calls at of common/core/time.c:"
             " lib must not use core"])

    def test_hook_without_declaration(self) -> None:
        """What common takes from arch is declared at the border."""
        self.assertEqual(
            self.wrong({"common/core/time.c":
                        "void hidden_fn(void); void f(void) { hidden_fn(); }"
                        }),
            ["common/core/time.c calls hidden_fn of arch/x86/head.c, and"
             " include/xtf/framework.h does not name it as a hook"])

    def test_hook_that_is_not_provided(self) -> None:
        """Each hook is defined for each environment."""
        self.assertEqual(
            self.wrong({"include/xtf/framework.h": "void arch_more(void);\n"}),
            ["include/xtf/framework.h declares arch_more, which arch/ does"
             " not define for pv64"])

    def test_symbol_of_no_room(self) -> None:
        """What the framework asks of a test is declared in test.h."""
        self.assertEqual(
            self.wrong({"common/lib/lib.c":
                        "void nobody(void); void f(void) { nobody(); }"}),
            ["common/lib/lib.c refers to nobody, which no room defines"
             " and include/xtf/test.h does not ask a test for"])

    def test_include_upwards(self) -> None:
        """The sentence says through which header it came."""
        self.assertEqual(
            self.wrong({"include/xtf/lib.h": "#include <xtf/core/time.h>\n"}),
            ["common/lib/lib.c includes include/xtf/core/time.h through"
             " include/xtf/lib.h: lib must not use core"])
        self.assertIn(
            "common/core/time.c includes include/xtf.h: core must not use"
            " tests", self.wrong({"include/xtf/lib.h": "",
                                  "common/core/time.c": "#include <xtf.h>\n"}))

    def test_file_of_another_test(self) -> None:
        """Tests share what is in a room, and no files of their own."""
        self.assertEqual(
            self.wrong({"tests/b/main.c": '#include "../a/a.h"\n'}),
            ["tests/b/main.c includes tests/a/a.h: a test must not use"
             " another one's files"])
        self.assertIn(
            "tests/b/main.c refers to a_fn, which neither its test nor a room"
            " defines",
            self.wrong({"tests/b/main.c":
                        "void a_fn(void); void f(void) { a_fn(); }"}))

    def test_file_outside_of_rooms(self) -> None:
        """A file in no room is an error, not ignored."""
        with self.assertRaisesRegex(rooms.UnknownRoom, "common/stray.c"):
            self.wrong({"common/stray.c": "int stray;\n"})

    def test_nothing_built(self) -> None:
        """That is an error, not a tree without mistakes."""
        with self.assertRaises(RunnerError):
            objects.read(self.root, self.root / "out")


class Picture(unittest.TestCase):
    """The drawing leaves out what follows, the table does not."""

    def test_shortcuts(self) -> None:
        """An edge that a way over another room stands for is not drawn."""
        text = picture.render({("peers", "drivers"), ("drivers", "core"),
                               ("peers", "core"), ("arch", "main")})
        self.assertIn("peers --> drivers", text)
        self.assertIn("drivers --> core", text)
        self.assertNotIn("peers --> core", text)
        self.assertIn("arch -. entry .-> main", text)
        self.assertIn("| peers |  |  |  | x |  | x |  |  |", text)

    def test_page(self) -> None:
        """The picture replaces the one between the markers, and only that."""
        page = f"a\n{picture.BEGIN}\nold\n{picture.END}\nb\n"
        new = picture.replace(page, picture.render(set()))
        self.assertTrue(new.startswith("a\n") and new.endswith("\nb\n"))
        self.assertNotIn("old", new)
        self.assertEqual(picture.replace(new, picture.render(set())), new)
        with self.assertRaises(ValueError):
            picture.replace("no markers", "")


if __name__ == "__main__":
    unittest.main()
