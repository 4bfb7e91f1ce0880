"""From the planned to the realised benefit, cause by cause."""

from __future__ import annotations

from collections.abc import Mapping

from services.report.charts.figure import Figure, Layout, Trace
from services.report.comparison import (
    BASIS,
    planned_eur,
    realised_eur,
    shown_owner,
    station_owner,
)
from services.study.outcome import Mode, StudyOutcome

UNEXPLAINED = "not explained"
_LEAST_EUR = 0.01


def steps(planned: float, causes: Mapping[str, float], realised: float) -> dict[str, float]:
    """The causes in EUR, and what they leave open as a step of its own if it is over 0.01 EUR."""
    listed = dict(causes)
    rest = realised - planned - sum(listed.values())
    if abs(rest) > _LEAST_EUR:
        listed[UNEXPLAINED] = rest
    return listed


def waterfall(outcome: StudyOutcome, mode: Mode) -> Figure | None:
    """A column per season, a bar per cause, EUR; None when no season has the mode."""
    owner = station_owner(outcome)
    traces: list[Trace] = []
    layout: Layout = {"showlegend": False}
    chosen = {}
    for name, season in outcome.seasons.items():
        block = season.figures.get(mode, {})
        planned, realised = planned_eur(block, owner), realised_eur(block, owner)
        if planned is not None and realised is not None:
            causes = steps(planned, season.decomposition.get(mode, {}), realised)
            chosen[name] = (planned, causes, realised)
    if not chosen:
        return None
    for place, (name, (planned, causes, realised)) in enumerate(chosen.items()):
        number = "" if place == 0 else str(place + 1)
        traces.append(
            {
                "type": "waterfall",
                "orientation": "h",
                "name": name,
                "y": ["planned", *causes, "realised"],
                "x": [planned, *causes.values(), realised],
                "measure": ["absolute", *["relative"] * len(causes), "total"],
                "xaxis": f"x{number}",
                "increasing": {"marker": {"color": "#2e9e6b"}},
                "decreasing": {"marker": {"color": "#c4513a"}},
                "totals": {"marker": {"color": "#2f78b7"}},
                "connector": {"line": {"width": 0.7, "color": "#8c95a0"}},
                "hovertemplate": "%{y}: %{x:,.0f} EUR<extra>" + name + "</extra>",
            }
        )
        width = 1 / len(chosen)
        layout[f"xaxis{number}"] = {
            "domain": [round(place * width, 4), round((place + 0.9) * width, 4)],
            "title": {"text": f"{name}, EUR"},
            "zeroline": True,
            "nticks": 5,
        }
    layout["yaxis"] = {"autorange": "reversed", "ticksuffix": "  "}
    rows = max(len(causes) for _, causes, _ in chosen.values()) + 2
    return Figure(
        f"waterfall-{mode}",
        f"From planned to realised benefit, plans by {BASIS[mode]}",
        f"Benefit of {shown_owner(owner)} in EUR per season: what the executed plans promised "
        "(eq. 21 against their own baseline), what changed it, and what the meters of the executed "
        "run give.",
        traces,
        layout,
        34 * rows + 110,
    )
