"""Time stamps of a file as UTC nanoseconds, clock changes included.

Local time without an offset: in autumn the repeated hour is told apart by order (its first
occurrence is summer time); a stamp in the hour that spring leaves out is an error, unless the
row holds nothing else. Nothing is ever sorted or shifted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.faults import Faults
from adapters.sources.csv.table import Table
from rami.core.timegrid import instant, iso

_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?$")

Stamps = NDArray[np.int64]
Parser = Callable[[str], datetime]


def time_column(declared: CsvFile, table: Table, faults: Faults) -> int:
    """Place of the time column; the first one unless named."""
    if declared.time is None:
        return 0
    if declared.time not in table.header:
        faults.add("time column", 1, f"no time column {declared.time!r}", str(table.header))
        return 0
    return table.header.index(declared.time)


def time_stamps(declared: CsvFile, table: Table, faults: Faults) -> tuple[Stamps, list[int]]:
    """UTC nanoseconds, and the rows (places in the table) they belong to."""
    place = time_column(declared, table, faults)
    zone = _zone(declared, table.header[place], faults)
    parse = _parser(declared.time_format)
    stamps: list[int] = []
    kept: list[int] = []
    seen: set[datetime] = set()
    for i, row in enumerate(table.rows):
        text, line = row[place].strip(), table.lines[i]
        try:
            moment = parse(text)
        except ValueError:
            hint = "wanted ISO 8601 or 31.12.2019 23:45, else give time_format"
            faults.add("time stamps", line, f"{text!r} is not a time stamp", hint)
            continue
        if moment.tzinfo is None:
            aware = _localise(moment, zone, seen)
            if aware is None:
                if any(cell.strip() for j, cell in enumerate(row) if j != place):
                    _no_instant(text, line, zone, faults)
                continue
            moment = aware
        stamps.append(instant(moment))
        kept.append(i)
    return np.array(stamps, np.int64), kept


def check_order(stamps: Stamps, lines: list[int], faults: Faults) -> None:
    """Every stamp later than the one before; repeated and unsorted rows are named."""
    first_at: dict[int, int] = {}
    for i in np.flatnonzero(np.diff(stamps) <= 0) + 1:
        if not first_at:
            for j, t in enumerate(stamps.tolist()):
                first_at.setdefault(t, lines[j])
        stamp, line = int(stamps[i]), lines[int(i)]
        if first_at[stamp] != line:
            what = f"time {iso(stamp)} was already given in line {first_at[stamp]}"
            faults.add("repeated times", line, what, "keep one row per interval")
        else:
            what = f"time {iso(stamp)} is earlier than the row above ({iso(int(stamps[i - 1]))})"
            faults.add("unsorted rows", line, what, "sort the file by time")


def _parser(pattern: str | None) -> Parser:
    if pattern:
        return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007  zone follows
    return _parse


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        dotted = _DOTTED.match(text)
        if not dotted:
            raise
        day, month, year, hour, minute, second = (int(g or 0) for g in dotted.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  zone follows


def _zone(declared: CsvFile, title: str, faults: Faults) -> tzinfo | None:
    says_utc = title.lower().endswith("utc") or title.lower().endswith("[utc]")
    if declared.zone is None:
        return UTC if says_utc else None
    if says_utc and declared.zone.upper() != "UTC":
        faults.add("zone", 1, f"column {title!r} says UTC, the declaration says {declared.zone}")
    try:
        return ZoneInfo(declared.zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.add("zone", None, f"no time zone {declared.zone!r}", "e.g. UTC, Europe/Berlin")
        return None


def _localise(moment: datetime, zone: tzinfo | None, seen: set[datetime]) -> datetime | None:
    """The aware instant of local time; None where there is no such instant."""
    if zone is None:
        return None
    early, late = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    before, after = early.utcoffset() or timedelta(), late.utcoffset() or timedelta()
    if before == after:
        return early
    if before < after:
        return None
    if moment in seen:
        return late
    seen.add(moment)
    return early


def _no_instant(text: str, line: int, zone: tzinfo | None, faults: Faults) -> None:
    if zone is None:
        hint = "declare its zone, e.g. zone: UTC or zone: Europe/Berlin"
        faults.add("time without zone", line, f"{text!r} carries no time zone", hint)
    else:
        hint = "the clocks skip this hour in spring; is the file in another zone, e.g. UTC?"
        faults.add("skipped hour", line, f"{text!r} does not exist in {zone}", hint)
