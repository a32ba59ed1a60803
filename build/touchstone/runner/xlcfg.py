# SPDX-License-Identifier: BSD-2-Clause
"""Reader for xl.cfg files, as far as test configurations use the syntax."""

import re
from typing import Dict, List, Union

Value = Union[str, int, List["Value"]]

_TOKEN = re.compile(r"""
    \s+ | \#[^\n]* |
    (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*') |
    (?P<number> [+-]?(?:0[xX][0-9a-fA-F]+|\d+) (?![\w.])) |
    (?P<word> [A-Za-z_][\w.-]*) |
    (?P<mark> \+= | [=\[\],;])
""", re.VERBOSE)


class CfgError(ValueError):
    """The text is no xl configuration; the message holds the line number."""


def _tokens(text: str) -> List[tuple]:
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            raise CfgError(f"line {line}: cannot read {text[at:at + 20]!r}")
        if match.lastgroup:
            tokens.append((match.lastgroup, match.group(), at))
        at = match.end()
    return tokens


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def next(self, expected: str) -> tuple:
        if self.at == len(self.tokens):
            raise CfgError(f"file ends where {expected} should be")
        self.at += 1
        return self.tokens[self.at - 1]

    def fail(self, token: tuple, expected: str) -> CfgError:
        line = self.text.count("\n", 0, token[2]) + 1
        return CfgError(f"line {line}: {token[1]!r} where {expected}"
                        " should be")

    def peek(self, mark: str) -> bool:
        return (self.at < len(self.tokens)
                and self.tokens[self.at][:2] == ("mark", mark))

    def value(self) -> Value:
        token = self.next("a value")
        if token[0] == "string":
            return _unquote(token[1])
        if token[0] == "number":
            return int(token[1], 0)
        if token[1] != "[":
            raise self.fail(token, "a value")
        items: List[Value] = []
        while not self.peek("]"):
            items.append(self.value())
            if self.peek(","):
                self.at += 1
            elif not self.peek("]"):
                raise self.fail(self.next("']'"), "',' or ']'")
        self.at += 1
        return items


def parse(text: str) -> Dict[str, Value]:
    """Return the settings of an xl.cfg text; CfgError if it is none.

    Strings, integers and lists are understood; `+=` extends an earlier
    value.  A setting given twice keeps its last value, as in xl.
    """
    parser = _Parser(text)
    settings: Dict[str, Value] = {}
    while parser.at < len(parser.tokens):
        if parser.peek(";"):
            parser.at += 1
            continue
        key = parser.next("a setting")
        if key[0] != "word":
            raise parser.fail(key, "the name of a setting")
        operator = parser.next("'='")
        if operator[1] not in ("=", "+="):
            raise parser.fail(operator, "'='")
        value = parser.value()
        if operator[1] == "+=" and key[1] in settings:
            old = settings[key[1]]
            if not isinstance(old, type(value)) or isinstance(value, int):
                raise parser.fail(key, "a setting of the same kind")
            value = old + value  # type: ignore[operator]
        settings[key[1]] = value
    return settings
