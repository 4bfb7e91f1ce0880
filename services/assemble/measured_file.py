"""One series and its air temperature from a data file of any column names, gaps and all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean
from rami.information.forecast.history import History
from rami.information.table.columns import Title
from rami.information.table.raster import Raster, find_raster

if TYPE_CHECKING:
    from adapters.sources.csv.parts import Parts

_AIR = re.compile(r"temp|t_?air|t_?out|outdoor|aussen|außen|luft|degc|°c|deg_c", re.IGNORECASE)
_WATER = re.compile(r"m3|inlet|outlet|flow|return|supply|vorlauf|ruecklauf|rücklauf|wet", re.I)
_WEATHER = re.compile(r"humid|wind|ghi|irradi|radiation|pressure|wet_?bulb|cloud|rain", re.I)
_UNIT = re.compile(r"[\[(]\s*([^\])]+?)\s*[\])]$|_((?:[A-Za-z0-9%]+_per_[A-Za-z0-9]+)|[A-Za-z%]+)$")
_PRICE = re.compile(r"price|preis|eur", re.IGNORECASE)
#: share of steps by which a register may fall (resets), and values that show one
_FALLS, _ENOUGH = 0.001, 48
_SPAN = (-60.0, 60.0)


@dataclass(frozen=True)
class Measured:
    """The series to forecast, the air temperature if there is one, and what was chosen and why."""

    series: History
    temperature: History | None
    notes: tuple[str, ...] = ()


@dataclass
class _Columns:
    """The numeric columns of a file on its raster, by title."""

    file: str
    raster: Raster
    values: dict[str, Values]
    texts: list[str] = field(default_factory=list)


def read_measured(
    file: Path, column: str | None, temperature: str | None, zone: str | None
) -> Measured:
    """The named columns, or the first that looks like a load or a price, and an air temperature.

    A register (values that only rise) is differenced to means of its intervals; a reset or a
    gap leaves the intervals beside it out. `zone` is that of stamps without an offset. Raises
    DataError with every problem.
    """
    found = _columns(file, zone)
    notes: list[str] = []
    place = _named("--column", column, found) if column else _likely(found, temperature, notes)
    air: str | None = None
    if temperature and temperature.lower() != "none":
        air = _named("--temperature", temperature, found)
    elif not temperature:
        air = _air(found, place)
        notes += [f"temperature: column {air!r}"] if air else ["no column of air temperature"]
    values, unit = found.values[place], _unit(place)
    if _is_register(values):
        step_h = found.raster.grid.step_h
        values = _differences(values, step_h)
        unit = "kW" if unit == "kWh" else f"{unit or '1'} per h"
        notes.append(f"column {place!r} is a register: its differences are forecast, in {unit}")
    known = values[np.isfinite(values)]
    if not len(known):
        raise DataError([Problem(found.file, f"column {place!r} holds no numbers")])
    missing = 1 - len(known) / len(values)
    if missing:
        notes.append(f"gaps: {100 * missing:.1f} % of the intervals have no value")
    floor = 0.0 if known.min() >= 0 and not _PRICE.search(place) else None
    grid = found.raster.grid
    return Measured(
        History(place, unit, grid, values, floor), _celsius(found, air, grid), tuple(notes)
    )


def _columns(file: Path, zone: str | None) -> _Columns:
    from adapters.sources.csv.configuration import CsvFile
    from adapters.sources.csv.parts import Parts

    if not file.is_file():
        there = [p.name for p in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise DataError([Problem(str(file), "no such file", did_you_mean(file.name, there))])
    try:
        parts = Parts(CsvFile(file=Path(file.name)), file.parent)
    except DataError:
        if zone is None:
            raise
        parts = Parts(CsvFile(file=Path(file.name), zone=zone), file.parent)
    faults = parts.faults()
    raster = find_raster(parts.stamps(), parts.lines(), None, False, faults)
    if raster is None:
        raise DataError(faults.problems)
    if 86400 % raster.grid.step_s:
        what = f"a step of {raster.grid.step_s:g} s does not divide a day"
        raise DataError([Problem(str(file), what, "resample it first, e.g. to 15 min or 1 h")])
    return _numeric(parts, raster)


def _numeric(parts: Parts, raster: Raster) -> _Columns:
    """Columns without a fault; the first fault is told when none is left."""
    found = _Columns(parts.file, raster, {})
    problems: list[Problem] = []
    for place, title in enumerate(parts.header):
        if place in parts.times or title in found.values:
            continue
        faults = parts.faults()
        numbers = parts.numbers({place}, faults)
        values = np.empty(0) if faults else numbers(title, place, None, faults)
        if faults:
            problems += faults.problems[:1]
            found.texts.append(title)
        else:
            found.values[title] = raster.spread(values)
    if not found.values:
        raise DataError(problems or [Problem(parts.file, "has no column but the time")])
    return found


def _named(option: str, word: str, found: _Columns) -> str:
    """A title by itself or without its unit."""
    titles = list(found.values)
    if word in found.values:
        return word
    close = [t for t in titles if (Title(t, 0).parts() or ("", ""))[0] == word]
    close = close or [t for t in titles if t.startswith((f"{word}_", f"{word} "))]
    if len(close) == 1:
        return close[0]
    if word in found.texts:
        what = f"column {word!r} holds text among its numbers"
        raise DataError([Problem(option, what, "every cell is a number or empty")])
    what = f"{word!r} may be {' or '.join(close)}" if close else f"no column {word!r}"
    raise DataError([Problem(option, f"{what} in {found.file}", did_you_mean(word, titles))])


def _likely(found: _Columns, temperature: str | None, notes: list[str]) -> str:
    """The first column that is neither weather nor a mark of zeros and ones."""
    candidates = []
    for title, values in found.values.items():
        known = values[np.isfinite(values)]
        weather = _WEATHER.search(title) or (_AIR.search(title) and not _WATER.search(title))
        if title == temperature or weather or not len(known) or np.isin(known, (0.0, 1.0)).all():
            continue
        candidates.append(title)
    if not candidates:
        what = f"no column to forecast among {', '.join(found.values)}"
        raise DataError([Problem(found.file, what, "name it with --column")])
    others = f" (--column takes another: {', '.join(candidates[1:])})" if candidates[1:] else ""
    notes.append(f"series: column {candidates[0]!r}{others}")
    return candidates[0]


def _air(found: _Columns, series: str) -> str | None:
    """The column of air temperature: by its name, with values that weather can have."""
    titles = [
        t
        for t, v in found.values.items()
        if t != series and _AIR.search(t) and not _WATER.search(t) and _is_weather(v)
    ]
    return next((t for t in titles if re.search("air|out|amb", t, re.IGNORECASE)), None) or next(
        iter(titles), None
    )


def _is_weather(values: Values) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known)) and bool(known.min() >= _SPAN[0]) and bool(known.max() <= _SPAN[1])


def _celsius(found: _Columns, air: str | None, grid: TimeGrid) -> History | None:
    if air is None:
        return None
    values = found.values[air]
    known = values[np.isfinite(values)]
    if len(known) and known.min() > 200:
        values = values - 273.15
    if not _is_weather(values):
        what = f"column {air!r} holds no air temperature in degC or K"
        raise DataError([Problem("--temperature", what, "name another, or 'none'")])
    return History(air, "degC", grid, values)


def _is_register(values: Values) -> bool:
    known = values[np.isfinite(values)]
    if len(known) < _ENOUGH or known.max() <= known.min():
        return False
    steps = np.diff(known)
    return bool((steps < 0).mean() <= _FALLS and (steps > 0).mean() > _FALLS)


def _differences(register: Values, step_h: float) -> Values:
    """Rise per hour of each interval; NaN at resets and beside gaps."""
    rise = np.append(np.diff(register), np.nan) / step_h
    return np.where(rise < 0, np.nan, rise)


def _unit(title: str) -> str:
    parts = Title(title, 0).parts()
    if parts:
        return parts[1]
    found = _UNIT.search(title)
    return (found[1] or found[2]).replace("_per_", "/") if found else ""
