"""How the plans of a run came about: rungs, gaps, terms of eq. 21, notes."""

from __future__ import annotations

from collections import Counter
from math import isfinite

from services.report.page.markup import Markup, joined, number, table, tag
from services.study.outcome import RunOutcome


def plans(run: RunOutcome) -> Markup:
    """Tables of one run; empty for a run without plans."""
    if not run.rungs:
        return Markup("")
    rungs = ", ".join(f"{count} × {rung}" for rung, count in run.rungs.items())
    gaps = [g for g in run.plan_gaps_eur if isfinite(g)]
    gap = (
        f" Absolute gap: at most {number(max(gaps), 2)} EUR, "
        f"mean {number(sum(gaps) / len(gaps), 2)} EUR."
        if gaps
        else ""
    )
    pieces = [tag("p", f"Plans of {run.season}, {run.mode}, by rung of the ladder: {rungs}.{gap}")]
    if run.planned:
        pieces.append(
            table(
                "Parts of the planner's objective (eq. 21, with internal prices), executed parts "
                "of the plans, EUR.",
                list(run.planned),
                [[number(value) for value in run.planned.values()]],
            )
        )
    if run.notes:
        noted = Counter(run.notes)
        lines = [tag("li", n if c == 1 else f"{n} ({c} times)") for n, c in noted.items()]
        pieces.append(
            tag(
                "details",
                tag("summary", f"{len(noted)} note{'s' * (len(noted) != 1)}"),
                tag("ul", *lines),
            )
        )
    return joined(pieces)
