# SPDX-License-Identifier: BSD-2-Clause
"""Completion for shells, made from the options that there are.

What is no option is a selection word, which the runner lists itself.
"""

import argparse
import shlex
from typing import List, Sequence

from .catalogue import CATEGORIES, ENVIRONMENTS, Test
from .selection import ENVIRONMENT_GROUPS

SHELLS = ("bash", "zsh")

_BASH = """\
# Completion of xtf-runner for bash.
# For this shell: eval "$(xtf-runner --completion bash)"
_xtf_runner() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}}
    local prev=${{COMP_WORDS[COMP_CWORD-1]}}
    COMPREPLY=()
    case $prev in
{values}
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W {options} -- "$cur"))
    else
        local words
        words=$("${{COMP_WORDS[0]}}" --words 2>/dev/null)
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
}}
complete -o default -F _xtf_runner xtf-runner ./xtf-runner
"""

_ZSH = """\
#compdef xtf-runner
# Completion of xtf-runner for zsh: a file _xtf-runner in a directory of
# $fpath, or for this shell: eval "$(xtf-runner --completion zsh)"
_xtf_runner_words() {{
    local -a found
    found=(${{(f)"$("${{(Q)words[1]}}" --words 2>/dev/null)"}})
    compadd -a found
}}
_xtf_runner() {{
    _arguments -s \\
{options}
        '*:selection word:_xtf_runner_words'
}}
compdef _xtf_runner xtf-runner
"""


def words(tests: Sequence[Test]) -> List[str]:
    """Return all selection words."""
    return [*ENVIRONMENTS, *ENVIRONMENT_GROUPS, *CATEGORIES,
            *(test.name for test in tests),
            *(instance.name for test in tests
              for instance in test.instances())]


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Return the script for a shell."""
    actions = [action for action in _actions(parser)
               if action.option_strings]
    return _bash(actions) if shell == "bash" else _zsh(actions)


def _actions(parser: argparse.ArgumentParser) -> List[argparse.Action]:
    return [action for action in parser._actions  # pylint: disable=W0212
            if action.help != argparse.SUPPRESS]


def _is_file(action: argparse.Action) -> bool:
    names = action.metavar if isinstance(action.metavar, tuple) \
        else (action.metavar or "",)
    return any(word in str(name) for name in names for word in (
        "FILE", "DIR", "PATH", "RUN", "OLD"))


def _is_directory(action: argparse.Action) -> bool:
    return action.metavar == "DIR"


def _bash(actions: Sequence[argparse.Action]) -> str:
    values = []
    for action in actions:
        if action.nargs == 0:
            continue
        names = "|".join(action.option_strings)
        if action.choices:
            words = " ".join(map(str, action.choices))
            reply = f'COMPREPLY=($(compgen -W "{words}" -- "$cur"))'
        elif _is_directory(action):
            reply = 'COMPREPLY=($(compgen -d -- "$cur"))'
        elif _is_file(action):
            reply = 'COMPREPLY=($(compgen -f -- "$cur"))'
        else:
            reply = ":"
        # A value that may be left out is no reason to wait for one.
        if action.nargs != "?":
            values.append(f"        {names}) {reply}; return;;")
    options = " ".join(option for action in actions
                       for option in action.option_strings)
    return _BASH.format(values="\n".join(values), options=f'"{options}"')


def _zsh(actions: Sequence[argparse.Action]) -> str:
    lines = []
    for action in actions:
        text = (action.help or "").replace("%(default)s", str(action.default))
        text = text.replace("%%", "%")
        for char in "[]:":
            text = text.replace(char, "\\" + char)
        value = ""
        if action.nargs != 0:
            kind = " "
            if action.choices:
                kind = f"({' '.join(map(str, action.choices))})"
            elif _is_directory(action):
                kind = "_files -/"
            elif _is_file(action):
                kind = "_files"
            count = action.nargs if isinstance(action.nargs, int) else 1
            value = f":value:{kind}" * count
        many = "*" if _is_repeatable(action) else ""
        for option in action.option_strings:
            lines.append("        " + shlex.quote(
                f"{many}{option}[{text}]{value}") + " \\")
    return _ZSH.format(options="\n".join(lines))


def _is_repeatable(action: argparse.Action) -> bool:
    return isinstance(action.default, list)
