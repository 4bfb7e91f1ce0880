"""Collecting what is wrong with a file, without flooding the reader."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rami.core.errors import Problem

#: problems of one sort that are listed singly; the rest is counted
LISTED = 10


class Faults:
    """Problems by sort (`what went wrong`), each sort capped at LISTED.

    `parts` are further files that continue the first one: (number of the line before its
    first, name), so that lines of all of them count on.
    """

    def __init__(self, file: str, parts: Sequence[tuple[int, str]] = ()) -> None:
        self.file = file
        self._parts = list(parts) or [(0, file)]
        self._kept: list[Problem] = []
        self._count: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def add(self, sort: str, line: int | None, what: str, hint: str = "") -> None:
        """One problem; `line` counts from 1, None for the file as a whole."""
        self._count[sort] = self._count.get(sort, 0) + 1
        if line is not None:
            self._last[sort] = line
        if self._count[sort] <= LISTED:
            self._kept.append(Problem(self.file if line is None else self.where(line), what, hint))

    def where(self, line: int) -> str:
        """`file:line`."""
        before, name = self._part(line)
        return f"{name}:{line - before}"

    def line(self, line: int) -> str:
        """In words: `line 5`, of several files `line 5 of b.csv`."""
        before, name = self._part(line)
        return f"line {line - before}" + (f" of {name}" if len(self._parts) > 1 else "")

    def full(self, sort: str) -> bool:
        """Whether further problems of this sort are only counted."""
        return self._count.get(sort, 0) >= LISTED

    def count(self, sort: str, more: int, last: int) -> None:
        """`more` problems of a sort that is full, the last one in line `last`."""
        self._count[sort] = self._count.get(sort, 0) + more
        self._last[sort] = last

    @property
    def problems(self) -> list[Problem]:
        """What was kept, then how many more of each sort there are."""
        more = [
            Problem(
                self.file,
                f"{sort}: {count - LISTED} more, the last in {self.line(self._last.get(sort, 1))}",
            )
            for sort, count in self._count.items()
            if count > LISTED
        ]
        return self._kept + more

    def __bool__(self) -> bool:
        return bool(self._count)

    def _part(self, line: int) -> tuple[int, str]:
        return self._parts[max(bisect_right([b for b, _ in self._parts], line - 1) - 1, 0)]
