"""The quality of signals judged, and cleaned signals kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import describe
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.quality.assess import Assessment, assess
from rami.information.quality.report import QualityReport
from rami.information.quality.resample import resample
from rami.information.quality.stages import chain_of
from services.report.whole_file import write_whole

if TYPE_CHECKING:
    from rami.information.quality.rule import Rule
    from services.assemble.quality import Judged

CLEAN = "clean"
#: raster of signals whose rule has none, s
STEP_S = 900.0
#: values of a table that is made in one go: some 4 GB with all that is made of them
_CELLS = 50_000_000


@dataclass(frozen=True)
class Cleaned:
    """Signals of the stage `clean` on one raster."""

    frame: Frame
    signals: tuple[Signal, ...]


def judge(judged: Judged) -> QualityReport:
    """All checks, cross-checks and fillings. Raises ConfigurationError without SaQC when it is
    asked for."""
    return QualityReport.of(judged.title, assessed(judged), judged.provenance)


def assessed(judged: Judged) -> Assessment:
    """Every signal graded and filled."""
    from services.assemble.engines import besides, engines

    return assess(
        judged.rows,
        judged.rules,
        judged.relations,
        sources=judged.sources,
        engines=engines(judged.rules),
        besides=besides(judged.saqc),
        models=judged.models,
    )


def clean_signals(judged: Judged, step_s: float | None) -> list[Cleaned]:
    """Every signal checked, filled and on a raster; `<name>@clean`, registers as growth.

    One table for each raster: `step_s` for all of them, else each rule's own step, else
    `STEP_S`. Raises DataError where a step is longer than the data.
    """
    found = assessed(judged)
    groups: dict[float, list[str]] = {}
    for name, one in found.signals.items():
        groups.setdefault(step_s or one.rule.step_s or STEP_S, []).append(name)
    return [_on_raster(judged, found, names, step) for step, names in sorted(groups.items())]


def _on_raster(judged: Judged, found: Assessment, names: Sequence[str], step_s: float) -> Cleaned:
    step = round(step_s * NS)
    spans = [one.rows for one in found.signals.values() if len(one.rows)]
    first = min(int(rows.times[0]) for rows in spans) // step * step
    last = max(int(rows.times[-1]) + rows.period_ns for rows in spans)
    grid = TimeGrid(first, step, (last - first) // step)
    if grid.count < 1:
        raise DataError([Problem("--step", f"{step_s:g} s is longer than the data")])
    if grid.count * len(names) > _CELLS:
        what = f"{step_s:g} s makes {grid.count:,} intervals of {len(names)} signals"
        hint = "choose a longer one, or a span with --from and --to"
        raise DataError([Problem("--step", what, hint)])
    values = np.empty((grid.count, len(names)))
    status = np.empty(values.shape, np.uint32)
    signals = []
    for j, name in enumerate(names):
        one = found.signals[name]
        how = chain_of(one.rule).resampling
        assert how is not None
        weighting = found.signals.get(one.rule.weight or "")
        weights = weighting.filled if weighting else None
        values[:, j], status[:, j] = resample(one.filled, grid, how, weights)
        grown = one.rule.cumulative and one.rule.how == "growth"
        raw = Signal(name, one.rule.signal.quantity, one.rule.cumulative and not grown)
        signals.append(raw.derived(CLEAN))
    said = "checked, filled, resampled from"
    sources = {
        signal.name: f"{said} {judged.sources.get(name, name)}"
        for signal, name in zip(signals, names, strict=True)
    }
    units = tuple(signal.unit for signal in signals)
    frame = Frame(grid, tuple(s.name for s in signals), units, values, status, sources)
    return Cleaned(frame, tuple(signals))


def keep(judged: Judged, tables: Sequence[Cleaned]) -> int:
    """Write cleaned signals to the site's historian; how many rows were new. Raw rows stay."""
    from services.assemble.historian import open_store

    assert judged.site is not None
    store = open_store(judged.site)
    try:
        new = 0
        for table in tables:
            store.declare(table.signals)
            rows = Rows.of_frame(table.frame)
            new += store.write(rows.where(np.isfinite(rows.values))).new
        return new
    finally:
        store.close()


