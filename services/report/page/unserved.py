"""The warning that consumers went short."""

from __future__ import annotations

from services.report.page.markup import Markup, number, percent, table, tag
from services.report.unserved import CONSEQUENCE, unserved
from services.study.outcome import StudyOutcome


def shortfall(outcome: StudyOutcome) -> Markup:
    """A row per season, cost basis and consumer; empty where all were served."""
    rows = [
        [
            u.season,
            u.mode,
            u.consumer,
            number(u.wanted, 1),
            number(u.served, 1),
            percent(u.missing),
            percent(u.missing_in_baseline),
        ]
        for u in unserved(outcome)
    ]
    if not rows:
        return Markup("")
    return tag(
        "div",
        tag("p", tag("strong", f"Consumers went short: {CONSEQUENCE}.")),
        table(
            "Consumers that lack more than 1 % of what they wanted, in the run or in its "
            "baseline. What is not delivered costs nothing, so such a run looks cheap.",
            [
                *("season", "plan by", "consumer", "wanted, MWh", "served, MWh"),
                *("missing", "missing in the baseline"),
            ],
            rows,
        ),
        class_="warning",
    )
