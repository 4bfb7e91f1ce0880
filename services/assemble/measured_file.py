"""One series and its air temperature from a data file of any column names, gaps and all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean
from rami.information.forecast.history import History
from rami.information.table.columns import Title
from rami.information.table.raster import Raster
from services.assemble.measured_rows import one_line, raster_of

if TYPE_CHECKING:
    from adapters.sources.csv.parts import Parts

_AIR = re.compile(
    r"temp|t_?air|t_?out|t_?amb|t2m|outdoor|aussen|außen|luft|degc|°c|deg_c|degf|°f", re.IGNORECASE
)
_WATER = re.compile(r"m3|inlet|outlet|flow|return|supply|vorlauf|ruecklauf|rücklauf|wet", re.I)
_WEATHER = re.compile(r"humid|wind|ghi|irradi|radiation|pressure|wet_?bulb|cloud|rain", re.I)
_UNIT = re.compile(r"[\[(]\s*([^\])]+?)\s*[\])]$|_((?:[A-Za-z0-9%]+_per_[A-Za-z0-9]+)|[A-Za-z%]+)$")
_YEARS = (np.datetime64("1971"), np.datetime64("2150"))
_PRICE = re.compile(r"price|preis|eur", re.IGNORECASE)
#: share of steps by which a register may fall (resets, misread values) and number always allowed,
#: its rises for each fall, and values that show one
_FALLS, _FALLS_FEW, _RISES, _ENOUGH = 0.001, 3, 20, 48
_SPAN = (-60.0, 60.0)
#: other columns that are named at most
_NAMED = 8
_FAHRENHEIT = re.compile(r"deg_?f|°f|_f$|\[f\]|fahrenheit", re.IGNORECASE)
#: intervals within which a register that fell and comes back has only been misread
_MISREAD = 48
#: what makes a column likely to be the one meant, and what makes it unlikely
_LOAD = re.compile(
    r"heat|load|dem|power|energy|last|w(ä|ae)rme|verbrauch|consum|elec|strom|price|preis|co2|"
    r"generation|^p_",
    re.IGNORECASE,
)
_UNITS = re.compile(r"^(([kMGT]?Wh?)|[GM]J|.*/[kM]Wh)$")
_OTHER = re.compile(
    r"^(.*_)?(id|count|number|index|no|flag|status|quality|filled|year|month|week|day|hour)(_.*)?$|"
    r"volume|flow|inlet|outlet|m3|temp|°c|degc|customers",
    re.IGNORECASE,
)


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
    notes: list[str] = []
    found = _columns(file, zone, notes)
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


def _columns(file: Path, zone: str | None, notes: list[str]) -> _Columns:
    if not file.is_file():
        there = [p.name for p in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise DataError([Problem(str(file), "no such file", did_you_mean(file.name, there))])
    parts = _opened(file, zone, notes)
    order, raster = raster_of(parts, notes)
    if 86400 % raster.grid.step_s:
        what = f"a step of {raster.grid.step_s:g} s does not divide a day"
        raise DataError([Problem(str(file), what, "resample it first, e.g. to 15 min or 1 h")])
    return _numeric(parts, order, raster)


def _opened(file: Path, zone: str | None, notes: list[str]) -> Parts:
    """The file as it stands, else with the zone, else with stamps that count from 1970."""
    from adapters.sources.csv.configuration import EPOCHS, CsvFile
    from adapters.sources.csv.parts import Parts

    asked = CsvFile(file=Path(file.name))
    try:
        return Parts(asked, file.parent)
    except DataError as error:
        why = error
    for update in ({"zone": zone or "UTC"}, *({"time_format": epoch} for epoch in EPOCHS)):
        try:
            parts = Parts(asked.model_copy(update=update), file.parent)
        except DataError:
            continue
        years = np.asarray(parts.stamps()[[0, -1]], "datetime64[ns]").astype("datetime64[Y]")
        if not (_YEARS[0] <= years).all() or not (years <= _YEARS[1]).all():
            continue
        if "time_format" in update:
            notes.append(f"stamps count from 1970: {update['time_format']}")
        elif zone is None:
            notes.append("stamps carry no zone: taken as UTC (--zone names another)")
        return parts
    raise one_line(why.problems)


def _numeric(parts: Parts, order: NDArray[np.int64], raster: Raster) -> _Columns:
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
            found.values[title] = raster.spread(values[order])
    if not found.values:
        raise one_line(problems or [Problem(parts.file, "has no column but the time")])
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
    """The first of those that look most like a load or a price; a constant is none."""
    candidates = []
    for title, values in found.values.items():
        known = values[np.isfinite(values)]
        weather = _WEATHER.search(title) or (_AIR.search(title) and not _WATER.search(title))
        if title == temperature or weather or not len(known) or np.isin(known, (0.0, 1.0)).all():
            continue
        if known.min() == known.max() and len(found.values) > 1:
            continue
        candidates.append(title)
    if not candidates:
        what = f"no column to forecast among {', '.join(found.values)}"
        raise DataError([Problem(found.file, what, "name it with --column")])
    chosen = max(candidates, key=_likeness)  # the first of several alike
    rest = [c for c in candidates if c != chosen]
    more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
    others = f" (--column takes another: {', '.join(rest[:_NAMED])}{more})" if rest else ""
    notes.append(f"series: column {chosen!r}{others}")
    return chosen


def _likeness(title: str) -> int:
    """How much a column's title looks like a load's or a price's."""
    known_unit = bool(_UNITS.match(_unit(title)))
    return 3 * known_unit + 2 * bool(_LOAD.search(title)) - 4 * bool(_OTHER.search(title))


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
    """Whether weather can have these values, in degC or K, in degF up to 60."""
    known = values[np.isfinite(values)]
    if len(known) and known.min() > 200:
        known = known - 273.15
    return bool(len(known)) and bool(known.min() >= _SPAN[0]) and bool(known.max() <= _SPAN[1])


