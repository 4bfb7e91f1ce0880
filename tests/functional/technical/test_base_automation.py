from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.core.errors import ControlError
from rami.functional.technical import BaseAutomation
from rami.functional.technical.cooling_tower import tower
from tests.functional.technical.benches import Rows

Open = Callable[[SiteTopology, str], Any]


class Supply:
    """A supply system under its base automation; demands and exchanges are set by name."""

    def __init__(self, site: SiteTopology, twin: str, plant: Any) -> None:
        self.plant, self.automation = plant, BaseAutomation(site.twins[twin])
        self.inputs = plant.inputs.starts()
        self._actuated = plant.inputs.places(self.automation.outputs.names)
        self._measured = plant.outputs.places(self.automation.inputs.names)
        self.values = np.array(plant.read())
        self.exchanged = dict.fromkeys(self.automation.networks, 0.0)

    def set(self, **named: float) -> None:
        for name, value in named.items():
            self.inputs[self.plant.inputs[name.replace("__", ".")]] = value

    def commit(self, wet_bulb: float = 5.0, **engines: float) -> None:
        """Engines that run; those that run are cheaper than boilers."""
        names = self.automation.converters
        costs = [0.02 if n in engines else 0.03 for n in names]
        self.automation.commit(costs, [engines.get(n, 0.0) for n in names], wet_bulb)

    def run(self, minutes: int) -> Rows:
        rows = []
        for _ in range(minutes):
            measured = self.values[self._measured]
            expected = [self.exchanged[n] for n in self.automation.networks]
            self.inputs[self._actuated] = self.automation.step(measured, expected)
            self.values = np.array(self.plant.step(self.inputs, 60.0))
            rows.append(self.values)
        return np.array(rows)

    def column(self, rows: Rows, point: str) -> Rows:
        return rows[:, self.plant.outputs[point]]

    def __getitem__(self, point: str) -> float:
        return float(self.values[self.plant.outputs[point]])


@pytest.fixture
def iess(site: SiteTopology, open_twin: Open) -> Supply:
    supply = Supply(site, "iess", open_twin(site, "iess"))
    supply.set(
        production__P_demand=2200.0,
        buildings__P_demand=3500.0,
        machines__P_demand=1800.0,
        cooling_tower__T_wet=5.0,
    )
    supply.commit()
    return supply


@pytest.fixture
def dhs(site: SiteTopology, open_twin: Open) -> Supply:
    supply = Supply(site, "dhs", open_twin(site, "dhs"))
    supply.set(town__P_demand=12000.0)
    supply.commit()
    return supply


def test_every_network_keeps_its_temperature(iess: Supply) -> None:
    rows = iess.run(240)[60:]
    for line, wanted in (("hnht_flow", 115.0), ("hnlt_flow", 90.0), ("cn_flow", 25.0)):
        assert np.abs(iess.column(rows, f"{line}.T") - wanted).max() < 0.3, line


def test_a_demand_step_is_followed(iess: Supply) -> None:
    iess.run(120)
    iess.set(buildings__P_demand=6000.0, production__P_demand=1200.0, machines__P_demand=2500.0)
    rows = iess.run(120)
    for line, wanted in (("hnht_flow", 115.0), ("hnlt_flow", 90.0), ("cn_flow", 25.0)):
        deviation = iess.column(rows, f"{line}.T") - wanted
        assert np.sqrt(np.mean(deviation**2)) < 1.0, line
        assert np.abs(deviation[60:]).max() < 0.3, line


def test_known_exchange_does_less_harm_than_an_unknown_one(
    site: SiteTopology, open_twin: Open
) -> None:
    def largest(known: bool) -> float:
        supply = Supply(site, "iess", open_twin(site, "iess"))
        supply.set(production__P_demand=2200.0, buildings__P_demand=3500.0)
        supply.commit()
        supply.run(60)
        seen = []
        for minute in range(20):
            if known:
                supply.exchanged["hnht"] = 1250.0 * min(minute + 1, 2)
            heat = 1250.0 * min(minute, 2)
            supply.set(hts_hex_hnht__Q=heat, hts_hex_hnht__m=heat / (4.19 * 30.0))
            rows = supply.run(1)
            seen.append(abs(float(supply.column(rows, "hnht_flow.T")[0]) - 115.0))
        return max(seen)

    assert largest(True) < 0.7 * largest(False)


