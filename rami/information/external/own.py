"""Figures about networks that no source gives: own calculation stands in where they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rami.core import units
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid
from rami.information.series import figure_of
from rami.information.source import DataSource, known_frame

SAID = "own calculation: no source gives it"


class WithOwnCalculation:
    """A source that also answers for figures (`rami.information.series.Figure`) it lacks.

    Such a column is NaN, Bad and MISSING.
    """

    def __init__(self, source: DataSource) -> None:
        self._source = source

    def describe(self) -> Mapping[str, str]:
        """The source's own series."""
        return self._source.describe()

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource."""
        return self._read(names, grid, lambda wanted: self._source.read(wanted, grid))

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued."""
        return self._read(
            names, grid, lambda wanted: known_frame(self._source, wanted, grid, at_ns)
        )

    def _read(
        self, names: Sequence[str], grid: TimeGrid, read: Callable[[Sequence[str]], Frame]
    ) -> Frame:
        figures = [n for n in names if figure_of(n)]
        offered = self.describe() if figures else {}
        lacking = [n for n in figures if n not in offered]
        frame = read([n for n in names if n not in lacking])
        if not lacking:
            return frame
        shape = (grid.count, len(lacking))
        nothing = Frame(
            grid,
            tuple(lacking),
            tuple(units.unit_of(f[0].quantity) for n in lacking if (f := figure_of(n))),
            np.full(shape, np.nan),
            np.full(shape, quality(Family.BAD, Reason.MISSING), np.uint32),
            dict.fromkeys(lacking, SAID),
        )
        return frame.joined([nothing]).select(names)


def with_own_calculation(source: DataSource) -> DataSource:
    """`source`, answering for figures that it lacks as well."""
    return WithOwnCalculation(source)
