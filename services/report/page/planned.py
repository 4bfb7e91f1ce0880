"""Planned against realised: the table of causes and the waterfalls."""

from __future__ import annotations

from services.report.charts.figure import Figure
from services.report.charts.waterfall import steps, waterfall
from services.report.comparison import (
    PLANNED,
    planned_eur,
    realised_eur,
    shown_owner,
    station_owner,
)
from services.report.page.markup import Cell, Markup, figure, joined, number, table, tag
from services.study.outcome import StudyOutcome


def waterfalls(outcome: StudyOutcome) -> list[Figure]:
    """One figure per cost basis that was run."""
    drawn = (waterfall(outcome, mode) for mode in PLANNED)
    return [f for f in drawn if f is not None]


def planned_and_realised(outcome: StudyOutcome, figures: list[Figure]) -> Markup:
    """Section with one row per season and cost basis, and the figures."""
    owner = station_owner(outcome)
    found = []
    for name, season in outcome.seasons.items():
        for mode in PLANNED:
            block = season.figures.get(mode, {})
            planned, realised = planned_eur(block, owner), realised_eur(block, owner)
            if planned is not None and realised is not None:
                causes = steps(planned, season.decomposition.get(mode, {}), realised)
                found.append((name, mode, planned, causes, realised))
    causes_seen = list(dict.fromkeys(c for *_, causes, _ in found for c in causes))
    rows: list[list[Cell]] = [
        [
            name,
            mode,
            number(planned),
            *(number(causes.get(c), signed=True) for c in causes_seen),
            number(realised),
            number(realised - planned, signed=True),
        ]
        for name, mode, planned, causes, realised in found
    ]
    return tag(
        "section",
        tag("h2", "Planned against realised"),
        table(
            f"Benefit of {shown_owner(owner)} in EUR: promised by the executed plans, changed by "
            "each cause, realised by the meters.",
            ["season", "plan by", "planned", *causes_seen, "realised", "gap"],
            rows,
        ),
        joined(figure(f) for f in figures),
        id="planned",
    )
