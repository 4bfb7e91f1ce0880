"""The accounts of a season as tables: every part per owner and run, every border."""

from __future__ import annotations

import re

from services.report.accounts import (
    borders,
    emission_parts,
    energy_parts,
    money_parts,
    station_figures,
)
from services.report.page.markup import Cell, Markup, number, table, tag
from services.study.outcome import SeasonOutcome

_UNIT = re.compile(r"_(EUR|t)\b")
_WORD = {"EUR": "EUR", "t": "t CO2e"}
_BORDER = (
    ("drawn_MWh", "drawn, MWh", 2),
    ("fed_in_MWh", "fed in, MWh", 2),
    ("difference_kWh", "difference of the two meters, kWh", 3),
    ("payment_EUR", "payment, EUR", 2),
)


def bills(season: SeasonOutcome) -> Markup:
    """Money, emissions, energies, the station's own figures and borders, folded away."""
    tables = [t for t in (_accounts(season), _borders(season)) if t]
    if not tables:
        return Markup("")
    return tag("details", tag("summary", "All parts of the accounts as tables"), *tables)


def _accounts(season: SeasonOutcome) -> Markup:
    rows: list[list[Cell]] = []
    for read, unit, decimals in (
        (money_parts, "EUR", 0),
        (emission_parts, "t CO2e", 1),
        (energy_parts, "", 1),
    ):
        found = [read(run) for run in season.runs.values()]
        for owner in dict.fromkeys(o for parts in found for o in parts):
            for part in dict.fromkeys(p for parts in found for p in parts.get(owner, {})):
                cells = [parts.get(owner, {}).get(part) for parts in found]
                if any(cells):
                    word, _, own = part.partition(", ") if not unit else (part, "", unit)
                    rows.append([owner, word, own, *(number(c, decimals) for c in cells)])
    figures = [station_figures(run) for run in season.runs.values()]
    for name in dict.fromkeys(n for f in figures for n in f):
        marked = _UNIT.search(name)
        word = _UNIT.sub("", name)
        rows.append(
            [
                "station",
                word,
                _WORD[marked[1]] if marked else "",
                *(number(f.get(name), 1) for f in figures),
            ]
        )
    if not rows:
        return Markup("")
    return table(
        f"Parts of each owner's accounts, {season.season}: income positive, expense negative. "
        "The station's own figures (eq. 19 to 23) carry heat at its specific cost and emissions "
        "and are no scope figures.",
        ["owner", "part", "unit", *season.runs],
        rows,
    )


def _borders(season: SeasonOutcome) -> Markup:
    rows: list[list[Cell]] = [
        [border, str(found.get("network", "")), mode]
        + [number(found.get(key), decimals) for key, _, decimals in _BORDER]
        for mode, run in season.runs.items()
        for border, found in borders(run).items()
    ]
    if not rows:
        return Markup("")
    return table(
        f"Heat across borders, {season.season}: billed by the station's meter; the difference to "
        "the network's meter is a loss.",
        ["border", "network", "run", *(heading for _, heading, _ in _BORDER)],
        rows,
    )
