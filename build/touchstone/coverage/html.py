# SPDX-License-Identifier: BSD-2-Clause
"""Coverage as one HTML page: files, functions, and the source in colours."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, Sequence

from ..report.pages import Pages, as_markup
from .analysis import FileCoverage, percent


def page(files: Sequence[FileCoverage], hypervisor: str, summary: str,
         pages: Pages) -> str:
    """Return the page.  `summary` says what ran, in plain text."""
    return pages.page("coverage.html", hypervisor=hypervisor, summary=summary,
                      share=percent, files=[_file(file) for file in files])


def _file(file: FileCoverage) -> Dict[str, Any]:
    anchor = file.path.replace("/", "-").replace(".", "-")
    # No line ends in between: each line is a block already.
    source = "".join(_line(file, number, text, anchor)
                     for number, text in enumerate(file.source, 1))
    return {"path": file.path, "anchor": anchor, "lines": len(file.lines),
            "reached": file.reached, "source": as_markup(source),
            "functions": sorted(file.functions, key=lambda function: (
                function.reached - function.lines, function.line))}


def _line(file: FileCoverage, number: int, text: str, anchor: str) -> str:
    envs = file.lines.get(number)
    attributes = f'id="{anchor}-{number}"'
    if envs:
        attributes += f' class="h" title="{" ".join(sorted(envs))}"'
    elif envs is not None:
        attributes += ' class="m" title="not reached"'
    return f"<span {attributes}><i>{number}</i>{escape(text)}</span>"
