"""Closure holds, and it can fail: each kind of mistake is shown to break it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rami.business import settlement as settlement_module
from rami.business.closure import Closure
from rami.business.meters import Counts, meters_of
from rami.business.settlement import settle
from rami.core.frame import Frame
from rami.information.prices import Array
from tests.business.conftest import Settled


def _changed(frame: Frame, register: str, how: Callable[[Array], Array]) -> Frame:
    values = frame.values.copy()
    place = frame.place(register)
    values[:, place] = how(values[:, place])
    return Frame(frame.grid, frame.names, frame.units, values)


def _resettled(fed: Settled, metered: Frame) -> Closure:
    return fed.closure(metered, settle(fed.site, fed.business.owners, fed.prices, metered))


def test_it_closes(fed: Settled) -> None:
    closure = fed.closure()
    assert closure.holds
    assert closure.broken() == ()
    assert closure.energy_rel < 1e-12
    assert closure.money_eur < 1e-9
    assert set(closure.plain()) == {"energy_rel", "money_eur", "emissions_rel"}


REGISTERS = [
    "works.chp.E_fuel",
    "works.chp.E_th",
    "works.chp.E_el",
    "town.boiler.E_fuel",
    "town.boiler.E_th",
    "town.homes.E",
    "town.hts_sink.E",
    "hts.sink_border.E",
    "hts.source_border.E",
    "works.hts_source.E",
]


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(lambda e: 0 * e, id="dropped"),
        pytest.param(lambda e: -e, id="sign"),
        pytest.param(lambda e: 1.00001 * e, id="factor"),
        pytest.param(lambda e: np.roll(e, 1), id="wrong step"),
    ],
)
def test_a_wrong_register_breaks_it(
    fed: Settled, register: str, mistake: Callable[[Array], Array]
) -> None:
    wrong = _changed(fed.run.metered, register, mistake)
    closure = _resettled(fed, wrong)
    assert not closure.holds
    assert closure.energy_rel > 1e-6
    assert closure.broken()


def test_an_exchange_at_the_wrong_step_closes_in_total_but_not_per_step(fed: Settled) -> None:
    wrong = _changed(fed.run.metered, "works.hts_source.E", lambda e: np.roll(e, 1))
    assert wrong["works.hts_source.E"].sum() == fed.run.metered["works.hts_source.E"].sum()
    broken = _resettled(fed, wrong).energy
    assert broken["border hts.source_border"] > 0.1
    assert broken["heat works"] > 0.1


@pytest.mark.parametrize("counts", [Counts.FUEL, Counts.GENERATION, Counts.ELECTRICITY])
def test_a_meter_left_out_of_the_accounts(
    fed: Settled, monkeypatch: pytest.MonkeyPatch, counts: Counts
) -> None:
    all_meters = meters_of(fed.site, fed.settlement.owner_of)
    forgotten = next(m for m in all_meters if m.counts is counts and fed.run.metered[m.path].any())
    kept = tuple(m for m in all_meters if m is not forgotten)
    monkeypatch.setattr(settlement_module, "meters_of", lambda *_: kept)
    closure = _resettled(fed, fed.run.metered)
    assert closure.emissions_rel > 1e-6
    assert closure.money_eur > 0.01


def test_a_meter_with_the_wrong_owner(fed: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    all_meters = meters_of(fed.site, fed.settlement.owner_of)
    swapped = tuple(
        replace(m, owner="dhs") if m.path == "works.chp.E_el" else m for m in all_meters
    )
    monkeypatch.setattr(settlement_module, "meters_of", lambda *_: swapped)
    assert _resettled(fed, fed.run.metered).money_eur > 0.01


FIELDS = [
    "fuel_cost",
    "co2_cost",
    "import_cost",
    "levy_cost",
    "heat_sold",
    "heat_bought",
]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("factor", [0.0, -1.0, 1.001])
def test_wrong_money_breaks_it(fed: Settled, field: str, factor: float) -> None:
    account = fed.settlement.owners["iess"]
    wrong = replace(account, **{field: factor * getattr(account, field)})
    owners = {**fed.settlement.owners, "iess": wrong}
    closure = fed.closure(settlement=replace(fed.settlement, owners=owners))
    assert closure.money_eur > 0.003


def test_payment_in_the_wrong_hour_breaks_it_per_step(fed: Settled) -> None:
    account = fed.settlement.owners["iess"]
    wrong = replace(account, heat_sold=np.roll(account.heat_sold, 1))
    owners = {**fed.settlement.owners, "iess": wrong}
    closure = fed.closure(settlement=replace(fed.settlement, owners=owners))
    assert closure.money["settlements between owners"] > 10


@pytest.mark.parametrize("field", ["scope1", "scope2"])
def test_wrong_emission_factor_breaks_it(fed: Settled, field: str) -> None:
    account = fed.settlement.owners["iess"]
    wrong = replace(account, **{field: 1.00001 * getattr(account, field)})
    owners = {**fed.settlement.owners, "iess": wrong}
    closure = fed.closure(settlement=replace(fed.settlement, owners=owners))
    assert closure.emissions_rel > 1e-6
    assert closure.energy_rel < 1e-12


def test_stored_heat_is_asked_for_by_network_too(fed: Settled) -> None:
    stored = {**fed.run.stored, "town.heat": fed.run.stored["town"]}
    from rami.business.closure import check_closure

    closure = check_closure(fed.site, fed.prices, fed.run.metered, fed.settlement, stored)
    assert closure.energy["heat town.heat"] < 1e-12
    stored["town"] = stored["town"] + 1.0
    closure = check_closure(fed.site, fed.prices, fed.run.metered, fed.settlement, stored)
    assert "heat town does not close" in " ".join(closure.broken())


def test_a_residual_that_is_no_number_is_broken() -> None:
    closure = Closure({"x": 0.0, "y": float("nan"), "z": 0.0}, {}, {})
    assert closure.broken()
    assert not closure.holds
    assert closure.energy_rel != closure.energy_rel