def test_cheap_engines_carry_the_load_and_the_boiler_the_rest(iess: Supply) -> None:
    iess.set(production__P_demand=3400.0)
    iess.commit(chp=1.0)
    iess.run(120)
    assert iess["chp.P_th"] == pytest.approx(1687.5, rel=0.01)
    assert iess["boiler_hnht.P_th"] == pytest.approx(3400.0 - 1687.5, rel=0.03)
    assert iess["chp.T_out"] == pytest.approx(115.0, abs=1.0)


def test_engines_keep_their_minimum_load(dhs: Supply) -> None:
    dhs.set(town__P_demand=6000.0)
    dhs.commit(chp=2.0)
    dhs.run(180)
    least = 2 * 0.5 * 3937.5
    assert dhs["chp.P_th"] >= least * 0.99
    assert dhs["chp.P_th"] == pytest.approx(6000.0, rel=0.05)
    assert abs(dhs["dhs_flow.T"] - 100.0) < 0.5


def test_too_many_engines_are_stopped_before_it_boils(dhs: Supply) -> None:
    dhs.set(town__P_demand=4500.0)
    dhs.commit(chp=4.0)
    hottest = dhs.column(dhs.run(600), "dhs_flow.T").max()
    assert hottest < 110.0
    assert dhs.inputs[dhs.plant.inputs["chp.engines_on"]] < 4.0
    dhs.commit(chp=1.0)
    dhs.run(600)
    assert abs(dhs["dhs_flow.T"] - 100.0) < 1.0


def test_heat_from_outside_takes_the_boiler_back(iess: Supply) -> None:
    iess.run(60)
    iess.set(hts_hex_hnlt__Q=-3000.0, hts_hex_hnlt__m=3000.0 / (4.19 * 35.0))
    iess.exchanged["hnlt"] = -3000.0
    rows = iess.run(120)
    assert iess["boiler_hnlt.P_th"] == pytest.approx(500.0, abs=60.0)
    assert np.abs(iess.column(rows, "hnlt_flow.T")[60:] - 90.0).max() < 0.5


def test_the_tower_answers_the_wet_bulb(iess: Supply) -> None:
    iess.run(120)
    cold = iess.inputs[iess.plant.inputs["cooling_tower.u"]]
    iess.set(cooling_tower__T_wet=18.0)
    iess.commit(wet_bulb=18.0)
    rows = iess.run(120)
    assert iess.inputs[iess.plant.inputs["cooling_tower.u"]] > 1.5 * cold
    assert np.abs(iess.column(rows, "cn_flow.T") - 25.0).max() < 0.5


def test_the_towers_law_is_inverted(site: SiteTopology) -> None:
    one = tower(site.twins["iess"], "cooling_tower")
    opening = one.opening(2000.0, 60.0, 32.0, 15.0)
    rate = 4.19 * 60.0
    removed = rate * (1 - exp(-one.conductance * opening / rate)) * (32.0 - 15.0)
    assert removed == pytest.approx(2000.0)
    assert one.opening(-5.0, 60.0, 32.0, 15.0) == 0.0
    assert one.opening(2000.0, 0.0, 32.0, 15.0) == 0.0
    assert one.opening(2000.0, 60.0, 20.0, 19.9) == 1.0


def test_saved_and_restored_it_goes_on_the_same(dhs: Supply, site: SiteTopology) -> None:
    dhs.commit(chp=2.0)
    dhs.run(30)
    plant, state, values = dhs.plant.save(), dhs.automation.save(), dhs.values
    once = dhs.run(30)
    dhs.plant.restore(plant)
    dhs.automation, dhs.values = BaseAutomation(site.twins["dhs"]), values
    dhs.automation.restore(state)
    assert np.array_equal(dhs.run(30), once)
    with pytest.raises(ControlError, match="does not belong"):
        dhs.automation.restore(state[:-8])


def test_a_wrong_commitment_is_refused(dhs: Supply) -> None:
    with pytest.raises(ControlError, match="each of chp, boiler, got 1 and 2"):
        dhs.automation.commit([0.1], [1.0, 0.0])
