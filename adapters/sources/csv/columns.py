"""Which column holds a series, and how its numbers become canonical."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.sources.csv.configuration import CsvColumn
from rami.core import units
from rami.core.errors import Problem
from rami.core.wording import did_you_mean

_BRACKETS = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]+?)\s*[\])]$")


@dataclass(frozen=True)
class Column:
    """Place of a series in a table; canonical value = cell * factor + offset."""

    place: int
    quantity: str
    unit: str
    factor: float
    offset: float


def split_header(title: str) -> tuple[str, str] | None:
    """(series, unit) of `price_da_EUR_per_MWh`, `load [kW]`, `load (kW)`; None without a unit."""
    bracketed = _BRACKETS.match(title)
    if bracketed:
        unit = bracketed[2].replace("°C", "degC")
        return (bracketed[1].strip(), unit) if units.quantities_of(unit) else None
    cuts = [i for i, c in enumerate(title) if c == "_"]
    for cut in cuts:
        series, written = title[:cut], title[cut + 1 :]
        unit = written.replace("_per_", "/").replace("pct", "%")
        if series and not series.endswith("_per") and units.quantities_of(unit):
            return series, unit
    return None


def offered(header: Iterable[str], time: int, mapping: Mapping[str, CsvColumn]) -> dict[str, str]:
    """Every series of a header by name, with the title of its column."""
    titles = list(header)
    found = {}
    for place, title in enumerate(titles):
        parts = split_header(title)
        if place != time and parts:
            found[parts[0]] = title
    found.update({name: c.column for name, c in mapping.items() if c.column in titles})
    return found


def find_column(
    file: str,
    header: tuple[str, ...],
    name: str,
    mapping: Mapping[str, CsvColumn],
    quantity: str | None,
) -> Column | Problem | None:
    """The column of a series, a problem with it, or None when the file does not have it.

    `quantity` is what the series must measure; None takes what its unit measures.
    """
    if name in mapping:
        title, unit = mapping[name].column, mapping[name].unit.replace("_per_", "/")
        if title not in header:
            hint = did_you_mean(title, header)
            return Problem(f"{file}:1", f"{name}: no column {title!r}", hint)
        places = [i for i, t in enumerate(header) if t == title]
    else:
        split = {i: split_header(t) for i, t in enumerate(header)}
        places = [i for i, parts in split.items() if parts and parts[0] == name]
        bare = [t for i, t in enumerate(header) if t.startswith(f"{name}_") and not split[i]]
        if not places and name in header:
            return Problem(
                f"{file}:1",
                f"column {name!r} has no unit",
                f"call it {name}_{_example(quantity)}, or map it: "
                f"columns: {{{name}: {{column: {name}, unit: ...}}}}",
            )
        if not places and bare and quantity:
            return Problem(
                f"{file}:1",
                f"column {bare[0]!r} has no unit of {quantity.replace('_', ' ')}",
                f"wanted {name}_ and one of {', '.join(map(_written, units.allowed(quantity)))}",
            )
        if not places:
            return None
        unit = (split[places[0]] or ("", ""))[1]
    if len(places) > 1:
        return Problem(f"{file}:1", f"{name} is in {len(places)} columns", "map one of them")
    return _column(file, name, places[0], unit, quantity)


def _column(file: str, name: str, place: int, unit: str, quantity: str | None) -> Column | Problem:
    measured = units.quantities_of(unit)
    what = quantity or (measured[0] if measured else "")
    if what not in measured:
        allowed = (
            units.allowed(what) if what else [u for q in units.CANONICAL for u in units.allowed(q)]
        )
        wanted = f"wanted a unit of {what.replace('_', ' ')}; " if what else ""
        return Problem(
            f"{file}:1", f"{name}: unit {unit!r} does not fit", wanted + did_you_mean(unit, allowed)
        )
    offset = units.convert(0.0, unit, what)
    return Column(place, what, unit, units.convert(1.0, unit, what) - offset, offset)


def _written(unit: str) -> str:
    return unit.replace("/", "_per_")


def _example(quantity: str | None) -> str:
    return _written(units.allowed(quantity)[0]) if quantity else "kW"
