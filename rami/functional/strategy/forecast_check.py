"""Checks a forecast before a plan is made of it: all that is wrong at once, by name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rami.asset.consumer import Consumer
from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean
from rami.functional.strategy.layout import Layout
from rami.functional.strategy.settings import StrategySettings
from rami.functional.strategy.site_layout import SiteLayout
from rami.information.prices import Prices
from rami.information.series import Figure, figure_of


def wanted_series(site: SiteLayout, layout: Layout, settings: StrategySettings) -> Iterator[str]:
    """The series a plan reads from its forecast."""
    for _, _, consumer in site.site.of(Consumer):
        yield consumer.demand
    yield from key_figures(layout, settings)


def key_figures(layout: Layout, settings: StrategySettings) -> list[str]:
    """The key figures a plan takes from an energy management system.

    They may be NaN where their quality is Bad: own calculation stands in there.
    """
    if settings.cost_basis != "ems":
        return []
    networks = [n.path for n in layout.networks if n.own and n.kind == "heating" and not n.balanced]
    return [f.of(n) for n in networks for f in (Figure.COST, Figure.EMISSION)]


def own_notes(layout: Layout, settings: StrategySettings, forecast: Frame) -> tuple[str, ...]:
    """One note for each key figure in whose place own calculation stood."""
    notes = []
    for name in key_figures(layout, settings):
        lacking = int((~np.isfinite(forecast[name])).sum())
        if lacking:
            share = f"{lacking} of {forecast.grid.count} steps"
            notes.append(f"{name}: own calculation (eq. 1-3) in {share}")
    return tuple(notes)


def check_forecast(
    site: SiteLayout,
    layout: Layout,
    settings: StrategySettings,
    grid: TimeGrid,
    forecast: Frame,
    prices: Prices,
) -> None:
    """Raises DataError for series that are missing or not finite, and for another grid."""
    problems = [
        Problem(what, f"stands on {other}, wanted {grid}")
        for what, other in (("forecast", forecast.grid), ("prices", prices.grid))
        if other != grid
    ]
    for name in dict.fromkeys(wanted_series(site, layout, settings)):
        if name not in forecast:
            hint = did_you_mean(name, forecast.names)
            problems.append(Problem(name, "the forecast has no such series", hint))
            continue
        told = is_bad(forecast.quality[:, forecast.place(name)]) & (figure_of(name) is not None)
        bad = np.flatnonzero(~np.isfinite(forecast[name]) & ~told)
        if bad.size:
            where = f"{name}[{bad[0]}]"
            got = f"got {forecast[name][bad[0]]} ({bad.size} of {forecast.grid.count} steps)"
            problems.append(Problem(where, f"wanted a finite number, {got}", "fill the gap"))
    if problems:
        raise DataError(problems)
