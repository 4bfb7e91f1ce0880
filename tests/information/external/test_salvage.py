"""A source that refuses a span for one gap in it still gives the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.external import Laid, origin
from rami.information.external.salvage import salvaged
from tests.information.external.sources import settings

GRID = TimeGrid(0, 10, 64)


class Strict:
    """Gives each interval its number, and refuses spans with a gap."""

    def __init__(self, *gaps: int, level: float = 0.0) -> None:
        self.gaps, self.level, self.asked = gaps, level, 0

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource."""
        self.asked += 1
        places = grid.times() // 10
        if set(places.tolist()) & set(self.gaps):
            raise DataError([Problem("file.csv", "gap")])
        column = self.level + places.astype(float)
        return Frame.of(grid, dict.fromkeys(names, ("kW", column)), "file.csv")

    def describe(self) -> Mapping[str, str]:
        """One name."""
        return {"a": "file.csv"}


@given(st.sets(st.integers(0, 63), min_size=1, max_size=64), st.integers(0, 200))
def test_pieces_are_whole_and_bounded(gaps: set[int], most: int) -> None:
    source = Strict(*gaps)
    found = salvaged(lambda grid: source.read(["a"], grid), GRID, most)
    assert source.asked <= most
    places = [int(v) for _, frame in found for v in frame["a"]]
    assert len(places) == len(set(places)) and not set(places) & gaps
    assert all(frame["a"][0] == first for first, frame in found)
    if most == 200:
        assert set(places) == set(range(64)) - gaps


def test_a_gap_costs_its_intervals_only() -> None:
    laid = Laid(Strict(level=1000.0), "files", Strict(20, 21), settings("a"))
    frame = laid.read(["a"], GRID)
    wanted = np.arange(64.0)
    wanted[20:22] += 1000
    assert np.array_equal(frame["a"], wanted)
    assert origin(frame, "a").own == pytest.approx(2 / 64)
    assert "missing or bad from 1970-01-01T00:00:00Z" in frame.sources["a"]


def test_without_fallback_the_sources_own_words_are_told() -> None:
    laid = Laid(Strict(), "files", Strict(20), settings("a", fallback="fail"))
    with pytest.raises(DataError, match=r"file\.csv: gap"):
        laid.read(["a"], GRID)
