"""A further source over own data: any pattern of ages and gaps, against a slow reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.errors import DataError, Problem, UnreachableError
from rami.core.frame import NO_ISSUE
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.timegrid import NS, TimeGrid
from rami.information.external import Laid, origin
from rami.information.external.own import with_own_calculation
from rami.information.source import DataSource, Issued
from tests.information.external.sources import Issuing, Made, settings

COUNT, STEP_S, VALID_S = 8, 900, 3600
GRID = TimeGrid.of("2019-01-14T00:00Z", STEP_S, COUNT)
STALE, MISSING = int(Reason.STALE), int(Reason.MISSING)
DOUBT = quality(Family.UNCERTAIN)

_cell = st.tuples(
    st.one_of(st.just(float("nan")), st.integers(-2, 7).map(float)),
    st.one_of(st.none(), st.integers(-2000, 3 * VALID_S)),
    st.sampled_from([0, DOUBT, quality(Family.BAD)]),
)


def _slow(
    cells: list[tuple[float, int | None, int]], fallback: str, own: float | None, at_s: int | None
) -> list[tuple[float, str]]:
    """Value and origin of each interval, one after the other. Ages are of the interval's start."""
    found: list[tuple[float, str]] = []
    last: tuple[float, bool] | None = None
    for i, (value, age, grade) in enumerate(cells):
        usable = -0.5 <= value <= 4.0 and grade != quality(Family.BAD)  # EUR/kWh
        older = 0 if at_s is None else at_s - i * STEP_S
        stale = age is not None and age + older > VALID_S
        if usable:
            last = (value, stale)
        if usable and not stale:
            found.append((value, "external"))
        elif fallback == "hold" and last is not None:
            found.append((last[0], "held"))
        else:
            found.append((float("nan") if own is None else own, "own"))
    return found


@given(
    st.lists(_cell, min_size=COUNT, max_size=COUNT),
    st.sampled_from(["own", "hold"]),
    st.sampled_from([None, 7.5]),
    st.one_of(st.none(), st.integers(-3600, 7200)),
)
def test_equals_the_slow_reading(
    cells: list[tuple[float, int | None, int]], fallback: str, own: float | None, at_s: int | None
) -> None:
    name = "cost.iess.hnht"
    starts = GRID.times()
    issued = np.array(
        [
            NO_ISSUE if c[1] is None else int(s) - c[1] * NS
            for c, s in zip(cells, starts, strict=True)
        ]
    )
    further = Issuing(
        GRID,
        {name: np.array([c[0] for c in cells])},
        {name: issued},
        {name: np.array([c[2] for c in cells], np.uint32)},
        "EUR/kWh",
    )
    base = Made(GRID, {} if own is None else {name: own}, unit="EUR/kWh", said="own file")
    laid = Laid(base, "ems", further, settings(name, validity="1 h", fallback=fallback))
    at_ns = None if at_s is None else GRID.start_ns + at_s * NS
    frame = laid.read([name], GRID) if at_ns is None else laid.read_issued([name], GRID, at_ns)
    slow = _slow(cells, fallback, own, at_s)
    assert np.array_equal(frame[name], [s[0] for s in slow], equal_nan=True)
    found = origin(frame, name)
    for kind in ("external", "held", "own"):
        share = sum(s[1] == kind for s in slow) / COUNT
        assert getattr(found, kind) == pytest.approx(share), kind
    grade = frame.quality[:, 0]
    for i, (value, kind) in enumerate(slow):
        replaced = bool(grade[i] & (STALE | MISSING))
        assert replaced == (kind != "external")
        assert bool(is_bad(grade[i : i + 1])[0]) == bool(np.isnan(value))
        if kind != "external":
            assert not is_good(grade[i : i + 1])[0]
    assert ("own" in frame.sources[name]) == any(k == "own" for _, k in slow)


def _laid(values: Any, issued_h: Any, base: Made, **more: Any) -> Laid:
    issued = np.array([GRID.start_ns + round(h * 3600 * NS) for h in issued_h], np.int64)
    further = Made(GRID, {"a": np.asarray(values, float)}, {"a": issued}, said="http x")
    return Laid(base, "ems", further, settings("a", **more))


def test_it_says_share_reason_and_span() -> None:
    base = Made(GRID, {"a": 1.0, "b": 2.0}, said="own.csv")
    values = [5, 5, np.nan, 5, 5, 5, 5, 5]
    laid = _laid(values, [0, 0, 0, 0, 0, 0, 0, 0], base, validity="75 min")
    frame = laid.read(["b", "a"], GRID)
    assert frame["a"].tolist() == [5, 5, 1, 5, 5, 5, 1, 1]
    assert frame["b"].tolist() == [2.0] * 8
    assert frame.sources["a"] == (
        "ems (http x), 62 % of intervals; own data (own.csv) 38 %: missing or bad from "
        "2019-01-14T00:30:00Z to 2019-01-14T00:45:00Z; older than 75 min from "
        "2019-01-14T01:30:00Z to 2019-01-14T02:00:00Z"
    )
    assert origin(frame, "a").oldest_s == 75 * 60


def test_own_data_are_not_asked_while_the_source_is_well() -> None:
    broken = Made(GRID, {"a": 1.0}, error=DataError([Problem("f", "gap")]))
    frame = _laid([5.0] * 8, [0] * 8, broken).read(["a"], GRID)
    assert frame.sources["a"] == "ems (http x), 100 % of intervals"
    assert is_good(frame.quality).all()