def write_clean(frame: Frame, path: Path) -> None:
    """A CSV of time, and per signal its values and what is to be known of them.

    The file reads back as a source: units stand in the titles. Raises RunError where it cannot
    be written, ConfigurationError for another ending.
    """
    if path.suffix.lower() != ".csv":
        raise ConfigurationError([Problem("--out", f"{path.name} is no .csv", "call it .csv")])
    if path.parent != Path():
        path.parent.mkdir(parents=True, exist_ok=True)
    words = {int(q): describe(int(q)) for q in np.unique(frame.quality)}
    titles = ["time_utc"]
    for name, unit in zip(frame.names, frame.units, strict=True):
        raw = name.partition("@")[0]
        titles += [f"{raw}_{unit.replace('/', '_per_')}", f"{raw} status"]
    lines = [",".join(_quoted(t) for t in titles)]
    for i, time in enumerate(frame.grid.times()):
        cells = [iso(int(time))]
        for j in range(len(frame.names)):
            value = frame.values[i, j]
            cells.append(f"{value:.10g}" if isfinite(value) else "")
            cells.append(f'"{words[int(frame.quality[i, j])]}"')
        lines.append(",".join(cells))
    write_whole(path, "\n".join(lines) + "\n")


def _quoted(title: str) -> str:
    return '"' + title.replace('"', '""') + '"' if {*title} & {",", '"'} else title


def rule_rows(rule: Rule) -> list[tuple[str, str, str, str, str]]:
    """(signal, unit, part, what it says, where it comes from) for each part of a rule."""
    unit = rule.signal.unit.removeprefix("1")
    difference = "K" if rule.signal.quantity == "temperature" else unit
    said: dict[str, str] = {}
    bounds = [(rule.low, rule.high, ""), (rule.likely_low, rule.likely_high, "likely ")]
    ranges = [f"{word}{_between(a, b, unit)}" for a, b, word in bounds if _bounded(a, b)]
    if ranges:
        said["range"] = ", ".join(ranges)
    if isfinite(rule.rate):
        said["rate"] = f"at most {rule.rate * 3600:g} {difference} in 1 h"
    if rule.spike is not None:
        said["spike"] = f"threshold {rule.spike:g}, at least {rule.spike_least:g} {difference}"
    if isfinite(rule.stuck_s):
        said["stuck"] = f"after {span(rule.stuck_s)}" + (", or by habit" * rule.stuck_habit)
    if rule.cumulative and not rule.signal.signed:
        said["reset"] = "a register that only grows"
    if rule.zone is not None:
        said["zone"] = rule.zone
    if rule.period_s is not None:
        said["period"] = span(rule.period_s)
    if isfinite(rule.stale_s):
        said["stale"] = f"after {span(rule.stale_s)}"
    if rule.fill != "none":
        said["fill"] = f"{rule.fill}, gaps of at most {span(rule.longest_s)}"
    said["resample"] = rule.how + (f" weighted by {rule.weight}" if rule.weight else "")
    if rule.engine != "own":
        said["engine"] = rule.engine
    for part in rule.skip:
        said.pop(part, None)
    name = rule.signal.name
    return [(name, unit, part, text, rule.origins.get(part, "")) for part, text in said.items()]


def span(seconds: float) -> str:
    """In the largest unit that gives a whole number."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _bounded(low: float, high: float) -> bool:
    return isfinite(low) or isfinite(high)


def _between(low: float, high: float, unit: str) -> str:
    if not isfinite(low):
        return f"at most {high:g} {unit}".strip()
    both = f"{low:g} to {high:g}" if isfinite(high) else f"at least {low:g}"
    return f"{both} {unit}".strip()
