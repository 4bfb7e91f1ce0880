"""A YAML value that knows its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

#: one step of a path: a key, or a place in a list
Step = str | int
Path = tuple[Step, ...]
Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class Mark:
    """Line and column, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass
class Node:
    """A scalar (`text` as written), a list or a mapping; `size` counts what hangs below it."""

    mark: Mark
    value: Scalar | list[Node] | dict[str, Node]
    text: str = ""
    keys: dict[str, Mark] = field(default_factory=dict)
    size: int = 1

    def plain(self) -> Plain:
        """The bare value, with nothing but lists, dicts and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    @property
    def shape(self) -> str:
        """In words: `a mapping`, `a list`, `nothing`, `text 'x'`, `3`."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "nothing"
        return repr(self.text) if isinstance(self.value, str) else self.text

    def walk(self, path: Sequence[Step]) -> Iterator[tuple[Step, Mark, Node]]:
        """(step, mark of its key, node) along a path; steps that lead nowhere are skipped.

        Pydantic puts the tag of a union between two keys; such a step is no key here.
        """
        node = self
        for step in path:
            if isinstance(node.value, dict) and str(step) in node.value:
                mark = node.keys[str(step)]
                node = node.value[str(step)]
                yield str(step), mark, node
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                yield step, node.mark, node

    def at(self, path: Sequence[Step]) -> tuple[Path, Mark, Node]:
        """(path as far as it exists, mark of the last key, node) at a path."""
        steps = list(self.walk(path))
        if not steps:
            return (), self.mark, self
        return tuple(s[0] for s in steps), steps[-1][1], steps[-1][2]


def dotted(path: Sequence[Step]) -> str:
    """`twins.hts.links[2].from`."""
    text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path)
    return text.removeprefix(".")
