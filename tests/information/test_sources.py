from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import Reason, is_good
from rami.core.timegrid import TimeGrid
from rami.information.overlay import overlay
from rami.information.source import DataSource, check_offered
from rami.information.wet_bulb import with_wet_bulb

GRID = TimeGrid.of("2019-07-01T00:00Z", 3600, 48)


class Constant:
    """A source of constant series."""

    def __init__(self, **levels: float) -> None:
        self.levels = levels

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        check_offered("constant", names, list(self.levels))
        columns = {n: ("kW", np.full(grid.count, self.levels[n])) for n in names}
        return Frame.of(grid, columns, f"constant {min(self.levels)}")

    def describe(self) -> Mapping[str, str]:
        return dict.fromkeys(self.levels, "constant")


def test_overlay_takes_names_from_the_other() -> None:
    source = overlay(Constant(a=1.0, b=2.0), Constant(b=5.0), ["b"])
    assert isinstance(source, DataSource)
    frame = source.read(["b", "a"], GRID)
    assert frame.names == ("b", "a")
    assert frame.values[0].tolist() == [5.0, 1.0]
    assert frame.sources == {"a": "constant a", "b": "constant b"}
    assert overlay(Constant(a=1.0), Constant(b=5.0), ["b"]).read(["b"], GRID)["b"][0] == 5.0


def test_overlay_reports_both_sources_at_once() -> None:
    source = overlay(Constant(load=1.0), Constant(other=5.0), ["price"])
    with pytest.raises(DataError) as caught:
        source.read(["lood", "price"], GRID)
    assert [p.hint for p in caught.value.problems] == ["did you mean 'load'?", "allowed: other"]


def test_wet_bulb_is_derived_and_says_so() -> None:
    source = with_wet_bulb(Constant(temp_air=20.0))
    frame = source.read(["temp_wet"], GRID)
    assert frame.names == ("temp_wet",)
    assert frame.values[:, 0] == pytest.approx(20.0, abs=0.4)  # no night cooling: saturated
    assert not is_good(frame.quality).any()
    assert frame.quality[0, 0] & int(Reason.ESTIMATED)
    assert "Stull" in source.describe()["temp_wet"]


def test_a_measured_wet_bulb_is_preferred() -> None:
    frame = with_wet_bulb(Constant(temp_air=20.0, temp_wet=3.0)).read(["temp_wet"], GRID)
    assert frame["temp_wet"][0] == 3.0


def test_problem_text() -> None:
    with pytest.raises(DataError, match="no series 'x'; hint: allowed: a"):
        Constant(a=1.0).read(["x"], GRID)
    assert str(Problem("f:1", "what", "do")) == "f:1: what; hint: do"
