"""A source in which some series come from another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.source import DataSource, known_frame


class Overlay:
    """`names` come from `other`, everything else from `source`."""

    def __init__(self, source: DataSource, other: DataSource, names: Sequence[str]) -> None:
        self._source, self._other, self._names = source, other, tuple(names)

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; problems of both sources are raised together."""
        return self._joined(names, lambda source, wanted: source.read(wanted, grid))

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued; a part without issue times is given as it is, and says so."""
        return self._joined(names, lambda source, wanted: known_frame(source, wanted, grid, at_ns))

    def _joined(
        self, names: Sequence[str], read: Callable[[DataSource, Sequence[str]], Frame]
    ) -> Frame:
        split = (
            (self._source, [n for n in names if n not in self._names]),
            (self._other, [n for n in names if n in self._names]),
        )
        frames: list[Frame] = []
        problems: list[Problem] = []
        for source, wanted in split:
            if not wanted:
                continue
            try:
                frames.append(read(source, wanted))
            except DataError as error:
                problems += error.problems
        if problems:
            raise DataError(problems)
        return frames[0].joined(frames[1:]).select(names)

    def describe(self) -> Mapping[str, str]:
        """All series of the one, the named ones of the other."""
        other = self._other.describe()
        return {**self._source.describe(), **{n: other[n] for n in self._names if n in other}}


def overlay(source: DataSource, other: DataSource, names: Sequence[str]) -> DataSource:
    """`source`, with the series `names` taken from `other`."""
    return Overlay(source, other, names)
