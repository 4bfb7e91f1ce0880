"""A site on emulated plants, live in lockstep, against the same plants in process: energies.

`python -m tests.services.runtime.fortnight DAYS FOLDER` prints the table (of a run that is in the
folder already, if one is). The station's plant is behind OPC UA, the factory's behind Modbus, the
district heating system is simulated.

The plants in process follow the schedules that the live run followed: plans of nearly the same
cost differ in single steps by more than plants do. What they do by plans of their own is shown.
"""

from __future__ import annotations

import csv
import gzip
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import yaml

from rami.asset.heat_exchanger import HeatExchanger
from rami.core.timegrid import TimeGrid, instant
from rami.functional.schedule import Schedule
from services import assemble
from services.emulate.backend import EmulatedBackend
from services.emulate.settings import Settings
from services.loop.closed_loop import ClosedLoop
from services.loop.cosimulation import Cosimulation
from services.planning.planner import InProcessPlanner
from services.study.job import Job, job_result, prepared
from services.study.season_data import DataOptions
from tests.services.runtime.processes import Emulator, serving, with_plants
from twins.site import load_site

REFERENCE = Path(__file__).parents[3] / "examples" / "reference" / "site.yaml"
SEEDS = {"hts": 3, "iess": 4, "dhs": 5}
SCAN_S = 10.0
#: nothing but the loop moves these plants, so they need not be looked at in between
_LOCKSTEP = {
    "hts": {"sampling": "60 s", "keep_alive": "60 s", "stale_age": "1 h", "clock_skew": "1 d"},
    "iess": {"period": "60 s", "stale_age": "1 h"},
}


def exchangers(site: Path = REFERENCE) -> list[str]:
    """Paths of the heat exchangers' powers."""
    topology = load_site(site).topology
    return [f"{t}.{name}.P" for t in topology.twins for name in topology.twins[t].of(HeatExchanger)]


def live(days: float, folder: Path) -> Path:
    """`rami serve` with two emulators; the series it wrote."""
    series = folder / "run" / "timeseries.csv.gz"
    if series.exists():
        return series
    words = ("--lockstep", "--scan", f"{SCAN_S:g} s")
    emulators = [
        Emulator(REFERENCE, twin, kind, (*words, "--seed", str(SEEDS[twin])))
        for twin, kind in (("hts", "opcua"), ("iess", "modbus"))
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
        site = with_plants(declaration, folder, emulators, plant=_LOCKSTEP)
        rehearse = [word for one in emulators for word in one.rehearse]
        options = ["--simulated", "--as", "tester", "--duration", f"{days:g} d", *rehearse]
        with serving(site, folder / "run", *options) as run:
            code = run.wait(86400.0)
            assert code == 0, run.said()
            lost = [e for e in run.events() if e["severity"] >= 700]
            assert not lost, lost[:3]
    finally:
        for one in emulators:
            one.running.end()
    return series


def energies(series: Path) -> dict[str, float]:
    """Energy of each exchanger in a run's series, kWh."""
    found = dict.fromkeys(exchangers(), 0.0)
    for row in _rows(series):
        for path in found:
            found[path] += 0.25 * float(row[f"{path}_kW"])
    return found


def followed(series: Path, grid: TimeGrid) -> Schedule:
    """The schedules that a run followed, as one."""
    rows = list(_rows(series))
    named = {c: c.partition("_scheduled_")[0] for c in rows[0] if "_scheduled_" in c}
    values = np.array([[float(row[c]) for c in named] for row in rows])
    return Schedule(grid, tuple(named.values()), values, "milp")


def _rows(series: Path) -> Iterator[dict[str, str]]:
    with gzip.open(series, "rt") as table:
        yield from csv.DictReader(table)


def in_process(days: float, series: Path | None = None) -> dict[str, float]:
    """The same with all three plants as backends of the loop, by plans of its own or by those
    that `series` followed."""
    site = load_site(REFERENCE)
    fmus = assemble.build_fmus(site)
    start, step = instant(site.clock.start), site.strategy.step
    job = Job(
        site.file, "run", start, round(days * 86400 / step), site.strategy.cost_basis,
        DataOptions(), fmus, assemble.tune(site, fmus), float(site.clock.step),
    )  # fmt: skip
    plants = {
        twin: EmulatedBackend(topology, Settings(SEEDS[twin], scan_s=SCAN_S))
        for twin, topology in site.topology.twins.items()
    }
    run = prepared(
        site, job, partial(ClosedLoop, Cosimulation(site.topology, plants)),
        lambda basis: InProcessPlanner(assemble.strategy(site, cost_basis=basis)),
    )  # fmt: skip
    if series is not None:
        run.planner, run.fixed = None, followed(series, run.data.grid)
    run.run()
    means = job_result(site, job, run).evaluation.means
    return {path: float(np.sum(means[path])) * step / 3600.0 for path in exchangers()}


def differences(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Share by which each exchanger's energy differs."""
    return {path: abs(one[path] - other[path]) / max(abs(other[path]), 1.0) for path in other}


def table(days: float, folder: Path) -> tuple[list[str], dict[str, float]]:
    """Lines to read, and the shares."""
    begun = time.monotonic()
    series = live(days, folder)
    took = time.monotonic() - begun
    found, same, own = energies(series), in_process(days, series), in_process(days)
    share, free = differences(found, same), differences(found, own)
    head = ("exchanger", "live MWh", "in process MWh", "off %", "own plans MWh", "off %")
    lines = ["{:20}{:>12}{:>16}{:>8}{:>16}{:>8}".format(*head)]
    lines += [
        f"{path:20}{found[path] / 1e3:12.3f}{same[path] / 1e3:16.3f}{100 * share[path]:8.3f}"
        f"{own[path] / 1e3:16.3f}{100 * free[path]:8.3f}"
        for path in own
    ]
    return [*lines, f"{days:g} days live in {took:.0f} s"], share


if __name__ == "__main__":
    for line in table(float(sys.argv[1]), Path(sys.argv[2]))[0]:
        sys.stdout.write(line + "\n")
