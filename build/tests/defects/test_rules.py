# SPDX-License-Identifier: BSD-2-Clause
"""Edit rules: what they change, and what they refuse to."""

import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BUILD))

from touchstone.defects import rules  # noqa: E402
from touchstone.base.verdict import RunnerError, UsageError  # noqa: E402
from . import samples  # noqa: E402

SOURCE = """\
static int limit(int n)
{
    if ( n >=
         max )
        return -1;
    return n;
}

int other(int n)
{
    switch ( n )
    {
    case 1:
        n = 0;
        break;
    case 2:
        n = 0;
        break;
    }
    return n >= max;
}
"""

HEAD = """\
[DEFAULT]
file = common/a.c
tests = one two-*
"""


def defect(**keys: object) -> rules.Defect:
    """A defect for SOURCE with some keys changed."""
    return samples.defect(**{"function": "limit", "find": "n >= max",
                             "replace": "n > max", **keys})


class Apply(unittest.TestCase):
    """A rule and a source text."""

    def test_space_is_any_and_only_the_function_changes(self) -> None:
        changed = defect().apply(SOURCE)
        self.assertEqual(changed,
                         SOURCE.replace("n >=\n         max", "n > max"))
        self.assertIn("return n >= max;", changed)

    def test_groups(self) -> None:
        changed = defect(find=r"return (-1);", replace=r"return 2*\1;")
        self.assertIn("return 2*-1;", changed.apply(SOURCE))

    def test_empty_replacement(self) -> None:
        self.assertNotIn("return -1",
                         defect(find="return -1", replace="").apply(SOURCE))

    def test_within(self) -> None:
        rule = defect(function="other", within="case 2:.*?break;",
                      find="n = 0;", replace="n = 9;")
        self.assertIn("case 2:\n        n = 9;", rule.apply(SOURCE))

    def test_refused(self) -> None:
        for keys, text in (
                ({"function": "none"}, "no function none"),
                ({"find": "nothing"}, "`find' matches no places"),
                ({"function": "other", "find": "n = 0;"}, "matches 2 places"),
                ({"within": "no such"}, "`within' matches no places"),
                ({"replace": "n >=\n         max"}, "what was there before")):
            with self.assertRaisesRegex(rules.RuleError, text):
                defect(**keys).apply(SOURCE)

    def test_release(self) -> None:
        self.assertTrue(defect().applies_to("4.17.5+72"))
        rule = defect(releases=("4.17", "4.20"))
        self.assertTrue(rule.applies_to("4.17.5+72"))
        self.assertTrue(rule.applies_to("4.20"))
        self.assertFalse(rule.applies_to("4.2.1"))
        self.assertFalse(rule.applies_to("4.170"))


class Load(unittest.TestCase):
    """The list's files."""

    def load(self, text: str) -> list:
        """Load a directory with one file of this text."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "subject.ini").write_text(text)
            return rules.load(Path(name))

    def test_defaults_and_values(self) -> None:
        found = self.load(HEAD + "[x]\nwhat = a\n b\nkind = k\nfunction = f\n"
                          "find = \\(a = b; # c\nreplace =\n"
                          "environments = pv64 hvm64\nby = blind\n")
        self.assertEqual(found, [rules.Defect(
            "x", "subject", "a b", "k", "common/a.c", "f", "",
            "\\(a = b; # c", "", ("one", "two-*"), ("pv64", "hvm64"), (),
            "blind")])

    def test_refused(self) -> None:
        whole = ("what = a\nkind = k\nfunction = f\nfind = a\n"
                 "replace = b\n")
        for text, complaint in (
                ("[x]\n" + whole, "lacks file; lacks tests"),
                (HEAD + "[x]\n" + whole + "finds = c\n", "unknown key finds"),
                (HEAD + "[x]\n" + whole.replace("find = a", "find = (a"),
                 "x.: find"),
                (HEAD + "[x]\n" + whole + "by = me\n", "by is none of"),
                (HEAD + "[x]\n" + whole + "[x]\n" + whole, "already exists"),
                ("what\n", "no section headers")):
            with self.assertRaisesRegex(RunnerError, complaint):
                self.load(text)


class Select(unittest.TestCase):
    """Words for defects."""

    LIST = [defect(name="map-a", subject="grant"),
            defect(name="map-b", subject="grant"),
            defect(name="send", subject="argo", by="blind")]

    def names(self, *words: str) -> list:
        """The names that words select."""
        return [found.name for found in rules.select(self.LIST, words)]

    def test_words(self) -> None:
        self.assertEqual(self.names(), ["map-a", "map-b", "send"])
        self.assertEqual(self.names("send", "map-a"), ["map-a", "send"])
        self.assertEqual(self.names("map-*"), ["map-a", "map-b"])
        self.assertEqual(self.names("grant"), ["map-a", "map-b"])
        self.assertEqual(self.names("blind"), ["send"])

    def test_unknown_word_has_a_hint(self) -> None:
        with self.assertRaisesRegex(UsageError, "did you mean map-"):
            self.names("map-c")


class TheList(unittest.TestCase):
    """The defects that the project has."""

    def test_numbers_and_names(self) -> None:
        found = rules.load(BUILD / "defects.d")
        for subject, least in (("grant-table", 20), ("event-channel", 20),
                               ("argo", 15)):
            mine = [defect for defect in found if defect.subject == subject]
            self.assertGreaterEqual(len(mine), least)
            self.assertGreaterEqual(len({defect.kind for defect in mine}), 8)
            self.assertEqual({defect.by for defect in mine},
                             {"blind", "blind-2", "author"})


if __name__ == "__main__":
    unittest.main()
