"""Closure: what the balances of energy, money and emissions leave open."""

from __future__ import annotations

from rami.business.closure import MONEY_EUR, RELATIVE
from services.report.page.markup import Cell, Markup, table, tag
from services.study.outcome import StudyOutcome


def tolerance(name: str) -> float:
    """Money is in EUR, everything else relative."""
    return MONEY_EUR if name.endswith("_eur") else RELATIVE


def closure(outcome: StudyOutcome) -> Markup:
    """A row per run, a column per residual."""
    runs = [
        (season, mode, run.closure)
        for season, found in outcome.seasons.items()
        for mode, run in found.runs.items()
    ]
    names = list(dict.fromkeys(name for *_, residuals in runs for name in residuals))
    rows: list[list[Cell]] = [
        [season, mode, *(_residual(name, residuals.get(name)) for name in names)]
        for season, mode, residuals in runs
    ]
    return tag(
        "section",
        tag("h2", "Closure"),
        table(
            f"Residual of each balance (…_rel: share of the turnover, tolerance {RELATIVE:g}; "
            f"…_eur: EUR, tolerance {MONEY_EUR:g}), from the meters of each run.",
            ["season", "run", *names],
            rows,
        ),
        id="closure",
    )


def _residual(name: str, value: float | None) -> Cell:
    if value is None:
        return "–"
    good = abs(value) <= tolerance(name)
    return tag("span", f"{value:.1e}", class_="good" if good else "bad")
