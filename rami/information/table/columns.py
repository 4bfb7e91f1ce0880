"""Which column (of a long file: which signal) holds a series, and how it becomes canonical."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rami.core import units
from rami.core.errors import Problem
from rami.core.wording import did_you_mean
from rami.information.table.settings import MappedColumn
from rami.information.table.track import RATES

_SPELT = (
    ("°C", "degC"), ("°F", "degF"), ("³", "3"), ("²", "2"), ("€", "EUR"), ("_per_", "/"),
)  # fmt: skip
_BRACKETS = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]+?)\s*[\])]$")


@dataclass(frozen=True)
class Title:
    """Name of a column or signal as the file has it, its place, and a unit given beside it."""

    text: str
    place: int
    unit: str = ""

    def parts(self) -> tuple[str, str] | None:
        """(series, unit), None without a known unit."""
        return _parts(self.text, self.unit)


@dataclass(frozen=True)
class Column:
    """Place of a series in a table; canonical value = cell * factor + offset.

    `quantity` is that of the cells, of a register's readings too. `status` is the place of
    the column that says whether a value is good.
    """

    place: int
    quantity: str
    unit: str
    factor: float
    offset: float
    title: str = ""
    register: bool = False
    status: str | None = None

    @property
    def gives(self) -> str:
        """Quantity of the series: of a register its rate."""
        return RATES[self.quantity][0] if self.register else self.quantity


def written_unit(text: str) -> str:
    """A unit as files write it, in our spelling: `[°C]`, `m³/h`, `EUR_per_MWh`."""
    bare = text.strip().strip("[]()").strip()
    for written, ours in _SPELT:
        bare = bare.replace(written, ours)
    return bare


@lru_cache(maxsize=1 << 16)
def _parts(title: str, written: str) -> tuple[str, str] | None:
    unit = written_unit(written)
    return (title, unit) if units.quantities_of(unit) else split_header(title)


def split_header(title: str) -> tuple[str, str] | None:
    """(series, unit) of `price_da_EUR_per_MWh`, `load [kW]`, `load (kW)`; None without a unit."""
    bracketed = _BRACKETS.match(title)
    if bracketed:
        unit = written_unit(bracketed[2])
        return (bracketed[1].strip(), unit) if units.quantities_of(unit) else None
    cuts = [i for i, c in enumerate(title) if c == "_"]
    for cut in cuts:
        series, written = title[:cut], title[cut + 1 :]
        unit = written.replace("_per_", "/").replace("pct", "%")
        if series and not series.endswith("_per") and units.quantities_of(unit):
            return series, unit
    return None


def offered(titles: Sequence[Title], mapping: Mapping[str, MappedColumn]) -> dict[str, str]:
    """Every series on offer by name, with the title of its column."""
    found = {}
    for title in titles:
        parts = title.parts()
        if parts:
            found[parts[0]] = title.text
    there = {t.text for t in titles}
    found.update({name: c.column for name, c in mapping.items() if c.column in there})
    return found


def find_column(
    file: str,
    titles: Sequence[Title],
    name: str,
    mapping: Mapping[str, MappedColumn],
    quantity: str | None,
) -> Column | Problem | None:
    """The column of a series, a problem with it, or None when the file does not have it.

    `quantity` is what the series must measure; None takes what its unit measures.
    """
    mapped = mapping.get(name)
    if mapped:
        title, unit = mapped.column, written_unit(mapped.unit)
        found = [t for t in titles if t.text == title]
        if not found:
            hint = did_you_mean(title, [t.text for t in titles])
            return Problem(f"{file}:1", f"{name}: no column {title!r}", hint)
    else:
        split = {t: t.parts() for t in titles}
        found = [t for t, parts in split.items() if parts and parts[0] == name]
        bare = [t.text for t in titles if t.text.startswith(f"{name}_") and not split[t]]
        if not found and any(t.text == name for t in titles):
            return Problem(
                f"{file}:1",
                f"column {name!r} has no unit",
                f"call it {name}_{_example(quantity)}, or map it: "
                f"columns: {{{name}: {{column: {name}, unit: ...}}}}",
            )
        if not found and bare and quantity:
            return Problem(
                f"{file}:1",
                f"column {bare[0]!r} has no unit of {quantity.replace('_', ' ')}",
                f"wanted {name}_ and one of {', '.join(map(_written, units.allowed(quantity)))}",
            )
        if not found:
            return None
        unit = (split[found[0]] or ("", ""))[1]
    if len(found) > 1:
        return Problem(f"{file}:1", f"{name} is in {len(found)} columns", "map one of them")
    return _column(file, name, found[0], unit, quantity, mapped)


def _column(
    file: str, name: str, title: Title, unit: str, quantity: str | None, mapped: MappedColumn | None
) -> Column | Problem:
    measured = units.quantities_of(unit)
    register = mapped is not None and mapped.register_
    if register:
        counted = [q for q, (rate, _) in RATES.items() if quantity in (None, rate)]
        what = next((q for q in counted if q in measured), counted[0] if counted else "energy")
    else:
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
    factor = units.convert(1.0, unit, what) - offset
    status = mapped.status if mapped else None
    return Column(title.place, what, unit, factor, offset, title.text, register, status)


def _written(unit: str) -> str:
    return unit.replace("/", "_per_")


def _example(quantity: str | None) -> str:
    return _written(units.allowed(quantity)[0]) if quantity else "kW"
