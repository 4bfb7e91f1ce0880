"""Other outfits of the station under their own, automatically tuned controllers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.functional.technical import StationController, Tuning, tune_station
from tests.functional.technical.benches import Station, wired

Open = Callable[[SiteTopology, str], Any]


def outfit(declaration: dict[str, Any], open_twin: Open, *without: str, **more: Any) -> Station:
    parts = declaration["twins"]["hts"]["components"]
    for name in without:
        parts.pop(name)
    parts.update(more)
    site = wired(declaration["twins"])
    tuning = tune_station(site.twins["hts"], open_twin(site, "hts"))
    assert Tuning.from_json(tuning.to_json()) == tuning
    controller = StationController(site.twins["hts"], tuning)
    return Station(open_twin(site, "hts"), controller)


def test_without_a_storage_a_source_makes_up_the_difference(
    reference_site_declaration: dict[str, Any], open_twin: Open
) -> None:
    station = outfit(reference_site_declaration, open_twin, "hs", "ih")
    for _ in range(4):
        # 400 kW more go out than are scheduled to come in
        row = station.targets(hex_hnht__P=3000.0, hex_hnlt__P=3400.0)
        station.controller.set_targets(row, row)
        rows = station.run(900.0)
    assert station.column(rows, "hex_hnlt.P") == pytest.approx(3400.0, rel=0.01)
    assert station.column(rows, "hex_hnht.P") == pytest.approx(3400.0, rel=0.03)
    assert np.ptp(station.column(rows, "circuit_flow.T")) < 1.0


def test_a_second_heat_pump_is_controlled_as_the_first(
    reference_site_declaration: dict[str, Any], open_twin: Open
) -> None:
    hp = reference_site_declaration["twins"]["hts"]["components"]["hp"]
    second = {**hp, "power_el_max": "300 kW"}
    station = outfit(reference_site_declaration, open_twin, hp2=second)
    row = station.targets(hex_hnht__P=2500.0, hex_hnlt__P=4000.0, hp__P_el=350.0, hp2__P_el=150.0)
    station.controller.set_targets(row, row)
    rows = station.run(3600.0)[150:]
    for name, power in (("hp", 350.0), ("hp2", 150.0)):
        assert station.column(rows, f"{name}.P_el") == pytest.approx(power, rel=0.02)
        assert station.column(rows, f"{name}.T_condenser_out") == pytest.approx(80.0, abs=0.5)
        assert station.column(rows, f"{name}.T_evaporator_out") == pytest.approx(25.0, abs=0.3)


def test_a_day_of_steps_in_every_direction(station: Station) -> None:
    """Energy per exchanger and flow temperatures over steps of every component."""
    draw = np.random.default_rng(7)
    rows_of_day = []
    for block in range(12):
        out = bool(block % 3 == 1)
        load = float(draw.choice([0.15, 0.5, 0.9]))
        sinks = {"hex_dhs_out__P" if out else "hex_hnlt__P": 3500.0 * load}
        sources = {"hex_hnht__P": 2600.0 * load}
        if block % 3 == 2:
            sources["hex_dhs_in__P"] = 700.0 * load
        hot = 105.0 if out else 95.0
        named = {**sinks, **sources, "hp__P_el": 200.0 * load, "circuit__T_flow": hot}
        rows_of_day += [named] * 4
    wanted = dict.fromkeys(("hex_hnht", "hex_dhs_in", "hex_hnlt", "hex_dhs_out"), 0.0)
    given = dict(wanted)
    squares = []
    content = station["hs.Q"]
    for i, named in enumerate(rows_of_day):
        later = rows_of_day[min(i + 1, len(rows_of_day) - 1)]
        now, then = station.targets(**named), station.targets(**later)
        now[-1] = content
        station.controller.set_targets(now, then)
        rows = station.run(900.0)
        for name in wanted:
            wanted[name] += named.get(f"{name}__P", 0.0) / 4
            given[name] += float(station.column(rows, f"{name}.P").mean()) / 4
        if "hex_hnlt__P" in named:
            squares.append(np.mean((station.column(rows[18:-9], "hex_hnlt.T_cold_out") - 90) ** 2))
    for name, energy in wanted.items():
        assert abs(given[name] - energy) <= max(0.05 * energy, 50.0), name
    assert np.sqrt(np.mean(squares)) < 1.0
