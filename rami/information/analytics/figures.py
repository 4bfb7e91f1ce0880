"""Declared key figures over a period, from recorded or stored values."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.dimension import of_quantity
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.core.units import CANONICAL
from rami.information.analytics.declared import PREFIX
from rami.information.analytics.formula import Formula
from rami.information.analytics.formula_values import Column, Figure, evaluate


def needed(formulas: Mapping[str, Formula]) -> list[str]:
    """Points and series that the formulas use, each once, without the figures among them."""
    names: dict[str, None] = {}
    for formula in formulas.values():
        names.update(dict.fromkeys(n for n in formula.names if not n.startswith(PREFIX)))
    return list(names)


def declared_figures(
    formulas: Mapping[str, Formula], grid: TimeGrid, frame: Frame, quantities: Mapping[str, str]
) -> dict[str, Figure]:
    """Every figure per interval of `grid`, in the order of `formulas` (see `read_declared`).

    `frame` stands on the grid and holds the names that `needed` gives in canonical units; a
    register with its growth per interval (kWh). KeyError for a name that it lacks.
    """
    columns: dict[str, Column] = {}
    for name in needed(formulas):
        place = frame.place(name)
        columns[name] = Column.of(frame.values[:, place], frame.quality[:, place], quantities[name])
    figures: dict[str, Figure] = {}
    for name, formula in formulas.items():
        figure = evaluate(formula, columns, grid)
        figures[name] = figure
        columns[PREFIX + name] = Column(
            figure.values * formula.factor + formula.offset, figure.quality
        )
    return figures


def canonical_unit(unit: str) -> bool:
    """Whether a unit is the canonical one of a quantity (others are shown, not stored)."""
    return unit in CANONICAL.values()


def quantity_of_dimension(formula: Formula) -> str:
    """The quantity a figure measures, for the historian; `share` where there is none."""
    for quantity in CANONICAL:
        if of_quantity(quantity)[0] == formula.dimension:
            return quantity
    return "share"
