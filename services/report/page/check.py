"""The check calculation beside the runs: a linear programme, then reality piece by piece."""

from __future__ import annotations

from services.report.comparison import PLANNED, shown_owner
from services.report.page.markup import Cell, Markup, number, table, tag
from services.study.outcome import StudyOutcome

#: key in results.json, heading
_PARTS = (
    ("residual_eur", "our check less it"),
    ("temperatures_eur", "temperatures"),
    ("losses_eur", "losses"),
    ("minimum_load_eur", "minimum load"),
    ("peak_eur", "peak"),
    ("dynamics_eur", "dynamics"),
)


def check(outcome: StudyOutcome) -> Markup:
    """Section with a row per season, cost basis and owner; empty without check calculations."""
    rows: list[list[Cell]] = []
    for name, season in outcome.seasons.items():
        for mode in PLANNED:
            for owner, parts in season.figures.get(mode, {}).get("check", {}).items():
                rows.append(
                    [
                        name,
                        mode,
                        shown_owner(owner),
                        number(parts["check_eur"]),
                        *(number(parts[key], signed=True) for key, _ in _PARTS),
                        number(parts["realised_eur"]),
                    ]
                )
    if not rows:
        return Markup("")
    return tag(
        "section",
        tag("h2", "Beside the check calculation"),
        table(
            "Realised benefit in EUR. The check is a linear programme of the same data with "
            "design limits, no minimum load, no idle loss and no peak, settled by merit order: the "
            "published figure where the files are those it was published for, else our own. "
            "Each cause is what that piece of reality changes when it is put in.",
            ["season", "plan by", "owner", "check", *(word for _, word in _PARTS), "realised"],
            rows,
        ),
        id="check",
    )
