"""Where external data and key figures came from: share, age and reason, series by series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.report.page.markup import NONE, Cell, Markup, number, percent, table, tag
from services.study.outcome import StudyOutcome


def external(outcome: StudyOutcome) -> Markup:
    """The table of `provenance.external`; empty without further sources."""
    told: Mapping[str, Mapping[str, Any]] = outcome.provenance.get("external") or {}
    rows: list[list[Cell]] = [
        [
            season,
            name,
            found["unit"],
            percent(found["external_share"]),
            percent(found["held_share"]),
            percent(found["own_share"]),
            NONE if found["oldest_s"] is None else number(found["oldest_s"] / 3600, 1),
            found["source"],
        ]
        for season, series in told.items()
        for name, found in series.items()
    ]
    if not rows:
        return Markup("")
    return tag(
        "section",
        tag("h2", "Key figures and prices from outside"),
        table(
            "Shares of a season's intervals. Held: the last value, where a newer one was missing "
            "or too old. Own: own data, or own calculation (eq. 1 to 3; for heat between owners "
            "the contract on the seller's marginal cost; for limits capacity and demand). Age: "
            "from issue to the interval's start.",
            ["season", "series", "unit", "external", "held", "own", "oldest, h", "source"],
            rows,
        ),
        id="external",
    )
