"""timeseries.csv.gz: the series of all runs in one table, units in the column names."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.junction import Junction
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame, Values
from rami.core.timegrid import iso
from services.report.whole_file import whole_file
from services.study.outcome import RunOutcome, StudyOutcome

#: seven digits: better than any meter; level 1: a third larger than 9, ten times faster
_NUMBER = "%.7g"
_LEVEL = 1


def write_timeseries(outcome: StudyOutcome, site: SiteTopology, path: Path) -> None:
    """One row per run and interval: `season`, `mode`, `time_utc` (start of the interval), series.

    Series are the external data, interval means (powers, contents, flows and temperatures of
    exchangers, temperatures of network lines), metered energy of the interval, and the
    schedule (`..._scheduled_<unit>`). Empty cells: the run has no such series, or no value.
    Raises RunError where it cannot be written.
    """
    runs = [
        (name, mode, dict(_columns(site, run)))
        for name, season in outcome.seasons.items()
        for mode, run in season.runs.items()
    ]
    header = list(dict.fromkeys(column for *_, columns in runs for column in columns))
    with whole_file(path) as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        file.write(",".join(["season", "mode", "time_utc", *header]).encode() + b"\n")
        for season, mode, columns in runs:
            grid = outcome.seasons[season].runs[mode].means.grid
            empty = np.full(grid.count, np.nan)
            table = np.column_stack([columns.get(c, empty) for c in header])
            times = [iso(int(ns)) for ns in grid.times()]
            file.write(_lines(f"{season},{mode},", times, table).encode())


def _lines(start: str, times: list[str], table: Values) -> str:
    numbers = ",".join([_NUMBER] * table.shape[1])
    rows = [(numbers % tuple(row)).replace("nan", "") for row in table.tolist()]
    return "".join([f"{start}{t},{r}\n" for t, r in zip(times, rows, strict=True)])


def _columns(site: SiteTopology, run: RunOutcome) -> Iterator[tuple[str, Values]]:
    yield from _named(run.data)
    yield from _named(run.means.select([n for n in run.means.names if _useful(site, n)]))
    yield from _named(run.meters)
    if run.forecast is not None:
        yield from _named(run.forecast, "_forecast")
    if run.kpi is not None:
        yield from _named(run.kpi)
    if run.scheduled is not None:
        yield from _named(run.scheduled, "_scheduled")


def _named(frame: Frame, mark: str = "") -> Iterator[tuple[str, Values]]:
    for place, (name, unit) in enumerate(zip(frame.names, frame.units, strict=True)):
        yield f"{name}{mark}_{unit}", frame.values[:, place]


def _useful(site: SiteTopology, path: str) -> bool:
    """Powers and contents of everything; all of exchangers; temperatures of lines."""
    twin, component, point = path.split(".", 2)
    if point.startswith("P") or point in ("Q", "COP"):
        return True
    return isinstance(site.twins[twin].components.get(component), HeatExchanger | Junction)
