from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rami.core.errors import DataError, Problem
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Family, Reason, good, is_bad, is_good, quality
from rami.core.timegrid import NS, TimeGrid
from rami.information.overlay import overlay
from rami.information.source import (
    FORESIGHT,
    DataSource,
    Issued,
    Receiving,
    check_offered,
    foresight,
    known_frame,
)
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


class Daily(Constant):
    """Published at noon UTC for the next UTC day; nothing further ahead."""

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        frame = self.read(names, grid)
        day = 24 * 3600 * NS
        issued = np.repeat((grid.times() // day * day - day // 2)[:, None], len(names), 1)
        known = issued <= at_ns
        grade = good(frame.values.shape)
        grade[~known] = quality(Family.BAD, Reason.MISSING)
        return replace(
            frame,
            values=np.where(known, frame.values, np.nan),
            quality=grade,
            issued_ns=np.where(known, issued, NO_ISSUE),
        )


EVENING = GRID.start_ns - 6 * 3600 * NS
AGES = [6 * 3600.0] * 24


def test_without_issue_times_the_future_is_known_and_it_is_said() -> None:
    frame = known_frame(Constant(load=1.0), ["load"], GRID, EVENING)
    assert not isinstance(Constant(), Issued)
    assert frame["load"].tolist() == [1.0] * 48
    assert foresight(frame) == ("load",)
    assert frame.sources["load"].endswith(FORESIGHT)
    assert np.isnan(frame.ages_s(EVENING)).all()


def test_what_was_known_at_an_instant() -> None:
    assert isinstance(Daily(), Issued)
    frame = known_frame(Daily(price=3.0), ["price"], GRID, EVENING)
    assert foresight(frame) == ()
    assert frame["price"][:24].tolist() == [3.0] * 24
    assert np.isnan(frame["price"][24:]).all()
    assert is_bad(frame.quality[24:]).all()
    assert frame.ages_s(EVENING)[:24, 0].tolist() == AGES
    assert frame.sources["price"] == "constant price"
    assert frame.part(23, 2).issues()[:, 0].tolist()[1] == NO_ISSUE


def test_overlay_and_wet_bulb_pass_issue_times_on() -> None:
    source = with_wet_bulb(overlay(Constant(load=1.0), Daily(temp_air=20.0), ["temp_air"]))
    assert isinstance(source, Issued)
    frame = source.read_issued(["load", "temp_wet"], GRID, EVENING)
    assert foresight(frame) == ("load",)
    assert frame.ages_s(EVENING)[:24, 1].tolist() == AGES
    assert np.isfinite(frame["temp_wet"][:24]).all()
    assert np.isnan(frame["temp_wet"][24:]).all()
    again = known_frame(source, ["load"], GRID, EVENING)
    assert again.sources["load"] == f"constant load{FORESIGHT}"  # said once


def test_receiving_is_a_capability() -> None:
    class Ems(Constant):
        def publish(self, frame: Frame) -> None: ...

    assert isinstance(Ems(), Receiving)
    assert not isinstance(Constant(), Receiving)


def test_issue_times_have_the_shape_of_the_values() -> None:
    with pytest.raises(ValueError, match="issue times of shape"):
        Frame(GRID, ("a",), ("kW",), np.zeros((48, 1)), issued_ns=np.zeros((47, 1), np.int64))


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
