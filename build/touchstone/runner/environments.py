# SPDX-License-Identifier: BSD-2-Clause
"""The environments of build/environments.txt, which explains its columns."""

from pathlib import Path
from typing import Dict, NamedTuple, Tuple

from ..base.verdict import RunnerError

PATH = Path(__file__).resolve().parents[2] / "environments.txt"


class Environment(NamedTuple):
    """A row; `-` is empty here."""

    name: str
    arch: str
    guest: str
    bits: int
    ldmode: str
    format: str
    caps: str
    option: str
    turn: int


def load(path: Path = PATH) -> Dict[str, Environment]:
    """Return all environments by name, in their order.

    RunnerError if the file is missing or broken.
    """
    found = {}
    try:
        for line in path.read_text("ascii").splitlines():
            words = ["" if word == "-" else word for word in line.split()]
            if words and not line.startswith("#"):
                name, arch, guest, bits, *rest, turn = words
                ldmode, form, caps, option = rest
                found[name] = Environment(name, arch, guest, int(bits),
                                          ldmode, form, caps, option,
                                          int(turn))
    except OSError as error:
        raise RunnerError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise RunnerError(f"{path}: {error}") from None
    return found


ENVIRONMENTS = load()


def named(**columns: object) -> Tuple[str, ...]:
    """Return the names of those that have these values in columns."""
    return tuple(env.name for env in ENVIRONMENTS.values()
                 if all(getattr(env, column) == value
                        for column, value in columns.items()))
