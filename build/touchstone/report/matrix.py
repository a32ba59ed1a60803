# SPDX-License-Identifier: BSD-2-Clause
"""A matrix of saved runs as text and as a page: --matrix."""

from typing import Any, Dict, List, Sequence

from ..base.verdict import OUTCOMES
from ..runs.matrix import Column, Row, rows
from .html import SYMBOLS, environment_order
from .pages import Pages
from .terminal import printable

_WELL = "."


def text(columns: Sequence[Column]) -> str:
    """Return the matrix for a terminal: what did not go well everywhere."""
    table = rows(columns)
    shown = [row for row in table if not row.is_same]
    lines = [f"{at:>3}  {column.file}: {_head(column)}"
             for at, column in enumerate(columns, 1)]
    if shown:
        width = max(len(row.name) for row in shown)
        widths = [max(len(str(at)), *(len(_word(row, at - 1))
                                      for row in shown))
                  for at in range(1, len(columns) + 1)]
        lines += ["", f"{'':<{width}}  " + "  ".join(
            f"{at:>{wide}}" for at, wide in enumerate(widths, 1))]
        lines += [f"{row.name:<{width}}  " + "  ".join(
            f"{_word(row, at):>{wide}}" for at, wide in enumerate(widths))
            for row in shown]
    lines += ["", summary(columns, table)]
    return "\n".join(printable(line) for line in lines) + "\n"


def _word(row: Row, at: int) -> str:
    word = row.outcomes[at]
    return {"SUCCESS": _WELL, "": "-"}.get(word, word)


def _head(column: Column) -> str:
    counts = [result.outcome for result in column.run.results]
    parts = [f"{counts.count(word)} {word}" for word in reversed(OUTCOMES)
             if word in counts]
    missing = len(column.run.planned) - len(counts)
    if missing:
        parts.append(f"{missing} did not end")
    return (f"Xen {column.version or 'unknown'}, {column.day or 'no date'}: "
            + (", ".join(parts) or "nothing ran"))


def summary(columns: Sequence[Column], table: Sequence[Row]) -> str:
    """Return one line about all of them."""
    same = sum(row.is_same for row in table)
    changed = sum(row.changes > 0 for row in table)
    return (f"{len(columns)} runs, {len(table)} instances: {same} went well"
            f" or were skipped in each run, {changed} changed from one run to"
            " the next")


def html_page(columns: Sequence[Column], pages: Pages) -> str:
    """Return the matrix as a page."""
    table = rows(columns)
    items = [_item(row) for row in table]
    environments = sorted({item["env"] for item in items},
                          key=environment_order)
    words = [word for word in reversed(OUTCOMES)
             if any(word in row.outcomes for row in table)]
    return pages.page(
        "matrix.html", headline=summary(columns, table), symbols=SYMBOLS,
        counts=[{"word": word,
                 "number": sum(row.worst == word for row in table)}
                for word in words],
        columns=[{"file": column.file, "head": _head(column),
                  "version": column.version, "day": column.day}
                 for column in columns],
        environments=environments, items=items)


def _item(row: Row) -> Dict[str, Any]:
    result = next(result for result in row.results if result)
    reasons: List[Dict[str, Any]] = [
        {"word": word, "why": why, "runs": ", ".join(map(str, runs))}
        for word, why, runs in row.reasons()]
    hints = dict.fromkeys(result.hint for result in row.results
                          if result and result.hint)
    return {"name": row.name, "env": result.instance.env, "worst": row.worst,
            "same": row.is_same, "changes": row.changes, "hints": list(hints),
            "outcomes": row.outcomes, "reasons": reasons}
