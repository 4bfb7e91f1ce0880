"""A season's part of the report: its accounts, then each run that followed plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rami.asset.topology import SiteTopology
from rami.core.timegrid import iso
from services.report.charts.bills import emissions, money
from services.report.charts.exchange import exchange
from services.report.charts.execution import daily, followed
from services.report.charts.figure import Figure
from services.report.charts.price_response import price_response
from services.report.charts.storage import storage
from services.report.charts.temperature import temperatures
from services.report.charts.thermal_power import thermal_power
from services.report.comparison import BASIS, PLANNED
from services.report.page.bills import bills
from services.report.page.key_figures import key_figures_table
from services.report.page.markup import Markup, figure, joined, tag
from services.report.page.plans import plans
from services.report.page.tracking import tracking
from services.report.palette import network_colours
from services.report.station import district_exchangers, stations
from services.study.outcome import Mode, RunOutcome, SeasonOutcome


@dataclass(frozen=True)
class Part:
    """HTML of a season and the figures it has places for, by name in the page."""

    html: Markup
    figures: dict[str, Figure]


def season_part(season: SeasonOutcome, site: SiteTopology) -> Part:
    """Everything of one season, of the runs there are."""
    name = season.season
    title = name[:1].upper() + name[1:]
    figures: dict[str, Figure] = {}

    def placed(drawn: Figure, prefix: str) -> Markup:
        figures[f"{prefix}{drawn.name}"] = drawn
        return figure(drawn, prefix)

    accounts = [placed(f, f"{name}-") for f in (money(season), emissions(season)) if f]
    modes = [m for m in PLANNED if m in season.runs]
    runs = [
        tag(
            "div",
            tag("h3", f"{title}: the run planned by {BASIS[mode]}"),
            joined(placed(f, f"{name}-{mode}-") for f in _run_figures(season.runs[mode], site)),
            tracking(season.runs[mode]),
            plans(season.runs[mode]),
            class_=f"mode mode-{mode}",
        )
        for mode in modes
    ]
    html = tag(
        "section",
        tag("h2", title, tag("small", _span(season))),
        tag("div", *accounts, class_="pair"),
        bills(season),
        key_figures_table(season),
        *runs,
        id=name,
    )
    return Part(html, figures)


def _run_figures(run: RunOutcome, site: SiteTopology) -> Iterator[Figure]:
    colours = network_colours(site)
    for station in stations(site):
        optional = (
            thermal_power(station, run, colours),
            exchange(station, district_exchangers(site, station), run, colours),
            price_response(station, run),
            followed(station, run, colours),
            daily(station, run, colours),
            storage(station, run),
        )
        yield from (f for f in optional if f is not None)
    yield temperatures(site, run, colours)


def _span(season: SeasonOutcome) -> str:
    modes: list[Mode] = list(season.runs)
    if not modes:
        return ""
    grid = season.runs[modes[0]].means.grid
    return f" {iso(grid.start_ns)} to {iso(grid.end_ns)}"
