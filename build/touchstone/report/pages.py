# SPDX-License-Identifier: BSD-2-Clause
"""Pages by Jinja2 in one look: templates/, each whole in one file."""

import base64
import hashlib
from html import escape
from pathlib import Path
from typing import Any

from ..base import library

_TEMPLATES = Path(__file__).resolve().parent / "templates"


class Pages:
    """Makes pages; RunnerError if Jinja2 is missing."""

    def __init__(self) -> None:
        jinja2 = library.load("jinja2", "python3-jinja2", "pages need Jinja2")
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(str(_TEMPLATES)), autoescape=True,
            trim_blocks=True, undefined=jinja2.StrictUndefined)
        script = (_TEMPLATES / "page.js").read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest())
        self._frame = {
            "style": as_markup((_TEMPLATES / "page.css").read_text("utf-8")),
            "script": as_markup(script),
            # No other script runs, whatever a console holds.
            "script_hash": "sha256-" + digest.decode(),
        }

    def page(self, template: str, **values: Any) -> str:
        """Return a page."""
        found = self._environment.get_template(template)
        return found.render(**self._frame, **values)


class as_markup(str):   # pylint: disable=invalid-name
    """Text that is HTML already, as the template engine recognises it."""

    def __html__(self) -> str:
        return self


def escaped(text: str) -> str:
    """Escape text for HTML; what does not print is shown as `?`."""
    return escape("".join(char if char.isprintable() or char in "\n\t"
                          else "?" for char in text), quote=False)
