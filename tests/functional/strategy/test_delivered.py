"""Key figures of an energy management system and limits of a district heating operator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rami.business.pricing import site_prices
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, good, quality
from rami.functional.strategy.parameters import parameters
from rami.functional.strategy.plan_data import PlanData
from rami.functional.strategy.plant_state import PlantState
from tests.functional.strategy.planning import Planning

KEYS = [f"{f}.iess.{n}" for n in ("hnht", "hnlt") for f in ("cost", "emission")]


def _with(planning: Planning, bad: bool = True, **columns: object) -> Planning:
    """The same with more series; what is NaN is marked bad where `bad`."""
    grid = planning.data.grid
    table = np.column_stack([np.resize(np.asarray(v, float), grid.count) for v in columns.values()])
    grade = good(table.shape)
    if bad:
        grade[np.isnan(table)] = quality(Family.BAD, Reason.MISSING)
    names = tuple(n.replace("__", ".") for n in columns)
    more = Frame(grid, names, ("1",) * len(names), table, grade)
    found = planning.with_settings()
    found.data = planning.data.joined([more])
    return found


def _ems(planning: Planning, value: object, bad: bool = True) -> Planning:
    """All four key figures with the same values, planned by them."""
    found = _with(planning, bad, **dict.fromkeys(KEYS, value))
    return found.with_settings(cost_basis="ems")


def _parameters(planning: Planning, count: int = 96) -> dict[str, object]:
    compiled = planning.controller.compiled(count)
    data, prices = planning.data.part(0, count), planning.prices.part(0, count)
    state = PlantState.nominal(planning.site)
    site, settings = planning.controller.site, planning.settings
    return dict(
        parameters(PlanData(site, compiled.layout, settings, data.grid, data, prices, state))
    )


def test_nothing_delivered_is_the_plan_by_own_calculation(average: Planning) -> None:
    ems = _ems(average, np.nan)
    plan, own = ems.plan(), average.plan()
    assert np.array_equal(plan.values, own.values)
    assert plan.objective == own.objective
    assert [n for n in plan.notes if n not in own.notes] == [
        f"{key}: own calculation (eq. 1-3) in 96 of 96 steps" for key in KEYS
    ]


def test_own_calculation_stands_in_step_by_step(average: Planning) -> None:
    delivered = np.where(np.arange(192) % 3 == 0, np.nan, 0.077)
    own, ems = _parameters(average), _parameters(_ems(average, delivered))
    for name in (
        "network.iess.hnht.draw_price",
        "network.iess.hnlt.feed_price",
        "network.iess.hnht.emission",
    ):
        wanted = np.where(np.isnan(delivered[:96]), own[name], 0.077)
        assert np.array_equal(ems[name], wanted), name
    changed = {k for k in own if not np.array_equal(own[k], ems[k])}
    assert changed <= {f"network.iess.{n}.{p}" for n in ("hnht", "hnlt") for p in
                       ("draw_price", "feed_price", "emission")}  # fmt: skip


def test_all_delivered_asks_for_no_own_calculation(
    average: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rami.functional.strategy.baseline import Baseline

    def refused(self: Baseline, network: str) -> np.ndarray:
        raise AssertionError(network)

    monkeypatch.setattr(Baseline, "cost", refused)
    assert not _ems(average, 0.05).plan().notes


def test_a_number_that_is_missing_without_saying_so_is_refused(average: Planning) -> None:
    with pytest.raises(DataError, match=r"cost.iess.hnht\[0\]: wanted a finite number"):
        _ems(average, np.nan, bad=False).plan()


@pytest.mark.parametrize("basis", ["average", "marginal"])
def test_what_the_network_takes_and_gives_is_never_exceeded(
    marginal: Planning, average: Planning, basis: str
) -> None:
    planning = {"average": average, "marginal": marginal}[basis]
    free = planning.plan()
    take = np.where(np.arange(192) % 2, 120.0, 0.0)
    give = np.where(np.arange(192) % 5, 250.0, np.nan)
    limits = {"max_take__dhs__dhs": take, "max_give__dhs__dhs": give}
    limited = _with(planning, **limits)
    # prices at which trading pays both ways, so that the limits are met
    heat = planning.prices.heat["iess", "dhs"]
    wanted = replace(heat, feed_in=heat.feed_in + 0.2, draw=heat.draw - 0.2)
    for prices, path, most in (
        (replace(heat, feed_in=wanted.feed_in), "hts.hex_dhs_out.P", take),
        (replace(heat, draw=wanted.draw), "hts.hex_dhs_in.P", give),
    ):
        limited.prices = replace(planning.prices, heat={("iess", "dhs"): prices})
        power = limited.plan().column(path)
        known = np.isfinite(most[:96])
        assert (power[known] <= most[:96][known] + 1e-6).all(), path
        assert power[known].max() == pytest.approx(most[:96][known].max()), path
        if not known.all():
            assert power[~known].max() > 250.0
    assert free.column("hts.hex_dhs_out.P").max() > 120.0


def test_limits_that_are_not_known_change_nothing(average: Planning) -> None:
    limits = {"max_take__dhs__dhs": np.nan, "max_give__dhs__dhs": np.nan}
    assert np.array_equal(_with(average, **limits).plan().values, average.plan().values)
    wide = {"max_take__dhs__dhs": 1e6, "max_give__dhs__dhs": 1e6}
    assert np.array_equal(_with(average, **wide).plan().values, average.plan().values)


def test_delivered_heat_prices_count_where_they_are_known(average: Planning) -> None:
    own = average.prices.heat["iess", "dhs"]
    draw = np.where(np.arange(192) % 2, np.nan, 0.041)
    found = _with(average, heat_draw__dhs__dhs=draw, heat_feed_in__dhs__dhs=-0.002)
    heat = site_prices(average.business, average.site, found.data).heat["iess", "dhs"]
    assert np.array_equal(heat.draw, np.where(np.isnan(draw), own.draw, draw))
    assert (heat.feed_in == -0.002).all()  # as it is said, also below zero
    only = _with(average, heat_draw__dhs__dhs=0.041)
    heat = site_prices(average.business, average.site, only.data).heat["iess", "dhs"]
    assert np.array_equal(heat.feed_in, own.feed_in) and (heat.draw == 0.041).all()
