"""Closure on drawn sites: any number of twins, networks and owners, any powers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rami.business.meters import Counts, meters_of
from rami.business.settlement import settle
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from tests.business.conftest import Settled, settle_static
from tests.business.sites import hex_, wired

GRID = TimeGrid.of("2019-01-14T00:00Z", 900, 4)
Draw = st.DrawFn


def _converter(draw: Draw, network: str) -> dict[str, Any]:
    size = draw(st.integers(200, 3000))
    low = draw(st.sampled_from([0.0, 0.5]))
    price = draw(st.integers(5, 60))
    common = {"network": network, "part_load_min": low, "fuel_price": f"{price} EUR/MWh"}
    if draw(st.booleans()):
        return {"kind": "boiler", "power": f"{size} kW", "efficiency": 0.9, **common}
    engines = draw(st.integers(1, 3))
    shares = {"efficiency_el": 0.4, "efficiency_th": 0.45}
    return {"kind": "chp", "engines": engines, "power_el": f"{size} kW", **shares, **common}


@st.composite
def supply_twin(draw: Draw, name: str) -> dict[str, Any]:
    """Heating networks with converters and consumers, perhaps cooling, perhaps a load."""
    networks: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 2))):
        network = f"heat{number}"
        networks[network] = {"flow": "115 degC", "return": "70 degC", "water": "20 t"}
        for j in range(draw(st.integers(1, 2))):
            parts[f"converter{number}{j}"] = _converter(draw, network)
        parts[f"users{number}"] = {
            "kind": "consumer",
            "network": network,
            "demand": f"P_{name}_{network}",
            "power": "2 MW",
            "return_temperature": "70 degC",
        }
    if draw(st.booleans()):
        networks["cold"] = {
            "kind": "cooling",
            "flow": "25 degC",
            "return": "32 degC",
            "water": "20 t",
        }
        parts["machines"] = {
            "kind": "consumer",
            "network": "cold",
            "demand": f"P_{name}_cold",
            "power": "1 MW",
            "return_temperature": "32 degC",
        }
        parts["tower"] = {"kind": "cooling_tower", "network": "cold", "power": "1 MW"}
    if draw(st.booleans()):
        parts["load"] = {
            "kind": "consumer",
            "network": "electricity",
            "demand": f"P_{name}_el",
            "power": "2 MW",
        }
    kind = draw(st.sampled_from(["iess", "dhs"]))
    return {"kind": kind, "networks": networks, "components": parts}


@st.composite
def twins(draw: Draw) -> dict[str, Any]:
    """One station among one to three supply systems."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    drawn = {name: draw(supply_twin(name)) for name in names}
    hot = [f"{t}.{n}" for t in names for n in drawn[t]["networks"] if n != "cold"]
    cold = [f"{t}.cold" for t in names if "cold" in drawn[t]["networks"]]
    parts: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 4))):
        sides = [draw(st.sampled_from(hot)), "circuit"]
        if draw(st.booleans()):
            sides.reverse()
        parts[f"hex{number}"] = hex_(*sides, 1500)
    if cold and draw(st.booleans()):
        parts["hp"] = {
            "kind": "heat_pump",
            "condenser": "circuit.return",
            "evaporator": draw(st.sampled_from(cold)),
            "power_el_max": "200 kW",
            "outlet_max": "80 degC",
            "source_outlet_min": "25 degC",
            "cop": {"kind": "constant", "cop": 3.0},
        }
    if draw(st.booleans()):
        parts["hs"] = {
            "kind": "heat_storage",
            "across": "circuit",
            "volume": "50 m3",
            "power_max": "1 MW",
            "reference": "60 degC",
            "usable": "95 degC",
        }
        parts["ih"] = {"kind": "immersion_heater", "storage": "hs", "power_el_max": "300 kW"}
    station = {
        "kind": "hts",
        "networks": {"circuit": {"flow": "95 degC", "return": "60 degC", "water": "5 t"}},
        "components": parts,
    }
    return {"hts": station, **drawn}


