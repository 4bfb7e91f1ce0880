"""The accounts of a season as a table: every part per owner and run."""

from __future__ import annotations

from services.report.accounts import emission_parts, money_parts, own_figures
from services.report.page.markup import Cell, Markup, joined, number, table, tag
from services.study.outcome import SeasonOutcome


def bills(season: SeasonOutcome) -> Markup:
    """Money, emissions and the station's own figures (eq. 19, 20), folded away."""
    modes = list(season.runs)
    rows: list[list[Cell]] = []
    for read, unit, decimals in ((money_parts, "EUR", 0), (emission_parts, "t CO2e", 1)):
        found = [read(run) for run in season.runs.values()]
        for owner in dict.fromkeys(o for parts in found for o in parts):
            for part in dict.fromkeys(p for parts in found for p in parts.get(owner, {})):
                cells = [parts.get(owner, {}).get(part) for parts in found]
                rows.append([owner, part, unit, *(number(c, decimals) for c in cells)])
    figures = [own_figures(run) for run in season.runs.values()]
    for name in dict.fromkeys(n for f in figures for n in f):
        rows.append(["station", name, "", *(number(f.get(name), 1) for f in figures)])
    if not rows:
        return Markup("")
    listed = table(
        f"Parts of each owner's accounts, {season.season}: income positive, expense negative.",
        ["owner", "part", "unit", *modes],
        rows,
    )
    return joined([tag("details", tag("summary", "All parts as a table"), listed)])
