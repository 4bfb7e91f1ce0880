"""Flow temperatures of networks and circuits against their set-points."""

from __future__ import annotations

from typing import Any

import numpy as np

from rami.asset.topology import SiteTopology
from rami.core.frame import Values
from services.report.charts.figure import (
    Figure,
    Trace,
    axis_key,
    interval_words,
    line,
    row_axis,
    stacked_rows,
)
from services.report.palette import INK
from services.study.outcome import RunOutcome


def set_point(site: SiteTopology, run: RunOutcome, network: str) -> Values:
    """What the flow line of `twin.network` should have, degC: the schedule's for a station's
    circuit, else the declared one."""
    for name in (f"{network}.T_flow", f"{network.partition('.')[0]}.T_flow"):
        if run.scheduled is not None and name in run.scheduled:
            return run.scheduled[name]
    return np.full(run.means.grid.count, site.network(network).flow)


def temperatures(site: SiteTopology, run: RunOutcome, colours: dict[str, str]) -> Figure:
    """A row per network: its flow line and its set-point, degC."""
    traces: list[Trace] = []
    shown: list[str] = []
    for path in site.network_paths():
        twin, _, network = path.partition(".")
        column = f"{twin}.{site.twins[twin].line(network, 'flow')}.T"
        if column not in run.means:
            continue
        more: dict[str, Any] = {"yaxis": row_axis(len(shown)), "hovertemplate": "%{y:.1f} °C"}
        grid = run.means.grid
        traces.append(line(grid, run.means[column], path, colours[path], **more))
        traces.append(
            line(
                grid,
                set_point(site, run, path),
                "set-point",
                INK,
                line={"width": 0.9, "dash": "dot"},
                **more,
            )
        )
        shown.append(path)
    layout = stacked_rows(["°C"] * len(shown) or ["°C"], shown)
    layout["showlegend"] = False
    for row, path in enumerate(shown):
        wanted = site.network(path).flow
        layout[axis_key(row)]["autorangeoptions"] = {"include": [wanted - 1, wanted + 1]}
    return Figure(
        "temperatures",
        "Flow temperatures",
        f"Temperature of each flow line in °C, {interval_words(run.means.grid)} of the executed "
        f"run ({run.season}, {run.mode}; simulated plant), dotted its set-point: declared for the "
        "networks, from the schedule for the station's circuit.",
        traces,
        layout,
        110 * len(shown) + 70,
    )
