"""Invented outcomes in the shape of a study's: balanced powers, plausible temperatures."""

from __future__ import annotations

from typing import Any

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.core.points import Direction, Point
from rami.core.timegrid import TimeGrid
from services.report.station import Station, stations
from services.study.outcome import MODES, Mode, RunOutcome, SeasonOutcome, StudyOutcome
from services.study.tracking import Exceedance, Tracking

STARTS = {
    "winter": "2019-01-14T00:00+01:00",
    "spring": "2019-04-01T00:00+02:00",
    "summer": "2019-07-08T00:00+02:00",
    "fall": "2019-10-07T00:00+02:00",
}


def study(
    site: SiteTopology,
    seasons: tuple[str, ...] = ("winter", "summer"),
    modes: tuple[Mode, ...] = MODES,
    days: int = 2,
) -> StudyOutcome:
    """A study with these seasons and runs."""
    done = {s: _season(site, s, modes, TimeGrid.of(STARTS[s], 900, 96 * days)) for s in seasons}
    return StudyOutcome(
        site.name,
        done,
        {
            "site": site.name,
            "site_hash": "0f3a9c11d2",
            "data_sources": {"price_da": "SYNTHETIC seed 2019", "temp_air": "SYNTHETIC seed 2019"},
            "synthetic_loads": True,
            "seed": 2019,
            "versions": {"rami-twins": "0.1.0", "highspy": "1.11.0"},
            "grid_factor_variant": "annual average",
            "seasons_declared": list(STARTS),
            "duration_s": days * 86400.0,
        },
        {
            t: {"loop_a": {"gain": 1.5, "T_u_s": 4.0, "T_g_s": 40.0, "rule": "CHR"}}
            for t in site.twins
        },
        {"build_s": 3.1, "runs_s": 60.2},
    )


def _season(
    site: SiteTopology, season: str, modes: tuple[Mode, ...], grid: TimeGrid
) -> SeasonOutcome:
    runs = {m: _run(site, season, m, grid) for m in modes}
    planned = [m for m in modes if m != "baseline" and "baseline" in modes]
    figures = {m: _figures(runs[m], 12000.0 if m == "marginal" else 30000.0) for m in planned}
    causes = {"cost basis": -500.25, "dynamics": -310.0, "temperatures": 42.125}
    return SeasonOutcome(
        season,
        runs,
        figures,
        {"energy_rel": 1e-13, "money_eur": 2e-9, "emissions_rel": 3e-14},
        {m: causes if m == "marginal" else {**causes, "cost basis": -31000.5} for m in planned},
    )


def _figures(run: RunOutcome, planned: float) -> dict[str, Any]:
    gain = planned + (-768.125 if run.mode == "marginal" else -31268.375)
    assert run.tracking is not None
    return {
        "planned_eur": {"iess": planned, "dhs": 1500.0, "total": planned + 1500.0},
        "delta": {
            "scope1_t": {"iess": -23.04, "dhs": 108.1, "total": 85.06},
            "scope2_t": {"iess": -109.6, "dhs": -79.5, "total": -189.1},
            "benefit_eur": {"iess": gain, "dhs": 2782.3, "total": gain + 2782.3},
        },
        "relative": {
            "benefit": {"iess": 0.041, "dhs": None, "total": 0.03},
            "scope1": {"iess": -0.02, "dhs": 0.07, "total": 0.01},
            "scope2": {"iess": -0.25, "dhs": None, "total": None},
        },
        "tracking": run.tracking.plain(),
        "schedule": {"rungs": dict(run.rungs)},
    }


def _run(site: SiteTopology, season: str, mode: Mode, grid: TimeGrid) -> RunOutcome:
    draw = np.random.default_rng([list(STARTS).index(season), MODES.index(mode)])
    means, meters = _plant(site, grid, draw)
    hour = np.arange(grid.count) * grid.step_h
    price = 0.038 + 0.02 * np.sin(hour * 2 * np.pi / 24) + 0.004 * draw.standard_normal(grid.count)
    data = Frame.of(
        grid,
        {
            "temp_air": ("degC", 5 + 5 * np.sin(hour / 4)),
            "price_da": ("EUR/kWh", price),
            "P_th_dem": ("kW", 3000 + 500 * np.sin(hour / 3)),
        },
        "SYNTHETIC seed 2019",
    )
    planned = mode != "baseline"
    for station in stations(site):
        _station(station, means, draw, planned)
    frame = Frame(grid, tuple(means), tuple(u for u, _ in means.values()), _table(means))
    scheduled = _schedule(site, frame, draw) if planned else None
    return RunOutcome(
        season,
        mode,
        data,
        frame,
        Frame(grid, tuple(meters), tuple(u for u, _ in meters.values()), _table(meters)),
        frame.select([n for n in frame.names if n.endswith("_flow.T")]),
        scheduled,
        {"C_HNHT": 21000.0, "C_DHS": 4000.0, "R_HNLT": -30000.0} if planned else {},
        {"milp": 13, "lp": 1} if planned else {},
        (0.4, 0.2) if planned else (),
        ("storage content slack: 12 kWh, 0.25 h",) * 2 if planned else (),
        _settlement(mode),
        {"energy_rel": 1e-13, "money_eur": 2e-9, "emissions_rel": 3e-14},
        _tracking(site) if planned else None,
        {"loop_s": 4.2},
    )