def _celsius(found: _Columns, air: str | None, grid: TimeGrid) -> History | None:
    if air is None:
        return None
    values = found.values[air]
    known = values[np.isfinite(values)]
    if len(known) and known.min() > 200:
        values = values - 273.15
    elif _FAHRENHEIT.search(air):
        values = (values - 32) / 1.8
    if not _is_weather(values):
        what = f"column {air!r} holds no air temperature in degC or K"
        raise DataError([Problem("--temperature", what, "name another, or 'none'")])
    return History(air, "degC", grid, values)


def _is_register(values: Values) -> bool:
    known = values[np.isfinite(values)]
    if len(known) < _ENOUGH or known.max() <= known.min():
        return False
    steps = np.diff(known)
    falls, rises = int((steps < 0).sum()), int((steps > 0).sum())
    few = max(_FALLS * len(steps), _FALLS_FEW)
    return falls <= few and rises > _FALLS * len(steps) and rises >= _RISES * max(falls, 1)


def _differences(register: Values, step_h: float) -> Values:
    """Rise per hour of each interval; NaN at resets, beside gaps and misread values."""
    known = np.flatnonzero(np.isfinite(register))
    seen = register[known]
    for place in np.flatnonzero(np.diff(seen) < 0):
        back = np.flatnonzero(seen[place + 1 : place + 1 + _MISREAD] >= seen[place])
        if len(back):  # a reset does not come back
            register = register.copy()
            register[known[place + 1 : place + 1 + back[0]]] = np.nan
    rise = np.append(np.diff(register), np.nan) / step_h
    return np.where(rise < 0, np.nan, rise)


def _unit(title: str) -> str:
    parts = Title(title, 0).parts()
    if parts:
        return parts[1]
    found = _UNIT.search(title)
    return (found[1] or found[2]).replace("_per_", "/") if found else ""
