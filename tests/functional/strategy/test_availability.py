"""Planning without a lost twin or component: always a plan, and what is lost rests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import SiteTopology
from rami.business.pricing import site_prices
from rami.business.tariffs import Business
from rami.core.errors import DataError
from rami.functional.schedule import Schedule
from rami.functional.strategy import PlantState, StrategyController, StrategySettings
from tests.functional.strategy.physics import violations
from tests.functional.strategy.planning import Planning
from tests.functional.strategy.test_topologies import (
    DATA,
    STEPS,
    borderless,
    site_of,
    stations,
    supply_residuals,
)


def at_rest(site: SiteTopology, lost: set[str]) -> list[str]:
    """Columns that must be zero."""
    columns = []
    for twin, name, hex_ in site.of(HeatExchanger):
        sides = {site.resolve(twin, s).partition(".")[0] for s in (hex_.primary, hex_.secondary)}
        if lost & {twin, f"{twin}.{name}", *sides}:
            columns.append(f"{twin}.{name}.P")
    for twin, name, pump in site.of(HeatPump):
        cold = site.resolve(twin, pump.evaporator).partition(".")[0]
        if lost & {twin, f"{twin}.{name}", cold}:
            columns += [f"{twin}.{name}.P_el", f"{twin}.{name}.P_th"]
    return columns


@st.composite
def losses(draw: st.DrawFn, site: SiteTopology) -> set[str]:
    stations_own = [f"hts.{n}" for n in site.twins["hts"].components]
    supply = ["iess.boiler_hnht", "iess.boiler_hnlt", "iess.chp", "iess.cooling_tower"]
    names = ["hts", "iess", "dhs", *stations_own, *supply]
    return draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))


@pytest.mark.parametrize("basis", ["marginal", "average"])
@given(station=stations(), data=st.data())
@settings(max_examples=15)
def test_there_is_always_a_plan(
    reference: dict[str, Any], basis: str, station: Any, data: st.DataObject
) -> None:
    site = site_of(reference, station)
    business = Business.model_validate(reference["business"])
    prices = site_prices(business, site, DATA) if site.couplings else borderless(business, site)
    controller = StrategyController(site, StrategySettings(cost_basis=basis), business.owners)
    lost = data.draw(losses(site))
    hours = data.draw(st.sampled_from([float("inf"), 0.5, 1.0]))
    share = data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    content = {f"{t}.{n}": share * s.content_max for t, n, s in site.of(HeatStorage)}
    state = PlantState(content, unavailable=frozenset(lost), unavailable_h=hours)
    before = controller.plan(DATA.grid, DATA, prices, replace(state, unavailable=frozenset()))
    plan = controller.plan(DATA.grid, DATA, prices, state, before)
    assert plan.rung == "milp"
    assert np.isfinite(controller.idle_cost(DATA.grid, DATA, prices, state)["objective"])
    steps = STEPS if hours == float("inf") else round(hours * 4)
    for column in at_rest(site, lost):
        assert not plan.column(column)[:steps].any(), column
    for twin, name, _ in site.of(HeatStorage):
        path = f"{twin}.{name}"
        if lost & {twin, path}:
            assert np.abs(plan.column(f"{path}.P")[:steps]).max() < 1e-6
            if steps == STEPS:
                assert plan.column(f"{path}.Q") == pytest.approx(content[path], abs=1e-3)
    for name in lost:
        span = "whole plan" if steps == STEPS else f"{hours:g} h"
        assert any(n.startswith(f"{name}: not available") and span in n for n in plan.notes)
    whole = {f"{t}.{n}" for t, n, _ in site.of(HeatStorage) if lost & {t, f"{t}.{n}"}}
    wrong = [w for w in violations(site, plan, content) if not any(p in w for p in whole)]
    assert [w for w in wrong if "eq. 4" in w or "share" in w or "colder" in w] == []
    if basis == "marginal" and not any("demand" in n for n in plan.notes):
        for network, residual in supply_residuals(site, plan, DATA).items():
            assert np.abs(residual).max() < 1e-3, network
    if not lost & {"iess.boiler_hnht", "iess.boiler_hnlt", "iess.chp", "iess.cooling_tower"}:
        assert not [n for n in plan.notes if "demand" in n]


@pytest.mark.parametrize("rung", ["rounded", "shifted", "rules"])
def test_every_rung_knows_it(marginal: Planning, rung: str) -> None:
    before = marginal.plan(count=24)
    state = replace(PlantState.nominal(marginal.site), unavailable=frozenset({"dhs", "hts.hp"}))
    plan: Schedule = marginal.with_settings(rungs=(rung,)).plan(
        count=24, state=state, previous=before
    )
    assert plan.rung == rung
    for column in ("hts.hex_dhs_in.P", "hts.hex_dhs_out.P", "hts.hp.P_el"):
        assert not plan.column(column).any()
    assert any(n.startswith("dhs: not available") for n in plan.notes)


def test_the_rest_is_planned_on(marginal: Planning) -> None:
    """Without the district the factory's own exchange still pays; afterwards all is as before."""
    state = PlantState.nominal(marginal.site)
    whole = marginal.plan(count=24, state=state)
    lost = marginal.plan(count=24, state=replace(state, unavailable=frozenset({"dhs"})))
    assert lost.column("hts.hex_hnlt.P").any()
    assert lost.objective > whole.objective
    assert marginal.plan(count=24, state=state).to_bytes() == whole.to_bytes()


def test_a_pump_takes_its_exchanger_along(marginal: Planning) -> None:
    state = PlantState.nominal(marginal.site)
    gone = replace(state, unavailable=frozenset({"hts.hex_hnht_valve"}))
    assert not marginal.plan(count=24, state=gone).column("hts.hex_hnht.P").any()


def test_unknown_names_are_refused(marginal: Planning) -> None:
    state = replace(PlantState.nominal(marginal.site), unavailable=frozenset({"hst", "hts.hpp"}))
    with pytest.raises(DataError, match=r"(?s)did you mean 'hts'.*did you mean 'hts\.hp'"):
        marginal.plan(count=24, state=state)
