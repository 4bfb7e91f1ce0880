"""Thermal power of a station, sources up and sinks down (as in the paper's Fig. 5, eq. 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rami.core.frame import Frame, Values
from services.report.charts.figure import (
    Figure,
    Trace,
    interval_words,
    line,
    time_axis,
    value_axis,
)
from services.report.palette import HEAT_PUMP, INK, STORAGE
from services.report.station import Station
from services.study.outcome import RunOutcome


@dataclass(frozen=True)
class Layer:
    """One layer of the stack, kW; sinks carry negative values."""

    label: str
    colour: str
    values: Values
    source: bool


def layers(station: Station, frame: Frame, colours: dict[str, str]) -> Iterator[Layer]:
    """What brings heat into the circuit, then what takes it out (eq. 4); their sum is the
    heat stored in the circuit's own water."""
    for e in station.sources:
        yield Layer(e.label, colours[e.network], _column(frame, f"{e.path}.P"), True)
    for path in station.heat_pumps:
        label = f"{path.partition('.')[2]} (heat pump)"
        yield Layer(label, HEAT_PUMP, _column(frame, f"{path}.P_th"), True)
    storage = [_column(frame, f"{path}.P") for path in station.storages]
    if storage:
        total = np.sum(storage, axis=0)
        yield Layer("storage discharges", STORAGE, np.maximum(total, 0.0), True)
        yield Layer("storage charges", STORAGE, np.minimum(total, 0.0), False)
    for e in station.sinks:
        yield Layer(e.label, colours[e.network], -_column(frame, f"{e.path}.P"), False)


def _column(frame: Frame, path: str) -> Values:
    return frame[path] if path in frame else np.zeros(frame.grid.count)


def thermal_power(station: Station, run: RunOutcome, colours: dict[str, str]) -> Figure:
    """Executed powers as stacked areas, the schedule's totals as lines, kW."""
    grid = run.means.grid
    traces: list[Trace] = []
    for layer in layers(station, run.means, colours):
        traces.append(
            line(
                grid,
                layer.values,
                layer.label,
                layer.colour,
                line={"width": 0},
                fillcolor=layer.colour,
                stackgroup="sources" if layer.source else "sinks",
                hovertemplate="%{y:.0f} kW",
            )
        )
    if run.scheduled is not None:
        planned = list(layers(station, run.scheduled, colours))
        for source in (True, False):
            side = [p.values for p in planned if p.source is source]
            traces.append(
                line(
                    run.scheduled.grid,
                    np.sum([np.zeros(grid.count), *side], axis=0),
                    "schedule, total",
                    INK,
                    line={"width": 1},
                    legendgroup="schedule",
                    showlegend=source,
                    hovertemplate="%{y:.0f} kW",
                )
            )
    return Figure(
        f"thermal-power-{station.twin}",
        f"Thermal power of {station.twin}",
        f"Thermal power in kW, sources up, sinks down: {interval_words(grid)} of the executed run "
        f"({run.season}, {run.mode}; simulated plant). Line: total of the schedules followed. "
        "What the two sides differ by is heat stored in the circuit's water.",
        traces,
        {
            "xaxis": time_axis(),
            "yaxis": value_axis("thermal power in kW"),
            "hovermode": "x unified",
        },
        430,
    )
