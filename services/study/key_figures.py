"""The site's declared key figures over a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rami.business.ownership import owner_of_twins
from rami.core.frame import Frame
from rami.core.quality import is_bad, is_good
from rami.information.analytics.declared import (
    PREFIX,
    heated_networks,
    quantities_of_site,
    read_declared,
)
from rami.information.analytics.figures import declared_figures, needed
from rami.information.analytics.network_figures import network_figures
from rami.information.prices import Prices
from rami.information.series import required_series

if TYPE_CHECKING:
    from twins.site.site import Site


def key_figures(
    site: Site, means: Frame, metered: Frame, data: Frame, prices: Prices
) -> Frame | None:
    """Columns `kpi.<name>` per interval with unit and quality; None where none are declared.

    `means` are interval means, `metered` the registers' growth, all on one grid. Raises
    ConfigurationError for formulas that do not hold.
    """
    declared = site.declaration.kpi
    if not declared:
        return None
    series = required_series(site.topology, site.business.series())
    quantities = quantities_of_site(site.topology, series.values())
    formulas = read_declared(declared, quantities)
    wanted = needed(formulas)
    frames = [f for f in (means, metered, data) if any(n in f for n in wanted)]
    parts = [f.select([n for n in wanted if n in f]) for f in frames]
    figures_of_networks = _network_figures(site, wanted, means, data, prices)
    if figures_of_networks is not None:
        parts.append(figures_of_networks)
    grid = means.grid
    table = parts[0].joined(parts[1:]) if parts else Frame(grid, (), (), np.empty((grid.count, 0)))
    found = declared_figures(formulas, grid, table, quantities)
    return Frame(
        grid,
        tuple(PREFIX + name for name in found),
        tuple(figure.unit for figure in found.values()),
        np.column_stack([figure.values for figure in found.values()]),
        np.column_stack([figure.quality for figure in found.values()]),
        {PREFIX + name: f"formula {formulas[name].text}" for name in found},
    )


def _network_figures(
    site: Site, wanted: list[str], means: Frame, data: Frame, prices: Prices
) -> Frame | None:
    """Eq. 2 and 3 of the networks that formulas name."""
    owner_of = owner_of_twins(site.topology, site.business.owners)
    columns = {}
    grades = []
    for twin in site.topology.twins:
        for network in heated_networks(site.topology, twin):
            path = f"{twin}.{network}"
            names = (f"cost.{path}", f"emission.{path}")
            if not any(n in wanted for n in names):
                continue
            owner = prices.owner(owner_of[twin])
            found = network_figures(site.topology, path, owner, prices, means, data)
            for name, kpi in zip(names, found, strict=True):
                if name in wanted:
                    columns[name] = (kpi.unit, kpi.values)
                    grades.append(kpi.quality)
    if not columns:
        return None
    frame = Frame.of(means.grid, columns, "own calculation, eq. 2 and 3")
    return Frame(
        frame.grid, frame.names, frame.units, frame.values, np.column_stack(grades), frame.sources
    )


def summed_up(figures: Frame) -> dict[str, Any]:
    """`{name: {unit, mean, min, max, share_good, formula}}` over the intervals that have values."""
    out = {}
    for place, name in enumerate(figures.names):
        values, grade = figures.values[:, place], figures.quality[:, place]
        known = np.isfinite(values) & ~is_bad(grade)
        has = bool(known.any())
        out[name.removeprefix(PREFIX)] = {
            "unit": figures.units[place],
            "mean": float(values[known].mean()) if has else None,
            "min": float(values[known].min()) if has else None,
            "max": float(values[known].max()) if has else None,
            "share_good": float(np.mean(is_good(grade))),
            "formula": figures.sources.get(name, "").removeprefix("formula "),
        }
    return out