@st.composite
def settled_sites(draw: Draw) -> Settled:
    """A drawn site with drawn owners, prices, loads and powers, run and settled."""
    site = wired(draw(twins()))
    owner_of = {t: draw(st.sampled_from(["w", "x", "y", "z"])) for t in site.twins}
    owners: dict[str, list[str]] = {}
    for twin, owner in owner_of.items():
        owners.setdefault(owner, []).append(twin)
    fees = st.integers(0, 80).map(lambda v: f"{v} EUR/MWh")
    tariffs = {
        owner: {
            "electricity": {
                "buy_fee": draw(fees),
                "sell_premium": draw(fees),
                "self_consumption_levy": draw(fees),
            },
            "peak": "80000 EUR/MW/a",
            "consumer_heat": draw(fees),
        }
        for owner in owners
    }
    contracts = [
        {"buyer": a, "seller": b, "feed_in_share": 0.7, "draw_surcharge": draw(fees)}
        for a in owners
        for b in owners
        if a != b
    ]
    business = Business.model_validate(
        {
            "owners": owners,
            "emission_price": "25 EUR/t",
            "gas_factor": "0.2 t/MWh",
            "grid_factor": "400 kg/MWh",
            "tariffs": tariffs,
            "heat_transfer": draw(st.sampled_from(["excluded", "allocated"])),
            "more_heat_contracts": contracts,
        }
    )
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    columns = {"price_da": ("EUR/kWh", rng.uniform(-0.1, 0.2, 4))}
    for name in {
        c.demand for t in site.twins.values() for c in t.components.values() if c.kind == "consumer"
    }:
        columns[name] = ("kW", rng.uniform(0, 2500, 4) * (rng.uniform(size=4) > 0.2))
    levels: dict[str, tuple[str, Any]] = {}
    for name, part in site.twins["hts"].components.items():
        if part.kind == "heat_exchanger":
            levels[f"hts.{name}.P"] = ("kW", rng.uniform(0, 1500, 4))
        elif part.kind == "heat_pump":
            electric = rng.uniform(0, 200, 4)
            levels |= {
                f"hts.{name}.P_el": ("kW", electric),
                f"hts.{name}.P_th": ("kW", 3 * electric),
            }
        elif part.kind == "immersion_heater":
            levels[f"hts.{name}.P_el"] = ("kW", rng.uniform(0, 300, 4))
    return settle_static(site, business, Frame.of(GRID, columns), Frame.of(GRID, levels))


quick = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(settled_sites())
def test_any_site_closes(settled: Settled) -> None:
    closure = settled.closure()
    assert closure.broken() == ()
    assert closure.energy_rel < 1e-10
    assert closure.money_eur < 1e-8
    assert closure.emissions_rel < 1e-10
    between = sum(a.heat_sold - a.heat_bought for a in settled.settlement.owners.values())
    assert between == pytest.approx(np.zeros(4), abs=1e-9)


@quick
@given(settled_sites(), st.data())
def test_any_mistake_in_a_register_shows(settled: Settled, data: st.DataObject) -> None:
    metered = settled.run.metered
    free = {Counts.ELECTRICITY}  # an electric load alone has no second meter
    registers = [
        m.path
        for m in meters_of(settled.site, settled.settlement.owner_of)
        if m.counts not in free and metered[m.path].any()
    ]
    assume(registers)
    register = data.draw(st.sampled_from(registers))
    mistake = data.draw(st.sampled_from(["drop", "sign", "factor", "step"]))
    values = metered.values.copy()
    column = metered[register]
    wrong = {
        "drop": 0 * column,
        "sign": -column,
        "factor": 1.001 * column,
        "step": np.roll(column, 1),
    }
    values[:, metered.place(register)] = wrong[mistake]
    # large enough to be more than a rounding of the site's turnover
    assume(np.abs(wrong[mistake] - column).max() > 1e-3)
    changed = Frame(GRID, metered.names, metered.units, values)
    again = settle(
        settled.site,
        settled.business.owners,
        settled.prices,
        changed,
        settled.business.heat_transfer,
    )
    assert not settled.closure(changed, again).holds
