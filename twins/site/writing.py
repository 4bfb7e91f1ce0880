"""Changing numbers in a site file without touching anything else in it."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.errors import ConfigurationError, Problem
from twins.site.node import Node, Path
from twins.site.reading import parse
from twins.site.text import Unreadable


def with_values(text: str, changes: Mapping[Path, str], file: str = "site.yaml") -> str:
    """The text of a site file with scalars replaced or added; comments and order stay.

    `changes` maps paths (`("twins", "iess", "components", "chp", "efficiency_el")`) to what is
    to stand there; a key that is missing is put before the first key of its mapping. Raises
    ConfigurationError when a place cannot be changed by itself (an alias, a missing parent).
    """
    root = _parsed(text, file)
    problems: list[Problem] = []
    edits: list[tuple[int, int, str]] = []
    starts = _line_starts(text)
    for path, value in changes.items():
        edit = _edit(root, path, value, text, starts)
        if edit is None:
            problems.append(Problem(f"{file}: {'.'.join(map(str, path))}", "cannot be written"))
        else:
            edits.append(edit)
    new = text
    for start, end, put in sorted(edits, reverse=True):
        new = new[:start] + put + new[end:]
    if not problems and not _only(root, _parsed(new, file), changes):
        what = "is shared with another place of the file (an anchor); write it out there"
        problems = [Problem(f"{file}: {'.'.join(map(str, p))}", what) for p in changes]
    if problems:
        raise ConfigurationError(problems)
    return new


def _parsed(text: str, file: str) -> Node:
    try:
        return parse(text)[0]
    except Unreadable as error:
        raise ConfigurationError([error.problem(file)]) from None


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for place, sign in enumerate(text):
        if sign == "\n":
            starts.append(place + 1)
    return starts


def _edit(
    root: Node, path: Path, value: str, text: str, starts: list[int]
) -> tuple[int, int, str] | None:
    """(start, end, replacement) in the text."""
    found, _, node = root.at(path)
    if len(found) == len(path):
        if isinstance(node.value, dict | list):
            return None
        start = starts[node.mark.line - 1] + node.mark.column - 1
        return start, start + _written_length(text, start, node), value
    if len(found) != len(path) - 1 or not isinstance(node.value, dict) or not node.value:
        return None
    mark = min(node.keys.values(), key=lambda m: (m.line, m.column))
    start = starts[mark.line - 1] + mark.column - 1
    before = text[starts[mark.line - 1] : start]
    inline = before.rstrip().endswith(("{", ","))
    apart = ", " if inline else "\n" + " " * len(before)
    return start, start, f"{path[-1]}: {value}{apart}"


def _written_length(text: str, start: int, node: Node) -> int:
    """How many signs a scalar takes, quotes included."""
    if text[start] in "'\"":
        end = text.index(text[start], start + 1)
        return end - start + 1
    return len(node.text)


def _only(old: Node, new: Node, changes: Mapping[Path, str]) -> bool:
    """Whether nothing but the changed places differs."""
    one, two = old.plain(), new.plain()
    for path in changes:
        for tree in (one, two):
            holder = tree
            for step in path[:-1]:
                holder = holder[step]  # type: ignore[index]
            assert isinstance(holder, dict)
            holder.pop(str(path[-1]), None)
    return one == two
