"""Changes relative to the baseline, where the baseline is a measure."""

from __future__ import annotations

from services.report.comparison import PLANNED, owners, shown_owner
from services.report.page.markup import Cell, Markup, number, table
from services.study.outcome import StudyOutcome

_QUANTITIES = (("benefit", "benefit"), ("scope1", "Δ scope 1"), ("scope2", "Δ scope 2"))


def relative(outcome: StudyOutcome) -> Markup:
    """A row per season and cost basis, per cent of |baseline|; empty without figures."""
    who = owners(outcome)
    columns = [(key, owner) for key, _ in _QUANTITIES for owner in who]
    rows: list[list[Cell]] = []
    for name, season in outcome.seasons.items():
        for mode in PLANNED:
            found = season.figures.get(mode, {}).get("relative")
            if found:
                shares = [found.get(key, {}).get(owner) for key, owner in columns]
                rows.append([name, mode, *map(_percent, shares)])
    if not rows:
        return Markup("")
    return table(
        "The same, in % of the baseline's cost or emissions of each owner. Where the baseline is "
        "below 5 % of its gross flows it is near zero and no measure.",
        [
            "season",
            "plan by",
            *(f"{heading} {shown_owner(owner)}" for _, heading in _QUANTITIES for owner in who),
        ],
        rows,
    )


def _percent(share: float | None) -> str:
    return "near zero" if share is None else f"{number(100 * share, 1, signed=True)} %"
