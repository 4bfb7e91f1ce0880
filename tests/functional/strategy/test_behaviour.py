"""What the plan must respect beyond its balances, in cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.core.timegrid import instant
from rami.functional.strategy import PlantState
from rami.functional.strategy.parameters import rest_of_year
from tests.functional.strategy.planning import Planning

NO_SOURCE = {
    "hts.hex_hnht.p_max": 0.0,
    "hts.hex_dhs_in.p_max": 0.0,
    "hts.ih.p_el_max": 0.0,
    "hts.hs.q_end": 0.0,
    "network.dhs.dhs.feed_price": 1.0,
}


def test_lukewarm_content_cannot_feed_the_hotter_network(average: Planning) -> None:
    """A full storage at 95 degC serves HNLT, not the DHS; its hot part serves the DHS."""
    full = PlantState({"hts.hs": 8000.0})
    plan = average.plan(0, 8, full, None, NO_SOURCE)
    assert plan.column("hts.hex_dhs_out.P").max() < 1e-6
    assert plan.column("hts.hex_hnlt.P").max() > 1000
    assert (plan.column("hts.T_flow") == 95).all()
    hot = PlantState({"hts.hs": 8000.0}, {"hts.hs": 1500.0})
    plan = average.plan(0, 8, hot, None, NO_SOURCE)
    fed = plan.column("hts.hex_dhs_out.P").sum() * 0.25
    assert fed == pytest.approx(1500, rel=0.02)
    assert (plan.column("hts.T_flow")[plan.column("hts.hex_dhs_out.P") > 1] == 105).all()


def test_heat_charged_while_the_flow_line_is_hot_can_be_fed_later(average: Planning) -> None:
    """The station may run at 105 degC only to charge: sources now, the DHS's price later."""
    price = np.array([0.0] * 8 + [1.0] * 8)
    late = {
        "network.dhs.dhs.feed_price": price,
        "hts.hex_hnht.p_max": np.array([3000.0] * 8 + [0.0] * 8),
        "network.iess.hnlt.feed_price": 0.0,
        "hts.ih.p_el_max": 0.0,
        "hts.hs.q_end": 0.0,
    }
    plan = average.plan(0, 16, PlantState({"hts.hs": 1500.0}), None, late)
    fed = plan.column("hts.hex_dhs_out.P")
    assert fed[8:].max() > 2500
    charged = plan.column("hts.hs.P")[:8] < -100
    assert charged.any()
    assert (plan.column("hts.T_flow")[:8][charged] == 105).all()


def test_heat_pump_share_follows_the_flow_temperature(average: Planning) -> None:
    """0.571 of the circuit's heat at 95 degC, 0.444 at 105 degC (from 60 to 80 degC)."""
    cheap = {"owner.iess.el_buy": -0.5, "hts.hs.q_end": 0.0, "hts.ih.p_el_max": 0.0}
    for feed, share in ((-1.0, 20 / 35), (2.0, 20 / 45)):
        override = {**cheap, "network.dhs.dhs.feed_price": feed}
        override["hts.hex_hnht.p_max"] = 800.0
        plan = average.with_settings(peak=False).plan(0, 4, None, None, override)
        pump, source = plan.column("hts.hp.P_th"), plan.column("hts.hex_hnht.P")
        total = pump + source + plan.column("hts.hex_dhs_in.P")
        assert (pump / total) == pytest.approx(share, abs=1e-6)


def test_preheating_cuts_what_a_source_can_give(average: Planning) -> None:
    values = average.values(average.controller.compiled(96))
    assert values["hts.hex_dhs_in.slope"] > 0.3
    override = {
        "owner.iess.el_buy": -0.5,
        "network.dhs.dhs.draw_price": -0.1,
        "network.dhs.dhs.feed_price": -1.0,
        "hts.hex_hnht.p_max": 0.0,
    }
    plan = average.with_settings(peak=False).plan(0, 4, None, None, override)
    drawn, warmed = plan.column("hts.hex_dhs_in.P"), plan.column("hts.hp.P_th")
    slope = values["hts.hex_dhs_in.slope"]
    assert drawn + slope * warmed == pytest.approx(np.full(4, 2000.0), abs=1e-3)
    assert warmed.min() > 100


def test_a_source_that_cannot_run_does_not_hold_the_heat_pump(average: Planning) -> None:
    """The preheating slope is a source's own affair: at P = 0 it costs nothing."""
    override = {"owner.iess.el_buy": -0.5, "hts.hex_dhs_in.p_max": 0.0}
    plan = average.with_settings(peak=False).plan(0, 4, None, None, override)
    assert plan.column("hts.hp.P_el").min() == pytest.approx(600.0)


