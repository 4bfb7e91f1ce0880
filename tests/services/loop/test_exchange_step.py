"""Coupling at 60 s against coupling at 2 s, on the actuators of one closed-loop run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from rami.business.ownership import owner_of_twins
from rami.business.pricing import site_prices
from rami.core.timegrid import TimeGrid, instant
from services import assemble
from services.loop.closed_loop import ClosedLoop, LoopSteps
from services.loop.cosimulation import Cosimulation
from services.planning.planner import InProcessPlanner
from services.study.season_data import DataOptions, read_season
from services.study.season_run import SeasonRun
from tests.services.conftest import ReadySite

Table = NDArray[np.float64]
HOURS = 8


class _Listening(Cosimulation):
    """Keeps what every step of every twin was given, and every twin's temperatures."""

    given: dict[str, list[Table]]

    def step_station(self, station: str, seconds: float) -> Table:
        self.given[station].append(self.inputs[station].copy())
        return super().step_station(station, seconds)

    def step_network(self, network: str, seconds: float) -> Table:
        self.given[network].append(self.inputs[network].copy())
        return super().step_network(network, seconds)


def _closed_loop(ready: ReadySite) -> _Listening:
    site = ready.site
    grid = TimeGrid(instant(site.clock.start), round(900e9), HOURS * 4)
    data = read_season(site, "run", grid, DataOptions())
    prices = site_prices(site.business, site.topology, data)
    plant = _Listening(site.topology, assemble.open_backends(site, ready.fmus))
    plant.given = {t: [] for t in site.topology.twins}
    loop = ClosedLoop(
        plant,
        assemble.controllers(site, ready.tunings),
        assemble.automation(site, 60.0),
        LoopSteps(10.0, 60.0, 900.0),
        data,
        {},
    )
    owners = owner_of_twins(site.topology, site.business.owners)
    planner = InProcessPlanner(assemble.strategy(site))
    SeasonRun(loop, data, prices, owners, planner, horizon=HOURS * 4).run()
    return plant


@dataclass(frozen=True)
class Replay:
    """A replayed plant and its outputs at every minute, by twin."""

    plant: Cosimulation
    rows: Mapping[str, Table]

    def column(self, twin: str, point: str) -> Table:
        """One output at every minute."""
        found: Table = self.rows[twin][:, self.plant.backends[twin].outputs[point]]
        return found


def _replayed(ready: ReadySite, given: Mapping[str, list[Table]], exchange_s: float) -> Replay:
    """The same actuators and loads, temperatures and heat exchanged every `exchange_s`."""
    plant = Cosimulation(ready.site.topology, assemble.open_backends(ready.site, ready.fmus))
    own = {
        t: np.array([not n.endswith((".T_take", ".T_give")) for n in b.inputs.names])
        for t, b in plant.backends.items()
    }
    for t in plant.networks:
        names = plant.backends[t].inputs.names
        exchanges = {c.exchange for c in ready.site.topology.couplings}
        own[t] = np.array([n.rpartition(".")[0] not in exchanges for n in names])
    rows: dict[str, list[Table]] = {t: [] for t in plant.backends}
    for minute in range(HOURS * 60):
        for t in plant.networks:
            plant.inputs[t][own[t]] = given[t][minute][own[t]]
        for part in range(round(60.0 / exchange_s)):
            plant.hold_temperatures()
            for station in plant.stations:
                step = min(exchange_s, 10.0)
                for sub in range(round(exchange_s / step)):
                    slot = minute * 6 + int((part * exchange_s + sub * step) // 10.0)
                    plant.inputs[station][own[station]] = given[station][slot][own[station]]
                    plant.step_station(station, step)
            plant.hand_over(exchange_s)
            for t in plant.networks:
                plant.step_network(t, exchange_s)
        for t in plant.backends:
            rows[t].append(plant.outputs[t].copy())
    return Replay(plant, {t: np.array(r) for t, r in rows.items()})


@pytest.fixture(scope="module")
def both(reference: ReadySite) -> tuple[Replay, Replay]:
    given = _closed_loop(reference).given
    return _replayed(reference, given, 60.0), _replayed(reference, given, 2.0)


def test_line_temperatures_agree_within_half_a_kelvin(
    both: tuple[Replay, Replay], reference: ReadySite
) -> None:
    coarse, fine = both
    for twin, topology in reference.site.topology.twins.items():
        for network in topology.networks:
            for line in ("flow", "return"):
                point = f"{network}_{line}.T"
                apart = np.abs(coarse.column(twin, point) - fine.column(twin, point)).max()
                assert apart < 0.5, f"{twin}.{point}"


def test_exchanged_heat_agrees_within_a_thousandth(
    both: tuple[Replay, Replay], reference: ReadySite
) -> None:
    registers = [(c.twin, f"{c.border}.E") for c in reference.site.topology.couplings]
    coarse, fine = (np.array([r.column(t, n)[-1] for t, n in registers]) for r in both)
    assert np.abs(fine).sum() > 10_000.0  # kWh: something was exchanged
    assert np.abs(coarse - fine).sum() < 1e-3 * np.abs(fine).sum()
