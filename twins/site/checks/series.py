"""Series: the units of mapped columns, prices that exist, loads that are counted once."""

from __future__ import annotations

from rami.asset.consumer import Consumer
from rami.core.units import allowed
from rami.core.wording import did_you_mean
from rami.information.series import DAY_AHEAD, quantity_of
from twins.site.checks.case import Case, children, word
from twins.site.checks.external import given
from twins.site.node import Node, Path


def check_series(case: Case) -> None:
    """Every mapping `columns` (series -> column, unit) of a data source, and who reads what."""
    for name, entry in children(case.root, "external"):
        if isinstance(entry.value, dict) and "source" in entry.value:
            _below(case, ("external", name, "source"), entry.value["source"])
    if isinstance(case.root.value, dict) and "data" in case.root.value:
        _below(case, ("data",), case.root.value["data"])
    _prices(case)
    reader: dict[str, str] = {}
    for path, twin, consumer in case.of(Consumer):
        first = reader.setdefault(consumer.demand, f"{twin}.{path[-1]}")
        if first != f"{twin}.{path[-1]}":
            what = f"{consumer.demand} is the demand of {first} already"
            case.faults.warn((*path, "demand"), what, hint="its heat counts twice")


def _prices(case: Case) -> None:
    """The synthetic generator makes one market price; other sources may give any."""
    if case.parts.business is None or getattr(case.parts.data, "kind", "") != "synthetic":
        return
    for owner, tariff in case.parts.business.tariffs.items():
        series = tariff.electricity.series
        if quantity_of(series) != "energy_price" and series not in given(case):
            path = ("business", "tariffs", owner, "electricity", "series")
            hint = did_you_mean(series, [DAY_AHEAD])
            case.faults.add(path, f"no price series {series!r}", hint=hint)


def _below(case: Case, path: Path, node: Node) -> None:
    for name, column in children(node, "columns"):
        _column(case, (*path, "columns", name), name, column)
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key != "columns":
                _below(case, (*path, key), child)
    elif isinstance(node.value, list):
        for place, child in enumerate(node.value):
            _below(case, (*path, place), child)


def _column(case: Case, path: Path, name: str, column: Node) -> None:
    demands = {
        word(component, "demand")
        for _, twin in children(case.root, "twins")
        for _, component in children(twin, "components")
    }
    quantity = "power" if name in demands else quantity_of(name)
    unit = word(column, "unit")
    if quantity and unit and unit not in allowed(quantity):
        case.faults.add(
            (*path, "unit"),
            f"unit {unit!r} does not measure {name} ({quantity.replace('_', ' ')})",
            wanted=f"one of {', '.join(allowed(quantity))}",
        )
