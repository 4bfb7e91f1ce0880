"""What a backtest found: figures as plain data, and one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.forecast.backtest import Backtest
from rami.information.forecast.history import History
from rami.information.forecast.outlook import CORRELATION_H
from rami.information.forecast.scores import BAND, Scores
from rami.information.forecast.scores import as_json as figures_of
from services.report.charts.figure import Figure, Trace, line, packed, time_axis, value_axis
from services.report.page.markup import Markup, joined, number, percent, table, tag
from services.report.page.markup import figure as place_of
from services.report.page.shell import page
from services.report.palette import INK, faded
from services.report.whole_file import write_whole

#: days drawn at most, the newest
_DRAWN_D = 28
_COLOURS = ("#2f78b7", "#c4513a", "#2e9e6b", "#9467bd", "#e0a100", "#6d8f1f", "#3fa7b5")
_HOUR = 3600 * NS


def as_json(found: Backtest, zone: str, temperature: History | None, file: str) -> dict[str, Any]:
    """Everything a machine may want; figures rounded to six digits so that they travel."""
    rules = found.rules
    ahead = (found.grid.start_ns - found.issues[0]) / _HOUR
    leads = (ahead, ahead + rules.horizon_ns / _HOUR)
    weather = "no temperature is used"
    if temperature is not None:
        weather = (
            f"temperature {temperature.name} known with an error of {rules.noise_K:g} K "
            f"(correlated over {CORRELATION_H:g} h, seed {rules.seed})"
            if rules.noise_K
            else f"temperature {temperature.name} known without error"
        )
    series = found.history
    task = (
        f"{series.name} of {file}: {len(found.issues)} issues from {iso(found.issues[0])} to "
        f"{iso(found.issues[-1])}, each for {rules.horizon_ns / _HOUR:g} h from the next 0:00 UTC "
        f"(leads {leads[0]:g} to {leads[1]:g} h), trained on the past only; {weather}; "
        f"calendar of {zone}; shares of the mean"
    )
    scored = {n: t.scores(found.measured, rules.levels) for n, t in found.methods.items()}
    naive = scored["persistence"].mae
    return {
        "task": task,
        "file": file,
        "column": series.name,
        "unit": series.unit,
        "step_s": series.grid.step_s,
        "issues": len(found.issues),
        "first_issue": iso(found.issues[0]),
        "last_issue": iso(found.issues[-1]),
        "lead_h": list(leads),
        "temperature": None if temperature is None else temperature.name,
        "temperature_noise_K": None if temperature is None else rules.noise_K,
        "seed": rules.seed,
        "zone": zone,
        "levels": list(rules.levels),
        "methods": {
            name: {
                "all": _rounded(scored[name]),
                "better_than_persistence": _skill(scored[name].mae, naive),
                "made_by": tested.used,
                "by_hour": {
                    str(hour): _rounded(s)
                    for hour, s in tested.by_lead(found.measured, rules.levels, series.grid.step_ns)
                },
            }
            for name, tested in found.methods.items()
        },
    }


def _skill(mae: float, naive: float) -> float | None:
    return float(f"{1 - mae / naive:.6g}") if naive > 0 and mae == mae else None


def _rounded(scores: Scores) -> dict[str, float | int | None]:
    return {
        k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in figures_of(scores).items()
    }


def write_page(found: Backtest, told: dict[str, Any], path: Path) -> None:
    """One HTML file; equal backtests give equal bytes. Raises RunError."""
    drawn = {f.name: f for f in (_days(found), _leads(told))}
    body = joined(
        [
            tag(
                "header",
                tag("p", "rami-twins backtest", class_="kicker"),
                tag("h1", f"Forecasts of {told['column']}"),
                tag("p", f"{told['task']}.", class_="lead"),
            ),
            _table(told),
            _origins(told),
            *(place_of(f) for f in drawn.values()),
            _by_hour(told),
        ]
    )
    write_whole(path, page(f"Backtest of {told['column']}", body, drawn))


def _table(told: dict[str, Any]) -> Markup:
    rows = []
    for name, one in told["methods"].items():
        f = one["all"]
        figures = [percent(f[k]) for k in ("nmae", "nrmse", "bias", "coverage", "width")]
        better = percent(one["better_than_persistence"])
        rows.append([name, *figures[:3], _small(f["pinball"]), *figures[3:], better])
    head = ("method", "nMAE", "nRMSE", "bias", "pinball", "in 80 % band", "band", "better")
    caption = (
        "nMAE, nRMSE, bias and mean width of the band as shares of the mean of the measured "
        f"values; mean pinball loss over the levels {', '.join(map(str, told['levels']))} in "
        f"{told['unit'] or 'the unit of the series'}; better: mean absolute error against "
        "persistence."
    )
    return table(caption, head, rows)


def _small(value: float | None) -> str:
    return number(None) if value is None else f"{value:.4g}"


def _origins(told: dict[str, Any]) -> Markup:
    lines = [
        tag("dd", f"{name}: {days} issues by {made}")
        for name, one in told["methods"].items()
        for made, days in one["made_by"].items()
    ]
    return tag("dl", tag("dt", "made by"), *lines)


def _by_hour(told: dict[str, Any]) -> Markup:
    names = list(told["methods"])
    hours = list(told["methods"][names[0]]["by_hour"])
    rows = []
    for hour in hours:
        found = [told["methods"][n]["by_hour"][hour] for n in names]
        lead = f"{told['lead_h'][0] + int(hour):g} h"
        rows.append([lead, *(percent(f["nmae"]) for f in found), percent(found[0]["coverage"])])
    caption = f"nMAE per lead time, and the share of values in the 80 % band of {names[0]}."
    return table(caption, ["lead from", *names, f"in band of {names[0]}"], rows)


def _days(found: Backtest) -> Figure:
    """The newest days: measured, the first method and its band."""
    name, tested = next(iter(found.methods.items()))
    per = int(24 * _HOUR // found.grid.step_ns)
    shown = min(_DRAWN_D, len(found.issues))
    count = min(per, found.grid.count)
    rows = slice(len(found.issues) - shown, None)
    start = int(found.times()[rows][0, 0])
    grid = TimeGrid(start, found.grid.step_ns, shown * per)

    def row(values: Any) -> Any:
        spread = np.full((shown, per), np.nan)
        spread[:, :count] = values[rows][:, :count]
        return spread.ravel()

    levels = found.rules.levels
    colour = _COLOURS[0]
    low, high = (tested.quantiles[..., levels.index(a)] for a in BAND)
    edge: dict[str, Any] = {"line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    fill: dict[str, Any] = {"fill": "tonexty", "fillcolor": faded(colour, 0.25)}
    traces = [
        line(grid, row(low), "10 %", colour, **edge),
        line(grid, row(high), "80 % band", colour, **{**edge, "showlegend": True}, **fill),
        line(grid, row(tested.values), name, colour),
        line(grid, row(found.measured), "measured", INK, line={"width": 1}),
    ]
    unit = found.history.unit or "1"
    return Figure(
        "days",
        "Forecast and measured",
        f"The last {shown} issues in {unit}: forecasts of {name} with their 80 % band, and what "
        "was measured.",
        traces,
        {"xaxis": time_axis(), "yaxis": value_axis(unit), "hovermode": "x"},
        360,
    )


def _leads(told: dict[str, Any]) -> Figure:
    traces: list[Trace] = []
    for place, (name, one) in enumerate(told["methods"].items()):
        hours = [told["lead_h"][0] + int(h) for h in one["by_hour"]]
        nmae = [100 * (f["nmae"] or 0.0) for f in one["by_hour"].values()]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": packed(hours),
                "y": packed(nmae),
                "line": {"color": _COLOURS[place % len(_COLOURS)], "width": 1.4},
            }
        )
    return Figure(
        "leads",
        "Error per lead time",
        "nMAE in % of the mean, by the hours from the issue to the interval.",
        traces,
        {"xaxis": {"title": {"text": "lead in h"}}, "yaxis": value_axis("nMAE in %")},
    )
