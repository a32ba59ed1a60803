# SPDX-License-Identifier: BSD-2-Clause
"""The manual page, made of the options themselves: build/manual.

argparse-manpage writes the entry of each option from what --help says.
docs/xtf-runner.man has what there is to say beyond that, in roff: text behind
an option, text at the head of a group of options, and sections of its own.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

from ..base import library
from ..base.verdict import RunnerError
from . import options
from .catalogue import CATEGORIES, DEFAULT_CATEGORIES, ENVIRONMENTS

# What begins a part of the source: `.\" option --all', `.\" group TITLE',
# `.\" before' (the options) or `.\" behind' (them).
_MARK = re.compile(r'^\.\\" (option|group|before|behind)(?: (.+))?$')


_LISTS = {
    "ENVIRONMENTS": ENVIRONMENTS,
    "CATEGORIES": DEFAULT_CATEGORIES,
    "OTHER_CATEGORIES": CATEGORIES[len(DEFAULT_CATEGORIES):],
}


class Source(NamedTuple):
    """The parts of docs/xtf-runner.man; options and groups by name."""

    before: str
    behind: str
    options: Dict[str, str]
    groups: Dict[str, str]


def read(text: str) -> Source:
    """Return the parts of a source; RunnerError if one is there twice.

    @ENVIRONMENTS@ and the like in it stand for the words that there are.
    """
    for name, words in _LISTS.items():
        text = text.replace(f"@{name}@", " ".join(words).replace("-", "\\-"))
    parts: Dict[str, List[str]] = {}
    key = ""
    for line in text.splitlines():
        match = _MARK.match(line)
        if match:
            key = " ".join(word for word in match.groups() if word)
            if key in parts:
                raise RunnerError(f"manual: two parts for {key}")
            parts[key] = []
        elif key and line:
            parts[key].append(line)
    whole = {key: "\n".join(lines) for key, lines in parts.items()}

    def named(kind: str) -> Dict[str, str]:
        return {key[len(kind) + 1:]: part for key, part in whole.items()
                if key.startswith(kind + " ")}

    return Source(whole.get("before", ""), whole.get("behind", ""),
                  named("option"), named("group"))


def page(parser: argparse.ArgumentParser, source: Source) -> str:
    """Return the manual page of a parser, in roff.

    RunnerError if argparse-manpage is missing, or if the source has text for
    an option or a group that there is not.
    """
    manpage = library.load(
        "build_manpages.manpage", "python3-argparse-manpage",
        "the manual page is written by argparse-manpage")
    groups = [group for group in parser._action_groups
              if _actions(group)]
    _check(source, groups)
    head, *entries = re.split(r"^\.TP\n", str(manpage.Manpage(parser)),
                              flags=re.MULTILINE)
    # A newer argparse-manpage puts the groups' titles here, too.
    entries = [re.sub(r"^\.S[SH].*\n?", "", entry, flags=re.MULTILINE)
               for entry in entries]
    name = parser.prog
    lines = [f'.TH {name.upper()} 1 "" "Touchstone" "User Commands"',
             ".SH NAME", f"{name} \\- {_short(parser.description or '')}",
             ".SH SYNOPSIS", f".B {name}", ".RI [ options ]",
             '.RI [ "selection word" ...]', ".SH DESCRIPTION"]
    description = re.search(r"^\.SH DESCRIPTION\n(.*?)(?=^\.SH|\Z)", head,
                            re.DOTALL | re.MULTILINE)
    if description:
        lines.append(description[1].strip())
    lines.append(source.before)
    for group in groups:
        lines.append(f".SH {(group.title or '').upper()}")
        if group.title in source.groups:
            lines.append(source.groups[group.title])
        for action in _actions(group):
            lines.append(_entry(entries.pop(0), source.options.get(
                _long(action), "")))
    assert not entries, entries
    lines.append(source.behind)
    return "\n".join(line for line in lines if line) + "\n"


def _actions(group: argparse._ArgumentGroup) -> List[argparse.Action]:
    """Return the options of a group that have an entry."""
    return [action for action in group._group_actions
            if action.help != argparse.SUPPRESS
            and "--help" not in action.option_strings]


def _long(action: argparse.Action) -> str:
    return action.option_strings[-1]


def _check(source: Source,
           groups: Sequence[argparse._ArgumentGroup]) -> None:
    known = {_long(action) for group in groups for action in _actions(group)}
    for kind, wrong in (
            ("option", source.options.keys() - known),
            ("group", source.groups.keys() - {group.title
                                              for group in groups})):
        if wrong:
            raise RunnerError(f"manual: there is no {kind} "
                              + ", ".join(sorted(wrong)))


def _short(description: str) -> str:
    text = " ".join(description.split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _entry(entry: str, more: str) -> str:
    """Return an option's entry as sentences, and what follows them."""
    option, _, text = entry.strip().partition("\n")
    text = text.strip()
    if text:
        text = text[0].upper() + text[1:] + "."
    # A line of text must not look like a request.
    text = re.sub(r"^(?=[.'])(?!\.br$)", r"\\&", text, flags=re.MULTILINE)
    return "\n".join(line for line in (".TP", option, text, more) if line)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run `build/manual`; return its exit status."""
    root = Path(__file__).resolve().parents[3]
    parser = argparse.ArgumentParser(
        prog="manual", description="Write xtf-runner's manual page, from its"
        " options and docs/xtf-runner.man.")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE",
                        help="where to write it (default: standard output)")
    args = parser.parse_args(argv)
    try:
        text = page(options.parser(), read(
            (root / "docs/xtf-runner.man").read_text("utf-8")))
        if args.output:
            args.output.parent.mkdir(parents=True, exist_ok=True)
            args.output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
    except (RunnerError, OSError) as error:
        print(f"manual: {error}", file=sys.stderr)
        return 1
    return 0