Columns = dict[str, tuple[str, np.ndarray]]


def _table(columns: Columns) -> np.ndarray:
    return np.column_stack([values for _, values in columns.values()])


def _plant(
    site: SiteTopology, grid: TimeGrid, draw: np.random.Generator
) -> tuple[Columns, Columns]:
    means: Columns = {}
    meters: Columns = {}
    for twin, topology in site.twins.items():
        for point in topology.points.points:
            if point.direction in (Direction.ACTUATED, Direction.DISTURBANCE):
                continue
            into = meters if point.cumulative else means
            into[f"{twin}.{point.name}"] = (point.unit, _values(point, grid, draw))
    return means, meters


def _values(point: Point, grid: TimeGrid, draw: np.random.Generator) -> np.ndarray:
    noise = draw.standard_normal(grid.count)
    if point.unit == "degC":
        return point.start + 0.4 * noise
    return np.abs(100 * noise)


def _station(station: Station, means: Columns, draw: np.random.Generator, on: bool) -> None:
    """Powers that close eq. 4; everything 0 in a baseline."""
    count = len(next(iter(means.values()))[1])
    hour = np.arange(count) / 4.0
    balance = np.zeros(count)
    for place, e in enumerate(station.exchangers):
        shape = np.clip(np.sin((hour + 5 * place) * 2 * np.pi / 24) + 0.2, 0, 1)
        power = on * 0.7 * e.power * shape
        means[f"{e.path}.P"] = ("kW", power)
        balance += power if e.source else -power
    for path in station.heat_pumps:
        power = on * 300 * (np.sin(hour / 2) > 0)
        means[f"{path}.P_el"] = ("kW", power + 0.0)
        means[f"{path}.P_th"] = ("kW", 4.0 * power)
        balance += 4.0 * power
    if station.storages:
        path = station.storages[0]
        means[f"{path}.P"] = ("kW", -balance)
        means[f"{path}.Q"] = ("kWh", 5000 + np.cumsum(balance - balance.mean()) / 4)
    elif station.sinks:
        means[f"{station.sinks[-1].path}.P"][1][:] += balance


def _schedule(site: SiteTopology, means: Frame, draw: np.random.Generator) -> Frame:
    columns: Columns = {}
    for station in stations(site):
        names = [f"{e.path}.P" for e in station.exchangers]
        names += [f"{p}.{q}" for p in station.heat_pumps for q in ("P_el", "P_th")]
        names += [f"{p}.P_el" for p in station.heaters]
        names += [f"{p}.{q}" for p in station.storages for q in ("P", "Q")]
        for name in names:
            columns[name] = ("kWh" if name.endswith("Q") else "kW", means[name] * 1.02)
        flow = next(iter(site.twins[station.twin].networks.values())).flow
        columns[f"{station.twin}.T_flow"] = ("degC", np.full(means.grid.count, flow))
    return Frame.of(means.grid, columns, "plan")


def _settlement(mode: Mode) -> dict[str, Any]:
    gain = {"baseline": 0.0, "average": 500.0, "marginal": 9000.0}[mode]
    industry = {
        "cost_EUR": 275000.0 - gain,
        "fuel_cost_EUR": 180000.0 - gain,
        "co2_cost_EUR": 20000.0,
        "import_cost_EUR": 70000.0,
        "levy_cost_EUR": 0.0,
        "peak_cost_EUR": 9000.0,
        "export_revenue_EUR": 4000.0,
        "scope1_t": 900.0,
        "scope2_t": 400.0 - gain / 100,
        "scope2_purchased_heat_t": 0.0,
        "grid_import_MWh": 812.5,
    }
    town = {
        "cost_EUR": -90000.0 + gain / 4,
        "fuel_cost_EUR": 210000.0 + gain / 4,
        "consumer_revenue_EUR": 300000.0,
        "scope1_t": 1500.0,
        "scope2_t": -900.0,
        "scope2_purchased_heat_t": 0.0,
    }
    border = {
        "network": "town.grid",
        "drawn_MWh": 100.25,
        "fed_in_MWh": 40.0,
        "difference_kWh": 0.0,
        "payment_EUR": 2500.0,
    }
    return {
        "owners": {"iess": industry, "dhs": town},
        "borders": {"hts.border": border},
        "station": {"hts": {"equation": "19-20", "drawn_t": {"town.grid": 4.5}, "total_t": 12.5}},
    }


def _tracking(site: SiteTopology) -> Tracking:
    paths = [f"{t}.{n}" for t, n, _ in site.of(HeatExchanger)]
    return Tracking(
        28,
        27,
        1.25,
        1344.0,
        dict.fromkeys(paths, 0.031),
        dict.fromkeys(site.network_paths(), 0.8),
        0,
        (Exceedance(paths[0], "2019-01-15", 12000.0, 11000.0, "valve at its limit"),),
    )
