"""The section on what imperfect foresight costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.report.comparison import owners, realised_eur, shown_owner
from services.report.foresight import FORECAST, PERFECT, foresight
from services.report.page.markup import Cell, Markup, number, percent, table, tag
from services.study.outcome import StudyOutcome


def _unit(error: Mapping[str, Any]) -> str:
    """Unit of a difference."""
    return "K" if error["unit"] == "degC" else str(error["unit"])


def foresight_section(outcome: StudyOutcome) -> Markup:
    """Benefits with and without knowledge of the future, and the forecasts' errors."""
    found = {name: foresight(season) for name, season in outcome.seasons.items()}
    found = {name: block for name, block in found.items() if block}
    if not found:
        return Markup("")
    who = (*owners(outcome), "total")
    rows: list[list[Cell]] = []
    for name in found:
        figures = outcome.seasons[name].figures
        for owner in who:
            perfect = realised_eur(figures[PERFECT], owner)
            real = realised_eur(figures[FORECAST], owner)
            cost = found[name]["cost"]
            rows.append(
                [
                    name,
                    shown_owner(owner),
                    number(perfect or 0.0, signed=True),
                    number(real or 0.0, signed=True),
                    number(cost["benefit_eur"][owner]),
                    number(cost["scope1_t"][owner], 1, signed=True),
                    number(cost["scope2_t"][owner], 1, signed=True),
                ]
            )
    missed = [
        [
            name,
            series,
            f"{number(e['mae'], 2)} {_unit(e)}",
            "–" if e["nmae"] is None else percent(e["nmae"]),
            f"{number(e['bias'], 2, signed=True)} {_unit(e)}",
            e["by"],
        ]
        for name, block in found.items()
        for series, e in block["errors"].items()
    ]
    return tag(
        "section",
        tag("h2", "What imperfect foresight costs"),
        table(
            "Both runs plan by marginal cost: one knows loads, weather and prices, the other has "
            "forecasts made at the instant of each plan from the past alone. Realised benefit in "
            "EUR by the meters; emissions that knowing the future would have avoided, in t.",
            [
                *("season", "owner", "benefit, future known", "benefit, on forecasts"),
                *("cost of imperfect foresight, EUR", "scope 1, t", "scope 2, t"),
            ],
            rows,
        ),
        table(
            "Forecasts that were acted upon, over the intervals of each season: mean absolute "
            "error, its share of the mean, and bias (forecast minus measured). Series whose future "
            "was known, as day-ahead prices are once published, are not listed; of many issues "
            "the last is named.",
            ["season", "series", "mean abs. error", "of the mean", "bias", "forecast by"],
            missed,
        ),
        id="foresight",
    )
