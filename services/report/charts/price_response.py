"""How electricity is turned into heat at each price (the paper's Fig. 6 B as a relation)."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from services.report.charts.figure import Figure, Trace, drawn, packed, value_axis
from services.report.charts.price import price
from services.report.palette import HEAT_PUMP, HEATER, faded
from services.report.station import Station
from services.study.outcome import RunOutcome

BINS = 12


def price_response(station: Station, run: RunOutcome) -> Figure | None:
    """Points of electrical power over price and the mean of equally filled price bins.

    None where there is no price or nothing that turns electricity into heat.
    """
    cost = price(run.data)
    roles = [(p, HEAT_PUMP) for p in station.heat_pumps] + [(p, HEATER) for p in station.heaters]
    if cost is None or not roles:
        return None
    traces: list[Trace] = []
    at = drawn(run.data.grid, cost.values)
    for path, colour in roles:
        power = drawn(run.means.grid, run.means[f"{path}.P_el"])
        name = path.partition(".")[2]
        traces += [_points(at, power, name, colour), _bins(at, power, name, colour)]
    return Figure(
        f"price-response-{station.twin}",
        "Power-to-heat at each price",
        f"Electrical power in kW over the price in EUR/MWh: a point per interval, the line the "
        f"mean of {BINS} price bins of equal count. Executed run ({run.season}, {run.mode}; "
        "simulated plant).",
        traces,
        {
            "xaxis": {"title": {"text": f"{cost.name} in EUR/MWh"}},
            "yaxis": value_axis("electrical power in kW", rangemode="tozero"),
        },
    )


def _points(at: Values, power: Values, name: str, colour: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": packed(at),
        "y": packed(power),
        "marker": {"color": faded(colour, 0.25), "size": 4},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def bin_means(at: Values, power: Values) -> tuple[Values, Values]:
    """Mean price and mean power in bins of equal count, prices ascending, NaN left out."""
    use = np.isfinite(at) & np.isfinite(power)
    order = np.argsort(at[use], kind="stable")
    parts = np.array_split(order, min(BINS, max(len(order), 1)))
    x = [float(at[use][p].mean()) for p in parts if len(p)]
    y = [float(power[use][p].mean()) for p in parts if len(p)]
    return np.array(x), np.array(y)


def _bins(at: Values, power: Values, name: str, colour: str) -> Trace:
    x, y = bin_means(at, power)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{name}, mean",
        "x": packed(x),
        "y": packed(y),
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 6},
        "hovertemplate": "%{x:.0f} EUR/MWh: %{y:.0f} kW",
    }
