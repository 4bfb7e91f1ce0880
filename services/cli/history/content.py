"""`rami data stats`, `last` and `compact`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.timegrid import iso
from services.assemble.historian import open_store
from services.cli.history.wanted import signals_of
from services.cli.output import print_json, print_table, say
from services.cli.site import opened

if TYPE_CHECKING:
    from rami.core.historian import StoreStats


def stats(file: Path | None, *, store: Path | None, json: bool) -> None:
    """What the historian holds."""
    with closing(open_store(opened(file), read_only=True, folder=store)) as history:
        found = history.stats()
    if json:
        print_json(_plain(found))
        return
    rows: list[tuple[str, object]] = [
        ("kind", found.kind),
        ("place", found.place),
        ("signals", found.signals),
        ("rows", f"{found.rows:,}"),
        ("on disk", _size(found.bytes)),
    ]
    if found.rows:
        rows.append(("bytes per row", f"{found.bytes_per_row:.1f}"))
    if found.first_ns is not None and found.last_ns is not None:
        rows += [("first", iso(found.first_ns)), ("last", iso(found.last_ns))]
    rows += [(name.replace("_", " "), _grouped(value)) for name, value in found.details.items()]
    print_table(("figure", "value"), rows)
    if found.months:
        say()
        print_table(("month", "rows"), list(found.months.items()))


def last(file: Path | None, pattern: str, *, store: Path | None, json: bool) -> None:
    """The latest value of signals."""
    from rami.core.quality import describe

    with closing(open_store(opened(file), read_only=True, folder=store)) as history:
        signals = signals_of(history, pattern)
        rows = history.last([s.name for s in signals])
    known = {s.name: s for s in signals}
    found = []
    for k in range(len(rows)):
        name, value = rows.names[int(rows.places[k])], float(rows.values[k])
        found.append(
            {
                "signal": name,
                "time_utc": iso(int(rows.times[k])),
                "value": value if isfinite(value) else None,
                "unit": known[name].unit,
                "quality": describe(int(rows.status[k])),
            }
        )
    found.sort(key=lambda row: str(row["signal"]))
    if json:
        print_json(found)
    else:
        print_table(
            ("signal", "time_utc", "value", "unit", "quality"),
            [tuple(_cell(v) for v in row.values()) for row in found],
        )


def compact(file: Path | None, *, store: Path | None, json: bool) -> None:
    """Close finished months, drop what retention says."""
    site = opened(file)
    open_store(site, read_only=True, folder=store).close()  # one that is not there is not made
    with closing(open_store(site, folder=store)) as history:
        figures = history.compact()
    if json:
        print_json(dict(figures))
    else:
        print_table(
            ("figure", "value"),
            [(name.replace("_", " "), f"{value:,.0f}") for name, value in figures.items()],
        )


def _plain(found: StoreStats) -> dict[str, Any]:
    plain = asdict(found)
    first, after = plain.pop("first_ns"), plain.pop("last_ns")
    return {
        **plain,
        "bytes_per_row": found.bytes_per_row if found.rows else None,
        "first": None if first is None else iso(first),
        "last": None if after is None else iso(after),
    }


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _grouped(text: str) -> str:
    return f"{int(text):,}" if text.isdecimal() else text


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