def test_peak_is_worth_its_price(marginal: Planning) -> None:
    """Eq. 17, 18: electricity that pays by its price alone is left for the peak's sake."""
    cheap = {"hts.hs.q_end": 9000.0, "owner.iess.peak": 0.0}
    free = marginal.plan(override={**cheap, "owner.iess.peak_price": 0.0})
    dear = marginal.plan(override={**cheap, "owner.iess.peak_price": 100.0})
    assert free.terms["C_Peak"] == 0.0
    assert dear.terms["C_Peak"] / 100.0 < peak_of(marginal, free) - 50
    assert dear.terms["C_Peak"] / 100.0 == pytest.approx(peak_of(marginal, dear), abs=1e-3)


def peak_of(setup: Planning, plan: object) -> float:
    """Highest import from the schedule's powers, kW."""
    column = plan.column  # type: ignore[attr-defined]
    load = setup.data.part(0, 96)["P_el_factory"] + 0.03 * column("iess.cooling_tower.P_th")
    made = column("iess.chp.P_th") * 0.4 / 0.45
    return float((load + column("hts.hp.P_el") + column("hts.ih.P_el") - made).max())


def test_slacks_name_limit_amount_and_hours(marginal: Planning) -> None:
    """Demand beyond all boilers for an hour, and an end content out of reach."""
    demand = np.full(8, 2000.0)
    demand[2:6] = 9375.0 + 100.0
    override = {
        "iess.production.demand": demand,
        "hts.hex_hnht.p_max": 0.0,
        "hts.hs.q_end": 60000.0,
    }
    plan = marginal.plan(0, 8, None, None, override)
    short = "iess.hnht: heat demand violated by up to 100.0 kW, 100.0 kWh, 1 h"
    assert short in plan.notes
    assert any(n.startswith("hts.hs: content at the end (eq. 11a) violated by") for n in plan.notes)
    assert plan.terms["slack"] > 1000


def test_rest_of_the_billing_year() -> None:
    assert rest_of_year(instant("2019-01-01T00:00Z")) == 1.0
    assert rest_of_year(instant("2019-12-31T00:00Z")) == pytest.approx(1 / 365)


def test_costs_of_an_energy_management_system(average: Planning) -> None:
    """Series named after the networks replace eq. 3; without them all are named at once."""
    ems = average.with_settings(cost_basis="ems")
    with pytest.raises(DataError) as caught:
        ems.plan()
    assert [p.where for p in caught.value.problems] == [
        f"{kind}.iess.{network}" for network in ("hnht", "hnlt") for kind in ("cost", "emission")
    ]
    values = average.values(average.controller.compiled(96))
    columns = {}
    for network, price in (("hnht", "draw_price"), ("hnlt", "feed_price")):
        at = f"network.iess.{network}"
        columns[f"cost.iess.{network}"] = ("EUR/kWh", np.resize(values[f"{at}.{price}"], 192))
        columns[f"emission.iess.{network}"] = ("kg/kWh", np.resize(values[f"{at}.emission"], 192))
    frame = type(ems.data).of(ems.data.grid, columns)
    ems.data = ems.data.joined([frame])
    assert ems.plan().objective == pytest.approx(average.plan().objective, rel=1e-3)


def test_bad_forecast_is_refused_by_name(average: Planning) -> None:
    values = average.data.values.copy()
    values[3, average.data.place("P_th_dem_DHS")] = np.nan
    broken = average.with_settings()
    broken.data = type(average.data)(
        average.data.grid, average.data.names, average.data.units, values
    )
    with pytest.raises(DataError, match=r"P_th_dem_DHS\[3\]: wanted a finite number, got nan"):
        broken.plan()
    data, prices = average.data.part(0, 96), average.prices.part(1, 96)
    with pytest.raises(DataError, match="prices: stands on"):
        average.controller.plan(data.grid, data, prices, PlantState())


def test_idle_cost_is_what_a_plan_must_beat(marginal: Planning, average: Planning) -> None:
    data, prices = marginal.data.part(0, 96), marginal.prices.part(0, 96)
    state = PlantState.nominal(marginal.site)
    idle = marginal.controller.idle_cost(data.grid, data, prices, state)
    plan = marginal.plan(state=state)
    assert plan.objective < idle["objective"]
    assert idle["R_DHS"] == idle["C_DHS"] == 0.0
    assert average.controller.idle_cost(data.grid, data, prices, state)["objective"] == 0.0
    assert marginal.plan(state=state).objective == plan.objective
