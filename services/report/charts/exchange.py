"""Exchange with the district heating and power-to-heat against the price (paper's Fig. 6)."""

from __future__ import annotations

from collections.abc import Iterator

from services.report.charts.figure import (
    Figure,
    Trace,
    interval_words,
    line,
    row_axis,
    stacked_rows,
)
from services.report.charts.price import TITLE, price
from services.report.palette import HEAT_PUMP, HEATER, INK, faded
from services.report.station import Exchanger, Station
from services.study.outcome import RunOutcome


def exchange(
    station: Station, partners: tuple[Exchanger, ...], run: RunOutcome, colours: dict[str, str]
) -> Figure:
    """Exchange in the top row, electricity turned into heat, and the price below, over time."""
    cost = price(run.data)
    texts = ["heat exchange in kW"]
    drawings = [list(_exchanged(partners, run, colours))]
    if station.heat_pumps or station.heaters:
        texts.append("electricity in kW")
        drawings.append(list(_electricity(station, run)))
    if cost is not None:
        texts.append(TITLE)
        grid, hover = run.data.grid, "%{y:.1f} EUR/MWh"
        drawings.append([line(grid, cost.values, cost.name, INK, hovertemplate=hover)])
    traces = [{**t, "yaxis": row_axis(row)} for row, ts in enumerate(drawings) for t in ts]
    layout = stacked_rows(texts)
    origin = f" Price: {cost.origin}." if cost is not None and cost.origin else ""
    return Figure(
        f"exchange-{station.twin}",
        f"Exchange and power-to-heat of {station.twin} against the price",
        "Heat exchanged in kW (up: into the station, down: out of it), electricity turned into "
        "heat in kW, price in EUR/MWh, as far as the site has them: "
        f"{interval_words(run.means.grid)} of the executed run ({run.season}, {run.mode}; "
        f"simulated plant).{origin}",
        traces,
        layout,
        200 * len(texts) + 60,
    )


def _exchanged(
    partners: tuple[Exchanger, ...], run: RunOutcome, colours: dict[str, str]
) -> Iterator[Trace]:
    for e in partners:
        colour = colours[e.network]
        yield line(
            run.means.grid,
            run.means[f"{e.path}.P"] * (1 if e.source else -1),
            e.label,
            colour,
            fill="tozeroy",
            fillcolor=faded(colour, 0.7 if e.source else 0.4),
            hovertemplate="%{y:.0f} kW",
        )


def _electricity(station: Station, run: RunOutcome) -> Iterator[Trace]:
    roles = [(p, HEAT_PUMP) for p in station.heat_pumps] + [(p, HEATER) for p in station.heaters]
    for path, colour in roles:
        yield line(
            run.means.grid,
            run.means[f"{path}.P_el"],
            path.partition(".")[2],
            colour,
            fill="tozeroy",
            fillcolor=faded(colour, 0.5),
            hovertemplate="%{y:.0f} kW",
        )
