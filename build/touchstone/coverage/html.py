# SPDX-License-Identifier: BSD-2-Clause
"""Coverage as one HTML page: files, functions, and the source in colours."""

from __future__ import annotations

from html import escape
from typing import List, Sequence

from .analysis import FileCoverage, percent

_STYLE = """
:root { color-scheme: light dark; --hit: #d7f5d7; --miss: #fbd3d0;
        --dim: #777; --bar: #3a3; --rest: #c44; }
@media (prefers-color-scheme: dark) {
  :root { --hit: #1d3a1f; --miss: #552320; --dim: #999; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto;
       max-width: 75em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .15em .8em; text-align: right; }
th:first-child, td:first-child { text-align: left; }
tbody tr:hover { background: #8882; }
meter { width: 8em; }
pre { font-size: 13px; line-height: 1.35; overflow-x: auto; }
pre span { display: block; min-height: 1.35em; }
pre .h { background: var(--hit); }
pre .m { background: var(--miss); }
pre i { color: var(--dim); font-style: normal; user-select: none;
        display: inline-block; width: 4em; text-align: right;
        margin-right: 1.2em; }
summary { cursor: pointer; font-size: 1.2em; margin: .6em 0; }
footer { color: var(--dim); }
"""

_HEAD = ("<th>{}</th><th>lines</th><th>reached</th><th>not reached</th>"
         "<th>%</th><th></th>")


def page(files: Sequence[FileCoverage], hypervisor: str,
         summary: str) -> str:
    """Return the page.  `summary` says what ran, in plain text."""
    rows = [_row(f'<a href="#{_anchor(file.path)}">{escape(file.path)}</a>',
                 len(file.lines), file.reached) for file in files]
    rows.append(_row("together", sum(len(file.lines) for file in files),
                     sum(file.reached for file in files)))
    parts = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
             f"<title>Coverage of {escape(hypervisor)}</title>",
             f"<style>{_STYLE}</style></head><body>",
             f"<h1>Coverage of {escape(hypervisor)}</h1>",
             f"<p>{escape(summary)}</p>", _table("file", rows)]
    for file in files:
        parts += _file(file)
    parts.append(
        "<footer><p>Only lines that the compiler made code for count. A line"
        " is reached when QEMU translated one of its instructions: point at it"
        " to see in which environments.</p></footer>"
        '<script>addEventListener("hashchange",()=>{let e=document'
        ".getElementById(location.hash.slice(1)),d=e&&e.closest('details');"
        "if(d){d.open=true;e.scrollIntoView()}})</script></body></html>")
    return "\n".join(parts) + "\n"


def _file(file: FileCoverage) -> List[str]:
    anchor = _anchor(file.path)
    functions = sorted(file.functions, key=lambda function: (
        function.reached - function.lines, function.line))
    rows = [_row(f'<a href="#{anchor}-{function.line}">'
                 f"{escape(function.name)}</a>", function.lines,
                 function.reached) for function in functions]
    parts = [f'<h2 id="{anchor}">{escape(file.path)}</h2>']
    if not file.source:
        return [*parts, "<p>Its source text is not at hand.</p>"]
    parts += [_table("function", rows), "<details open>",
              "<summary>source</summary><pre>"]
    # No line ends in between: each line is a block already.
    parts.append("".join(_line(file, number, text, anchor)
                         for number, text in enumerate(file.source, 1)))
    return [*parts, "</pre></details>"]


def _line(file: FileCoverage, number: int, text: str, anchor: str) -> str:
    envs = file.lines.get(number)
    attributes = f'id="{anchor}-{number}"'
    if envs:
        attributes += f' class="h" title="{" ".join(sorted(envs))}"'
    elif envs is not None:
        attributes += ' class="m" title="not reached"'
    return f"<span {attributes}><i>{number}</i>{escape(text)}</span>"


def _table(what: str, rows: Sequence[str]) -> str:
    return (f"<table><thead><tr>{_HEAD.format(what)}</tr></thead><tbody>"
            f"{''.join(rows)}</tbody></table>")


def _row(name: str, lines: int, reached: int) -> str:
    share = percent(reached, lines)
    return (f"<tr><td>{name}</td><td>{lines}</td><td>{reached}</td>"
            f"<td>{lines - reached}</td><td>{share:.1f}</td>"
            f'<td><meter max="100" low="50" high="80" optimum="100"'
            f' value="{share:.1f}"></meter></td></tr>')


def _anchor(path: str) -> str:
    return path.replace("/", "-").replace(".", "-")
