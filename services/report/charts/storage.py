"""Content and power of heat storages, scheduled against executed (eq. 11, 12)."""

from __future__ import annotations

from typing import Any

from services.report.charts.figure import Figure, Trace, interval_words, line, stacked_rows
from services.report.palette import INK, STORAGE, faded
from services.report.station import Station
from services.study.outcome import RunOutcome


def storage(station: Station, run: RunOutcome) -> Figure | None:
    """Content in the top row, power below (up: discharge); None without a storage."""
    if not station.storages:
        return None
    traces: list[Trace] = []
    for path in station.storages:
        name = path.partition(".")[2]
        content: dict[str, Any] = {"hovertemplate": "%{y:.0f} kWh"}
        power: dict[str, Any] = {"yaxis": "y2", "hovertemplate": "%{y:.0f} kW", "showlegend": False}
        area: dict[str, Any] = {"fill": "tozeroy", "fillcolor": faded(STORAGE, 0.35)}
        grid = run.means.grid
        smooth = {"shape": "linear"}
        executed = f"{name} executed"
        traces.append(
            line(grid, run.means[f"{path}.Q"], executed, STORAGE, at=0.5, line=smooth, **content)
        )
        traces.append(line(grid, run.means[f"{path}.P"], executed, STORAGE, **area, **power))
        if run.scheduled is not None:
            plan, said = run.scheduled, f"{name} scheduled"
            thin = {"width": 1}
            traces.append(
                line(plan.grid, plan[f"{path}.Q"], said, INK, at=1, line=smooth, **content)
            )
            traces.append(line(plan.grid, plan[f"{path}.P"], said, INK, line=thin, **power))
    return Figure(
        f"storage-{station.twin}",
        "Heat storage, scheduled against executed",
        "Content above the reference temperature in kWh and power in kW (up: discharge into the "
        f"circuit), {interval_words(run.means.grid)} ({run.season}, {run.mode}; simulated plant). "
        "Each plan starts from the content found.",
        traces,
        stacked_rows(["content in kWh", "power in kW"]),
        380,
    )
