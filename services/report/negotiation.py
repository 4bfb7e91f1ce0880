"""A district's steps of cooperation, side by side on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rami.core.timegrid import TimeGrid
from services.negotiation.side_by_side import WORDS, Comparison
from services.report.charts.figure import Figure, Trace, line, packed, time_axis, value_axis
from services.report.page.markup import Markup, joined, number, percent, table, tag
from services.report.page.markup import figure as place_of
from services.report.page.shell import page
from services.report.whole_file import write_whole

_COLOURS = {0: "#8c95a0", 1: "#e0a100", 2: "#2f78b7", 3: "#2e9e6b"}
_ROWS = (
    ("cost_EUR", "cost, EUR", 0), ("production_EUR", "of it production, EUR", 0),
    ("capacity_EUR", "of it capacity above what is paid already, EUR", 0),
    ("station_EUR", "of it surplus heat's own cost, EUR", 0),
    ("pumping_EUR", "of it pumps, EUR", 0),
    ("discomfort_EUR", "discomfort as priced by consumers, EUR", 0),
    ("co2_t", "CO2, t", 1), ("morning_peak_mean_kW", "morning peak, mean of days, kW", 0),
    ("morning_peak_max_kW", "morning peak, highest, kW", 0), ("peak_kW", "peak, kW", 0),
    ("outside_band_Kh", "outside the comfort band, K h of dwellings", 1),
    ("heat_demand_MWh", "heat demand, MWh", 1), ("heat_lost_MWh", "lost in pipes, MWh", 1),
    ("left_in_storage_MWh", "left in the producer's storages, MWh", 1),
    ("short_kWh", "heat not delivered, kWh", 0),
    ("beyond_capacity_kWh", "beyond a section's capacity, kWh", 0),
)  # fmt: skip


def write_page(found: Comparison, told: dict[str, Any], path: Path) -> None:
    """One HTML file. Raises RunError."""
    figures = [_load(found), _supply(found), *_rounds(found)]
    where = told["provenance"]
    body = joined(
        [
            tag(
                "header",
                tag("p", "rami-twins negotiation", class_="kicker"),
                tag("h1", f"District {told['district']}: from nobody talks to one plan"),
                tag(
                    "p",
                    f"{where['groups']} consumer groups, {where['sections']} sections, "
                    f"{where['days']} days from {where['start']}, steps of "
                    f"{where['step_s'] / 60:g} min, seed {where['seed']}. {where['data']}.",
                    class_="lead",
                ),
            ),
            _figures(found),
            _changes(told),
            _owners(told),
            *(place_of(f) for f in figures),
            _talks(told),
        ]
    )
    write_whole(
        path, page(f"Negotiation in {told['district']}", body, {f.name: f for f in figures})
    )


def _head(found: Comparison) -> list[str]:
    return ["figure", *(f"{k}: {WORDS[k]}" for k in found.steps)]


def _figures(found: Comparison) -> Markup:
    all_ = [r.figures() for r in found.steps.values()]
    rows = [[words, *(number(f[key], digits) for f in all_)] for key, words, digits in _ROWS]
    errors = [percent(f["forecast_error_share"]) for f in all_]
    rows.append(["error of the plant's load forecast", *errors])
    caption = (
        "The same weather, prices and habits, lived once for each step; as lived, not planned."
    )
    return table(caption, _head(found), rows)


def _changes(told: dict[str, Any]) -> Markup:
    against = told["against_step_0"]
    if not against:
        return Markup("")
    names = {"cost_EUR": "cost", "co2_t": "CO2", "morning_peak_mean_kW": "morning peak, mean",
             "morning_peak_max_kW": "morning peak, highest", "peak_kW": "peak"}  # fmt: skip
    rows = [[w, *(percent(a.get(k)) for a in against.values())] for k, w in names.items()]
    return table("Change against step 0.", ["figure", *(f"step {k}" for k in against)], rows)


def _owners(told: dict[str, Any]) -> Markup:
    steps = told["steps"]
    owners = list(dict.fromkeys(o for s in steps.values() for o in s["owners_EUR"]))
    rows = [[o, *(number(s["owners_EUR"].get(o), 2) for s in steps.values())] for o in owners]
    sums = [number(sum(s["owners_EUR"].values()), 2) for s in steps.values()]
    rows.append(["sum", *sums])
    for key, step in steps.items():
        if "paid_EUR" in step:
            for owner, euro in step["paid_EUR"].items():
                blank = ["–"] * len(steps)
                blank[list(steps).index(key)] = number(euro, 2)
                rows.append([f"deals paid {owner}, step {key}", *blank])
    caption = (
        "EUR by owner as lived: heat bills at the tariff, costs, contract, discomfort, less what "
        "deals paid; income negative. The sum is cost and discomfort: payments cancel."
    )
    return table(caption, ["owner", *(f"step {k}" for k in steps)], rows)


def _talks(told: dict[str, Any]) -> Markup:
    rows = []
    for key, step in told["steps"].items():
        for i, t in enumerate(step.get("negotiations", [])):
            rows.append([
                f"{key}", f"{i + 1}", str(t["rounds"]), "yes" if t["deal"] else "no",
                number(t["plan_EUR"], 2), number(t["bound_EUR"], 2), percent(t["gap"], 2),
                number(t["common_gain_EUR"], 2), number(t["least_gain_EUR"], 4),
                number(t["sum_of_payments_EUR"], 2), t["because"] or "–",
            ])  # fmt: skip
    head = ["step", "day", "rounds", "deal", "plan, EUR", "bound, EUR", "gap", "common gain, EUR",
            "least gain of a party, EUR", "sum of payments, EUR", "because"]  # fmt: skip
    caption = f"Negotiations, day by day. Gap: {told['meaning']['gap']}."
    return table(caption, head, rows) if rows else Markup("")


def _grid(found: Comparison) -> TimeGrid:
    d = found.district
    return TimeGrid.of(d.start, d.step, d.per_day * d.days)


def _load(found: Comparison) -> Figure:
    grid = _grid(found)
    traces: list[Trace] = [
        line(grid, np.concatenate([x.plant for x in r.days]), f"{k}: {WORDS[k]}", _COLOURS[k])
        for k, r in found.steps.items()
    ]
    return Figure(
        "load", "Heat at the plant", "kW into the network, as lived; UTC.", traces,
        {"xaxis": time_axis(), "yaxis": value_axis("kW"), "hovermode": "x"}, 380,
    )  # fmt: skip


def _supply(found: Comparison) -> Figure:
    grid = _grid(found)
    traces: list[Trace] = [
        line(grid, np.concatenate([x.supply for x in r.days]), f"{k}: {WORDS[k]}", _COLOURS[k])
        for k, r in found.steps.items()
    ]
    return Figure(
        "supply", "Supply temperature", "degC made at the plant; UTC.", traces,
        {"xaxis": time_axis(), "yaxis": value_axis("degC"), "hovermode": "x"},
    )  # fmt: skip


def _rounds(found: Comparison) -> list[Figure]:
    if 2 not in found.steps:
        return []
    traces: list[Trace] = []
    for i, day in enumerate(found.steps[2].days):
        if day.talk is not None and day.talk.history:
            rounds = np.arange(1, len(day.talk.history) + 1)
            errors = [max(100 * a, 1e-4) for a, _ in day.talk.history]
            traces.append({
                "type": "scatter", "mode": "lines+markers", "name": f"day {i + 1}",
                "x": packed(rounds), "y": packed(errors),
            })  # fmt: skip
    return [
        Figure(
            "rounds", "Rounds of the negotiations",
            "Residual of the heat balance in % of the load, by round, step 2.", traces,
            {"xaxis": {"title": {"text": "round"}}, "yaxis": {**value_axis("%"), "type": "log"}},
        )
    ]  # fmt: skip
