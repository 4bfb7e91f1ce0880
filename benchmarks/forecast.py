"""Day-ahead forecasts of a measured heat load: error beside naive ones, CPU beside boosting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row, cpu, in_turns
from rami.core.timegrid import TimeGrid
from rami.information.forecast.backtest import Rules, backtest
from rami.information.forecast.calendar import DAY_NS, LocalCalendar
from rami.information.forecast.methods import forecaster
from rami.information.forecast.outlook import Expected
from rami.information.forecast.task import Task

_FILE = Path(__file__).parents[2] / "shared" / "data" / "heat_aalborg_aggregate_2018_hourly.csv"
_ZONE = LocalCalendar("Europe/Berlin")


def rows(quick: bool = False) -> Iterator[Row]:
    """nMAE (goal: 9 %, and 0.8 of persistence), coverage of the band, CPU per issue."""
    from services.assemble.measured_file import read_measured

    if not _FILE.is_file():
        return
    measured = read_measured(_FILE, None, None, None)
    rules = Rules(retrain_ns=(28 if quick else 7) * DAY_NS)
    methods = ["ridge"] if quick else ["ridge", "boosting", "ridge+boosting"]
    found = backtest(measured.series, measured.temperature, methods, _ZONE, rules)
    scored = {n: t.scores(found.measured, rules.levels) for n, t in found.methods.items()}
    naive = 100 * scored["persistence"].nmae
    for name in methods:
        value = 100 * scored[name].nmae
        goal = 0.8 if name == "ridge" else None
        met = value <= 9 and value <= 0.8 * naive if goal else None
        yield Row(
            f"day-ahead nMAE of {name}, Aalborg 2018, 1.5 K",
            value,
            "%",
            "persistence",
            naive,
            value / naive,
            goal,
            met,
        )
    inside = 100 * scored["ridge"].coverage
    yield Row("values in the 80 % band of ridge", inside, "%", met=75 <= inside <= 85)

    assert measured.temperature is not None
    outlook = Expected(measured.temperature, 1.5)
    issued = found.issues[150]
    grid = TimeGrid(issued + DAY_NS // 2, measured.series.grid.step_ns, 24)
    task = Task(issued, grid, measured.series.until(issued, 60 * DAY_NS), outlook, _ZONE)

    def one(name: str) -> float:
        method = forecaster(name)
        return cpu(lambda: method.fit(task).predict(task))

    timed = in_turns(lambda: one("ridge"), lambda: one("boosting"), 3 if quick else 9, 1e3)
    yield timed.at_most("CPU of learning and forecasting, 60 d hourly", "ms", "boosting", None)
