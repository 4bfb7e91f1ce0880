"""Collecting what is wrong with a file, without flooding the reader."""

from __future__ import annotations

from rami.core.errors import Problem

#: problems of one sort that are listed singly; the rest is counted
LISTED = 10


class Faults:
    """Problems by sort (`what went wrong`), each sort capped at LISTED."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._kept: list[Problem] = []
        self._count: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def add(self, sort: str, line: int | None, what: str, hint: str = "") -> None:
        """One problem; `line` counts from 1, None for the file as a whole."""
        self._count[sort] = self._count.get(sort, 0) + 1
        if line is not None:
            self._last[sort] = line
        if self._count[sort] <= LISTED:
            where = self.file if line is None else f"{self.file}:{line}"
            self._kept.append(Problem(where, what, hint))

    @property
    def problems(self) -> list[Problem]:
        """What was kept, then how many more of each sort there are."""
        more = [
            Problem(
                self.file,
                f"{sort}: {count - LISTED} more, the last in line {self._last.get(sort, 0)}",
            )
            for sort, count in self._count.items()
            if count > LISTED
        ]
        return self._kept + more

    def __bool__(self) -> bool:
        return bool(self._count)
