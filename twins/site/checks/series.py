"""Units of mapped data columns measure what their series are."""

from __future__ import annotations

from rami.core.units import allowed
from rami.information.series import quantity_of
from twins.site.checks.case import Case, children, word
from twins.site.node import Node, Path


def check_series(case: Case) -> None:
    """Looks at every mapping `columns` (series -> column, unit) below `data`."""
    if isinstance(case.root.value, dict) and "data" in case.root.value:
        _below(case, ("data",), case.root.value["data"])


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
