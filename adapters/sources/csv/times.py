"""Time stamps of a file as UTC nanoseconds, clock changes included.

Local time without an offset is as in `rami.information.table.local`; a stamp in the hour that
spring leaves out is an error, unless the row holds nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.configuration import EPOCHS, CsvFile
from adapters.sources.csv.digits import local_seconds
from adapters.sources.csv.plain import PlainCells
from adapters.sources.csv.table import Cells, Table
from rami.core.timegrid import NS, instant
from rami.information.table.faults import Faults
from rami.information.table.local import RepeatedHours, localise, named_zone, shifts
from rami.information.table.raster import Stamps

_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_SLASHED = re.compile(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})\b(.*)$")
_ELAPSED = re.compile(r"^\d{1,8}([.,]\d+)?$")
_NUMBER = re.compile(r"^\d{9,19}$")

#: years of measurements; their distances in ns fit 64 bits
_FIRST, _LAST = 1900, 2150
_FIRST_S, _LAST_S = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (_FIRST, _LAST))

Parser = Callable[[str], datetime]
Zone = tzinfo | None


def named_column(title: str | None, table: Table, faults: Faults) -> int:
    """Place of a column of times; the first one unless named."""
    if title is None:
        return 0
    if title not in table.header:
        faults.add("time column", 1, f"no time column {title!r}", str(table.header))
        return 0
    return table.header.index(title)


def time_places(declared: CsvFile, table: Table, faults: Faults) -> tuple[int, ...]:
    """The columns that make a time stamp: one, or date and time."""
    place = named_column(declared.time, table, faults)
    if table.header and _is_stamp(table.header[place]):
        what = f"{table.header[place]!r} stands where the titles of the columns should be"
        faults.add("header", 1, what, "the first line names the columns: time_utc,P_load_kW")
    if declared.date is None:
        return (place,)
    date = named_column(declared.date, table, faults)
    if declared.time is None and date == place:
        faults.add("time column", 1, "the date has a column, the time has none", "name it: time")
    return (date, place)


def zone_of(declared: CsvFile, titles: list[str], faults: Faults) -> Zone:
    """The zone of stamps without an offset; None when nothing says it."""
    title = next((t for t in titles if t.lower().removesuffix("]").endswith("utc")), None)
    if declared.zone is None:
        return UTC if title or declared.time_format in EPOCHS else None
    if title and declared.zone.upper() != "UTC":
        faults.add("zone", 1, f"column {title!r} says UTC, the declaration says {declared.zone}")
    return named_zone(declared.zone, faults)


def time_stamps(
    declared: CsvFile, table: Table, places: tuple[int, ...], zone: Zone, faults: Faults, base: int
) -> tuple[Stamps, NDArray[np.int64]]:
    """UTC nanoseconds, and the rows (places in the table) they belong to.

    `base` is added to the lines of faults.
    """
    fast = None if declared.time_format else _at_once([table.column(p) for p in places])
    rows = np.arange(len(table), dtype=np.int64)
    if fast is None:
        return _one_by_one(declared, table, places, rows, zone, faults, base)
    local, offset = fast
    if bool(((local < _FIRST_S) | (local >= _LAST_S)).any()):
        return _one_by_one(declared, table, places, rows, zone, faults, base)
    if offset is not None:
        return (local - offset) * NS, rows
    shift, clear = shifts(local, zone)
    stamps = (local - shift) * NS
    if clear.all():
        return stamps, rows
    hard, kept = _one_by_one(declared, table, places, rows[~clear], zone, faults, base)
    stamps[kept] = hard
    clear[kept] = True
    return stamps[clear], rows[clear]


def _at_once(cells: list[Cells]) -> tuple[Stamps, Stamps | None] | None:
    """As `local_seconds`, of one column or of date and time side by side."""
    parts: list[NDArray[np.uint8]] = []
    for column in cells:
        if not isinstance(column, PlainCells) or column.matrix is None or not len(column):
            return None
        matrix = column.matrix
        while matrix.shape[1] and bool((matrix[:, -1] == 32).all()):
            matrix = matrix[:, :-1]
        parts += [matrix] if not parts else [np.full((len(matrix), 1), 32, np.uint8), matrix]
    return local_seconds(np.hstack(parts))


def _one_by_one(
    declared: CsvFile,
    table: Table,
    places: tuple[int, ...],
    rows: NDArray[np.int64],
    zone: Zone,
    faults: Faults,
    base: int,
) -> tuple[Stamps, NDArray[np.int64]]:
    cells = [table.column(p) for p in places]
    parse = _parser(declared.time_format)
    stamps: list[int] = []
    kept: list[int] = []
    hours = RepeatedHours()
    beside = _beside(declared, table, places)
    others = [p for p in range(len(table.header)) if p not in places]
    for i in rows.tolist():
        text, line = " ".join(c[i].strip() for c in cells).strip(), int(table.lines[i]) + base
        try:
            moment = parse(text)
        except (ValueError, OverflowError):
            _not_a_stamp(text, line, declared, faults)
            continue
        if not _FIRST <= moment.year < _LAST:
            what = f"{text!r} lies outside {_FIRST} to {_LAST - 1}"
            faults.add("time stamps", line, what, "is it the time of a measurement?")
            continue
        if moment.tzinfo is None:
            group = tuple(table.cell(i, p) for p in beside) if beside is not None else i
            aware = localise(moment, zone, hours, group)
            if aware is None:
                if any(table.cell(i, p).strip() for p in others):
                    _no_instant(text, line, zone, faults)
                continue
            moment = aware
        stamps.append(instant(moment))
        kept.append(i)
    return np.array(stamps, np.int64), np.array(kept, np.int64)


def _beside(declared: CsvFile, table: Table, places: tuple[int, ...]) -> list[int] | None:
    """Columns whose cells tell which rows follow each other in time.

    None for issue times, which repeat: of the hour that comes twice they get the first.
    """
    titles = [declared.issued, declared.long.signal if declared.long else None]
    found = [table.header.index(t) for t in titles if t in table.header]
    return None if any(p in found for p in places) else found


def _parser(pattern: str | None) -> Parser:
    if pattern in EPOCHS:
        unit = EPOCHS[pattern]
        return lambda text: _since_epoch(text, unit)
    if pattern:
        return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007  zone follows
    return _parse


def _since_epoch(text: str, unit: int) -> datetime:
    whole, _, part = text.replace(",", ".").partition(".")
    ns = int(whole) * unit + round(float(f"0.{part or 0}") * unit)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)


def _parse(text: str) -> datetime:
    if _NUMBER.match(text):
        raise ValueError(text)  # Python reads 201901140000 as a date
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        dotted = _DOTTED.match(text)
        if not dotted:
            raise
        day, month, year, hour, minute, second = (int(g or 0) for g in dotted.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  zone follows


def _is_stamp(text: str) -> bool:
    try:
        return bool(_parse(text.strip()))
    except ValueError:
        return False


def _not_a_stamp(text: str, line: int, declared: CsvFile, faults: Faults) -> None:
    sort, what = "time stamps", f"{text!r} is not a time stamp"
    slashed = _SLASHED.match(text)
    if declared.time_format:
        hint = f"time_format is {declared.time_format!r}"
    elif _NUMBER.match(text):
        hint = "declare what it counts: time_format: epoch_s, epoch_ms, epoch_us or epoch_ns"
    elif slashed:
        first, second = int(slashed[1]), int(slashed[2])
        sign, rest = text[len(slashed[1])], " %H:%M" if ":" in slashed[4] else ""
        year = "%Y" if len(slashed[3]) == 4 else "%y"
        forms = [f"'%d{sign}%m{sign}{year}{rest}'", f"'%m{sign}%d{sign}{year}{rest}'"]
        if first > 12 or second > 12:
            hint = f"declare time_format: {forms[0] if first > 12 else forms[1]}"
        else:
            what += f": day {first} of month {second}, or day {second} of month {first}?"
            hint = f"declare time_format: {' or '.join(forms)}"
    else:
        hint = "wanted ISO 8601 or 31.12.2019 23:45, else give time_format"
        if _ELAPSED.match(text):
            hint += "; of seconds since the begin: epoch_s"
    faults.add(sort, line, what, hint)


def _no_instant(text: str, line: int, zone: Zone, faults: Faults) -> None:
    if zone is None:
        hint = "declare its zone, e.g. zone: UTC or zone: Europe/Berlin"
        faults.add("time without zone", line, f"{text!r} carries no time zone", hint)
    else:
        hint = "the clocks skip this hour in spring; is the file in another zone, e.g. UTC?"
        faults.add("skipped hour", line, f"{text!r} does not exist in {zone}", hint)
