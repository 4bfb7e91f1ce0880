"""Figures: balances, means, what the marks stand for."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.topology import SiteTopology
from rami.core.timegrid import TimeGrid
from services.report.charts.bills import money
from services.report.charts.exchange import exchange
from services.report.charts.execution import daily_energy, days
from services.report.charts.figure import DRAWN, block, drawn, packed
from services.report.charts.price_response import bin_means, price_response
from services.report.charts.temperature import set_point
from services.report.charts.thermal_power import layers, thermal_power
from services.report.charts.waterfall import UNEXPLAINED, steps
from services.report.palette import network_colours
from services.report.station import district_exchangers, stations
from services.study.outcome import RunOutcome
from tests.services.report.outcomes import study


@pytest.fixture
def run(reference: SiteTopology) -> RunOutcome:
    return study(reference, ("winter",), days=1).seasons["winter"].runs["marginal"]


def unpacked(numbers: dict[str, str]) -> np.ndarray:
    return np.frombuffer(b64decode(numbers["bdata"]), "<f4")


def test_stack_closes_the_circuits_balance(reference: SiteTopology, run: RunOutcome) -> None:
    (station,) = stations(reference)
    stack = list(layers(station, run.means, network_colours(reference)))
    assert all((layer.values >= 0).all() == layer.source for layer in stack)
    total = np.sum([layer.values for layer in stack], axis=0)
    scale = max(np.abs(layer.values).max() for layer in stack)
    assert np.abs(total).max() < 1e-9 * scale


def test_stack_draws_every_layer_and_both_totals(reference: SiteTopology, run: RunOutcome) -> None:
    (station,) = stations(reference)
    figure = thermal_power(station, run, network_colours(reference))
    groups = [t.get("stackgroup") for t in figure.traces]
    assert groups.count("sources") == 4 and groups.count("sinks") == 3
    up, down = (unpacked(t["y"]) for t in figure.traces[-2:])
    assert np.allclose(up, -down, atol=1e-2)
    assert up.max() > 0


def test_a_station_without_storage_or_heat_pump(small: SiteTopology) -> None:
    run = study(small, ("winter",), days=1).seasons["winter"].runs["marginal"]
    (station,) = stations(small)
    assert [layer.label for layer in layers(station, run.means, network_colours(small))] == [
        "waste_heat (from works.steam_condensate)",
        "feed (to town.grid)",
    ]
    assert price_response(station, run) is None


def test_exchange_signs(reference: SiteTopology, run: RunOutcome) -> None:
    (station,) = stations(reference)
    partners = district_exchangers(reference, station)
    assert {e.network for e in partners} == {"dhs.dhs"}
    figure = exchange(station, partners, run, network_colours(reference))
    into, out = (unpacked(t["y"]) for t in figure.traces[:2])
    assert into.min() >= 0 and out.max() <= 0 and out.min() < 0


def test_price_is_drawn_per_mwh(reference: SiteTopology, run: RunOutcome) -> None:
    (station,) = stations(reference)
    figure = exchange(
        station, district_exchangers(reference, station), run, network_colours(reference)
    )
    assert np.allclose(unpacked(figure.traces[-1]["y"]), 1000 * run.data["price_da"], rtol=1e-6)
    assert "SYNTHETIC" in figure.caption


def test_a_site_without_a_price_series_has_no_price_row(
    reference: SiteTopology, run: RunOutcome
) -> None:
    (station,) = stations(reference)
    bare = replace(run, data=run.data.select(["temp_air"]))
    figure = exchange(
        station, district_exchangers(reference, station), bare, network_colours(reference)
    )
    assert "yaxis3" not in figure.layout
    assert price_response(station, bare) is None


def test_set_points(reference: SiteTopology, run: RunOutcome) -> None:
    assert set(set_point(reference, run, "dhs.dhs")) == {100.0}
    assert set(set_point(reference, run, "hts.circuit")) == {95.0}


def test_money_marks_the_sum(small: SiteTopology) -> None:
    figure = money(study(small, ("winter",), days=1).seasons["winter"])
    assert figure is not None
    mark = next(t for t in figure.traces if t["name"] == "sum")
    assert mark["y"] == pytest.approx([-275.0, -274.5, -266.0])


def test_days_are_named_by_their_middle() -> None:
    grid = TimeGrid.of("2019-01-14T00:00+01:00", 900, 192)
    assert [name for name, _ in days(grid)] == ["2019-01-14", "2019-01-15"]
    assert daily_energy(grid, np.full(192, 500.0)) == pytest.approx([12.0, 12.0])


@given(st.integers(1, 40000))
def test_long_series_are_drawn_as_means(count: int) -> None:
    grid = TimeGrid.of("2019-01-01T00:00Z", 900, count)
    values = np.arange(count, dtype=float)
    shown = drawn(grid, values)
    assert len(shown) <= DRAWN
    lengths = np.diff([*range(0, count, block(grid)), count])
    assert np.dot(shown, lengths) == pytest.approx(values.sum())


@given(st.lists(st.floats(-1e4, 1e4, width=32), max_size=50))
def test_packing_keeps_the_numbers(values: list[float]) -> None:
    assert unpacked(packed(values)).tolist() == values


@given(st.lists(st.tuples(st.floats(-100, 200), st.floats(0, 1e3)), min_size=12, max_size=60))
def test_price_bins_keep_order_and_mean(pairs: list[tuple[float, float]]) -> None:
    at, power = (np.array(column) for column in zip(*pairs, strict=True))
    x, y = bin_means(at, power)
    assert len(x) == 12
    assert (np.diff(x) >= -1e-9).all()
    assert y.min() >= power.min() - 1e-9 and y.max() <= power.max() + 1e-9


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_waterfall_ends_at_the_realised_benefit(plan: float, cause: float, real: float) -> None:
    causes = steps(plan, {"cost basis": cause}, real)
    assert plan + sum(causes.values()) == pytest.approx(real, abs=0.011)
    assert (UNEXPLAINED in causes) == (abs(real - plan - cause) > 0.01)