def test_fail_names_every_series_and_when() -> None:
    laid = _laid([5.0] * 8, [0] * 8, Made(GRID, {"a": 1.0}), validity="30 min", fallback="fail")
    with pytest.raises(DataError, match=r"a: older than 30 min from 2019-01-14T00:45:00Z to"):
        laid.read(["a"], GRID)


@pytest.mark.parametrize("error", [UnreachableError("gone"), DataError([Problem("u", "unit")])])
def test_a_source_that_does_not_answer(error: UnreachableError | DataError) -> None:
    base = Made(GRID, {"a": 1.0}, said="own.csv")
    gone = Made(GRID, {"a": 2.0}, error=error)
    frame = Laid(base, "ems", gone, settings("a")).read(["a"], GRID)
    assert (frame["a"] == 1.0).all()
    assert frame.sources["a"].endswith(f"own data (own.csv) 100 %: {error}")
    with pytest.raises(type(error)):
        Laid(base, "ems", gone, settings("a", fallback="fail")).read(["a"], GRID)


def test_a_series_it_lacks_does_not_take_the_others_along() -> None:
    base = Made(GRID, {"a": 1.0, "b": 1.0})
    laid = Laid(base, "ems", Made(GRID, {"a": 2.0}), settings("a", "b"))
    frame = laid.read(["a", "b"], GRID)
    assert (frame["a"] == 2.0).all() and (frame["b"] == 1.0).all()
    assert "no series 'b'" in frame.sources["b"]


def test_needed_data_without_own_ones_are_an_error_and_figures_are_not() -> None:
    nothing = Made(GRID, {})
    gone = Made(GRID, {}, error=UnreachableError("gone"))
    with pytest.raises(DataError, match="no series 'price_da'"):
        Laid(nothing, "ems", gone, settings("price_da")).read(["price_da"], GRID)
    laid = Laid(nothing, "ems", gone, settings("max_take.dhs.dhs"))
    frame = laid.read(["max_take.dhs.dhs"], GRID)
    assert frame.units == ("kW",) and np.isnan(frame.values).all() and is_bad(frame.quality).all()
    assert "own calculation 100 %: gone" in frame.sources["max_take.dhs.dhs"]


def test_a_negative_limit_is_no_limit() -> None:
    limits = np.array([100.0, -1.0] * 4)
    further = Made(GRID, {"max_give.dhs.dhs": limits})
    laid = Laid(Made(GRID, {}), "dhs", further, settings("max_give.dhs.dhs"))
    found = laid.read(["max_give.dhs.dhs"], GRID)["max_give.dhs.dhs"]
    assert np.isnan(found).tolist() == [False, True] * 4


def test_sources_lie_over_each_other() -> None:
    base = Made(GRID, {"a": 1.0, "b": 1.0})
    first = Laid(base, "one", Made(GRID, {"a": 2.0}), settings("a"))
    both = Laid(first, "two", Made(GRID, {"b": 3.0}), settings("b"))
    assert isinstance(both, DataSource) and isinstance(both, Issued)
    assert both.read(["b", "a"], GRID).values[0].tolist() == [3.0, 2.0]
    assert set(both.describe()) == {"a", "b"}


def test_figures_that_nobody_gives_are_left_to_own_calculation() -> None:
    source = with_own_calculation(Made(GRID, {"a": 1.0, "cost.iess.hnht": 0.03}))
    frame = source.read(["cost.iess.hnht", "a", "emission.iess.hnht"], GRID)
    assert frame.names == ("cost.iess.hnht", "a", "emission.iess.hnht")
    assert frame["cost.iess.hnht"][0] == 0.03
    assert np.isnan(frame["emission.iess.hnht"]).all()
    assert frame.units[2] == "kg/kWh" and is_bad(frame.quality[:, 2]).all()
    with pytest.raises(DataError):
        source.read(["P_unknown"], GRID)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("cost.iess.hnht", [1e9, -1e9, 4.1, -0.6]),
        ("heat_draw.dhs.dhs", [1e9, -3.0]),
        ("price_da", [1e9, 45.0]),  # 45 EUR/kWh: megawatt-hours taken for kilowatt-hours
        ("emission.iess.hnht", [1e9, -0.1, 400.0]),
        ("max_give.dhs.dhs", [-1.0]),
        ("temp_air", [90.0, -273.15]),
    ],
)
@pytest.mark.parametrize("fallback", ["own", "hold", "fail"])
def test_values_that_cannot_be_are_none(name: str, wrong: list[float], fallback: str) -> None:
    values = np.full(COUNT, 0.5)
    values[1 : 1 + len(wrong)] = wrong
    further = Issuing(GRID, {name: values}, {name: GRID.times()})
    own = with_own_calculation(Made(GRID, {} if "." in name else {name: 0.25}))
    laid = Laid(own, "ems", further, settings(name, fallback=fallback))
    if fallback == "fail":
        with pytest.raises(DataError, match=f"{name}: out of range"):
            laid.read([name], GRID)
        return
    frame = laid.read([name], GRID)
    found = frame[name][1 : 1 + len(wrong)]
    stand_in = 0.5 if fallback == "hold" else float("nan") if "." in name else 0.25
    np.testing.assert_array_equal(found, stand_in)
    assert "out of range" in frame.sources[name]
    np.testing.assert_array_equal(frame[name][1 + len(wrong) :], 0.5)
