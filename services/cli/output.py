"""Results on stdout: short tables for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import isfinite

#: names in a line at most
_NAMED = 8


def print_json(content: object) -> None:
    """One JSON document, keys as given."""
    say(json.dumps(content, indent=2, ensure_ascii=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns side by side; those of numbers to the right."""
    for line in table_lines(header, rows):
        say(line)


def table_lines(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of `print_table`."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    right = [
        bool(rows) and all(isinstance(r[i], int | float) for r in rows) for i in range(len(header))
    ]
    lines = []
    for line in (header, *cells):
        aligned = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ]
        lines.append("  ".join(aligned).rstrip())
    return lines


def printable(text: str) -> str:
    """Names and reasons that came from outside: no control characters on a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def strict(content: object) -> object:
    """What JSON knows: numbers that are not finite become null."""
    if isinstance(content, float):
        return content if isfinite(content) else None
    if isinstance(content, dict):
        return {str(name): strict(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [strict(value) for value in content]
    return content


def say(text: str = "") -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def named(names: Sequence[str]) -> str:
    """Names in a line, the first ones of many."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + more


def note(text: str) -> None:
    """A line for people on stderr."""
    sys.stderr.write(f"{text}\n")
