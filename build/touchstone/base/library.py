# SPDX-License-Identifier: BSD-2-Clause
"""Libraries from Debian's packages, for the commands that need them.

xtf-runner itself takes the standard library alone: what is loaded here is
needed by one option or by one other command, which says so where it is
missing.
"""

import importlib
import importlib.util
import sys
from types import ModuleType

from .verdict import RunnerError

# Where Debian's packages put what is written in Python: a Python that is not
# Debian's own does not look there.
_DEBIAN = "/usr/lib/python3/dist-packages"


def is_there(module: str) -> bool:
    """Tell whether load() would find a module, not one inside of another."""
    sys.path.append(_DEBIAN)
    try:
        return importlib.util.find_spec(module) is not None
    finally:
        sys.path.remove(_DEBIAN)


def load(module: str, package: str, purpose: str) -> ModuleType:
    """Import a module of a Debian package; RunnerError if it is missing.

    `purpose` is the subject of that message: "pages need Jinja2".
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        pass
    sys.path.append(_DEBIAN)
    try:
        return importlib.import_module(module)
    except ImportError:
        raise RunnerError(f"{purpose}, which is missing here: install the"
                          f" Debian package {package}") from None
    finally:
        sys.path.remove(_DEBIAN)
