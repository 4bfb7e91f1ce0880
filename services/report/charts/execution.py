"""Scheduled against executed, per exchanger: power over time and energy per day."""

from __future__ import annotations

from typing import Any

import numpy as np

from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, iso
from services.report.charts.figure import (
    Figure,
    Trace,
    axis_key,
    interval_words,
    line,
    packed,
    row_axis,
    stacked_rows,
)
from services.report.palette import INK
from services.report.station import Station
from services.study.outcome import RunOutcome

#: share of the design power that an axis shows at least, so that rest looks like rest
_LEAST = 0.1
_DAY_NS = 86400 * NS


def followed(station: Station, run: RunOutcome, colours: dict[str, str]) -> Figure | None:
    """Power of each exchanger, a row each: executed as area, scheduled as line, kW."""
    if run.scheduled is None:
        return None
    traces: list[Trace] = []
    for row, e in enumerate(station.exchangers):
        hover: dict[str, Any] = {"yaxis": row_axis(row), "hovertemplate": "%{y:.0f} kW"}
        executed, scheduled = run.means[f"{e.path}.P"], run.scheduled[f"{e.path}.P"]
        colour = colours[e.network]
        traces.append(line(run.means.grid, executed, e.label, colour, fill="tozeroy", **hover))
        traces.append(
            line(
                run.scheduled.grid,
                scheduled,
                "scheduled",
                INK,
                line={"width": 0.9},
                **hover,
            )
        )
    layout = stacked_rows(["kW"] * len(station.exchangers), [e.label for e in station.exchangers])
    layout["showlegend"] = False
    for row, e in enumerate(station.exchangers):
        layout[axis_key(row)]["autorangeoptions"] = {"include": [0, _LEAST * e.power]}
    return Figure(
        f"followed-{station.twin}",
        "Scheduled against executed power",
        f"Thermal power of each exchanger in kW, {interval_words(run.means.grid)} "
        f"({run.season}, {run.mode}). Area: executed (simulated plant). Line: the schedule as "
        "planned before its day, unchanged after the fact.",
        traces,
        layout,
        120 * len(station.exchangers) + 90,
    )


def days(grid: TimeGrid) -> list[tuple[str, slice]]:
    """The grid cut into days from its start; a day is named by the date of its middle."""
    per_day = max(1, round(_DAY_NS / grid.step_ns))
    return [
        (
            iso(grid.start_ns + first * grid.step_ns + _DAY_NS // 2)[:10],
            slice(first, first + per_day),
        )
        for first in range(0, grid.count, per_day)
    ]


def daily_energy(grid: TimeGrid, power: Values) -> Values:
    """MWh of each day."""
    return np.array([float(power[s].sum()) * grid.step_h / 1000 for _, s in days(grid)])


def daily(station: Station, run: RunOutcome, colours: dict[str, str]) -> Figure | None:
    """Energy of each exchanger and day, scheduled beside executed, MWh."""
    if run.scheduled is None or not station.exchangers:
        return None
    traces: list[Trace] = []
    names = [day for day, _ in days(run.means.grid)]
    count = len(station.exchangers)
    layout: dict[str, object] = {"barmode": "group", "bargap": 0.25, "showlegend": False}
    for place, e in enumerate(station.exchangers):
        number = "" if place == 0 else str(place + 1)
        for frame, label, colour in (
            (run.scheduled, "scheduled", "#8c95a0"),
            (run.means, "executed", colours[e.network]),
        ):
            traces.append(
                {
                    "type": "bar",
                    "name": f"{e.name} {label}",
                    "x": names,
                    "y": packed(daily_energy(frame.grid, frame[f"{e.path}.P"])),
                    "marker": {"color": colour},
                    "xaxis": f"x{number}",
                    "yaxis": f"y{number}",
                    "hovertemplate": f"%{{x}} {label}: %{{y:.2f}} MWh<extra></extra>",
                }
            )
        left, right = place / count, (place + 0.86) / count
        layout[f"xaxis{number}"] = {
            "type": "date",
            "domain": [round(left, 4), round(right, 4)],
            "anchor": f"y{number}",
            "tickformat": "%d %b",
            "nticks": 4,
            "title": {"text": f"{e.name}, MWh per day"},
        }
        layout[f"yaxis{number}"] = {
            "anchor": f"x{number}",
            "autorangeoptions": {"include": [0, 0.024 * _LEAST * e.power]},
        }
    return Figure(
        f"daily-{station.twin}",
        "Scheduled against executed energy per day",
        f"Heat of each exchanger in MWh per day ({run.season}, {run.mode}); grey: scheduled, "
        "colour: executed (simulated plant).",
        traces,
        layout,
        300,
    )
