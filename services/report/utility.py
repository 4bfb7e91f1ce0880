"""A utility's days on one page: quality, balance, forecasts, plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rami.core.timegrid import TimeGrid, instant
from services.report.charts.figure import Figure, Trace, line, time_axis, value_axis
from services.report.page.markup import Markup, joined, number, percent, table, tag
from services.report.page.markup import figure as place_of
from services.report.page.shell import page
from services.report.whole_file import write_whole

_GREY, _BLUE, _GREEN, _YELLOW = "#8c95a0", "#2f78b7", "#2e9e6b", "#e0a100"
_BALANCE = (
    ("plant", "heat of the plant, kWh"), ("metered", "metered groups, kWh"),
    ("shared_out", "groups by engineering data, kWh"), ("losses", "losses of pipes, kWh"),
    ("rest", "metered nowhere, kWh"), ("closure", "does not add up, kWh"),
)  # fmt: skip
_WORST = 15


def write_page(told: dict[str, Any], path: Path) -> None:
    """One HTML file of what `rami utility run` tells. Raises RunError."""
    days = told["days"]
    figures = _figures(days)
    last = days[-1]
    body = joined(
        [
            tag(
                "header",
                tag("p", "rami-twins utility", class_="kicker"),
                tag("h1", f"{told['utility']}: from meters to the plan"),
                tag("p", f"{told['provenance']}. {last['provenance']}.", class_="lead"),
            ),
            _balance(days),
            _quality(days),
            *(place_of(f) for f in figures),
            _worst(last),
        ]
    )
    write_whole(path, page(f"Utility {told['utility']}", body, {f.name: f for f in figures}))


def _value(day: dict[str, Any], subject: str, name: str) -> float | None:
    found = day["figures"].get(subject, {}).get(name)
    return None if found is None else float(found["value"])


def _balance(days: list[dict[str, Any]]) -> Markup:
    head = ["energy of the day", *(d["day"] for d in days)]
    rows = [[w, *(number(_value(d, "balance", n), 1) for d in days)] for n, w in _BALANCE]
    shares = [percent(_value(d, "balance", "unmetered_share"), 2) for d in days]
    rows.append(["metered nowhere, share", *shares])
    return table("Plant = groups + losses + what is metered nowhere.", head, rows)


def _quality(days: list[dict[str, Any]]) -> Markup:
    head = ["meters", *(d["day"] for d in days)]
    names = ("measured", "drawn", "estimated")
    rows = [[n, *(percent(_value(d, "balance", n), 2) for d in days)] for n in names]
    counts = sorted({n for d in days for n in d["figures"].get("balance", {}) if "marked_" in n})
    rows += [[n.replace("_", " "), *(number(_value(d, "balance", n)) for d in days)]
             for n in counts]  # fmt: skip
    rows.append(["groups too small to be told",
                 *(number(_value(d, "balance", "groups_untold")) for d in days)])  # fmt: skip
    rows.append(["error of the forecast of the day before",
                 *(percent(d["forecast_error"]) for d in days)])  # fmt: skip
    caption = (
        "Shares of customers' hours: read, drawn over gaps of the register, estimated from the "
        "group. Rows marked in the history that registers are judged by."
    )
    return table(caption, head, rows)


def _figures(days: list[dict[str, Any]]) -> list[Figure]:
    found = [d for d in days if d["forecast_kW"] and "plant_heat" in d["schedules"]]
    if not found:
        return []
    begun = TimeGrid.of(instant(found[0]["start"]) + 86_400_000_000_000, 3600, 24 * len(found))

    def added(series: list[dict[str, list[float]]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.concatenate([np.sum([np.array(v[:24]) for v in s.values()], axis=0)
                               for s in series])  # fmt: skip

    demand = added([d["forecast_kW"] for d in found])
    plant = added([d["schedules"]["plant_heat"] for d in found])
    supply = added([d["schedules"]["supply"] for d in found])
    load: list[Trace] = [
        line(begun, plant, "at the plant", _BLUE),
        line(begun, demand, "all groups", _GREEN),
    ]
    axes = {"xaxis": time_axis(), "yaxis": value_axis("kW"), "hovermode": "x"}
    drawn = [
        Figure("load", "Forecast", "Each day as planned the evening before; UTC.", load, axes, 380),
        Figure(
            "supply", "Supply temperature", "As planned at the plant, degC; UTC.",
            [line(begun, supply, "supply", _YELLOW)],
            {"xaxis": time_axis(), "yaxis": value_axis("degC")},
        ),
    ]  # fmt: skip
    units = sorted({n for d in found for n in d["schedules"].get("production", {})})
    if units:
        traces: list[Trace] = [
            line(begun, np.concatenate([
                np.array(d["schedules"].get("production", {}).get(n, [0.0] * 24)) for d in found
            ]), n, (_BLUE, _GREEN, _YELLOW, _GREY)[i % 4])
            for i, n in enumerate(units)
        ]  # fmt: skip
        drawn.append(
            Figure("production", "Production plan", "Heat by unit, kW; UTC.", traces, axes)
        )
    return drawn


def _worst(day: dict[str, Any]) -> Markup:
    """Groups of which least was measured."""
    quality = day["quality"]
    if not quality:
        return Markup("")
    worst = sorted(quality, key=lambda n: (quality[n].get("good", 0.0), n))[:_WORST]
    rows = [[n, percent(quality[n].get("good")), percent(quality[n].get("filled"))] for n in worst]
    return table("Groups of which least was read on the last day.", ["group", "read", "filled"],
                 rows)  # fmt: skip
