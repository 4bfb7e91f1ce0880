"""One signal: its values as they came, what stands in its gaps, and every fault marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Reason, is_bad
from rami.core.timegrid import iso
from rami.information.quality.assess import Assessed
from services.report.charts.figure import Figure, Trace, time_axis, value_axis
from services.report.charts.figure import packed as packed_
from services.report.palette import INK

#: values drawn at most of a line (extremes of each stretch are kept), and of one reason
DRAWN = 3000
MARKED = 1500

_LOOK = {
    "range": ("#b23a26", "triangle-up"),
    "spike": ("#d9480f", "diamond"),
    "stuck": ("#7048a8", "square"),
    "rate": ("#e0a100", "triangle-right"),
    "missing": ("#8c95a0", "line-ns-open"),
    "stale": ("#5c677d", "hourglass"),
    "duplicate": ("#2f78b7", "x"),
    "clock": ("#3fa7b5", "star"),
    "reset": ("#6d8f1f", "triangle-down"),
    "inconsistent": ("#b0638f", "circle-open"),
}


def detail(signal: Assessed, number: int) -> Figure:
    """Values in the signal's unit over time (UTC)."""
    rows, rule = signal.rows, signal.rule
    raw = rows.values
    traces: list[Trace] = []
    chosen = _extremes(np.where(is_bad(rows.status), np.nan, raw))
    traces.append(_trace(rows.times, raw, chosen, "good and uncertain", INK, rows.status))
    filled = (
        np.flatnonzero(~rows.known & signal.filled.known)
        if len(rows) == len(signal.filled)
        else np.zeros(0, np.intp)
    )
    if len(filled):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"filled ({rule.fill})",
                "x": _times(rows.times, _thinned(filled)),
                "y": packed_(_as_read(signal)[_thinned(filled)]),
                "marker": {"color": "#2e9e6b", "size": 4},
                "hovertemplate": "%{y:.4g}",
            }
        )
    level = float(np.nanmin(raw)) if np.isfinite(raw).any() else 0.0
    for reason in Reason:
        word = (reason.name or "").lower()
        if word not in _LOOK:
            continue
        places = _thinned(np.flatnonzero(rows.status & np.uint32(reason)))
        if not len(places):
            continue
        colour, symbol = _LOOK[word]
        values = np.where(np.isfinite(raw[places]), raw[places], level)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": word,
                "x": _times(rows.times, places),
                "y": packed_(values),
                "marker": {"color": colour, "symbol": symbol, "size": 8, "line": {"width": 1.5}},
                "hovertemplate": f"{word} %{{y:.4g}}",
            }
        )
    unit = rule.signal.unit
    words = rule.signal.quantity.replace("_", " ")
    layout = {
        "xaxis": time_axis(),
        "yaxis": value_axis(f"{words} in {unit}", zeroline=False),
        "hovermode": "closest",
    }
    return Figure(
        f"signal-{number}",
        signal.name,
        f"{words.capitalize()} in {unit}"
        + (f", from {signal.source}" if signal.source else "")
        + f"; rows {len(rows):,}. Marks: what the checks found; missing values stand at the bottom."
        + (" Of long series the extremes of each stretch are drawn." if len(raw) > DRAWN else ""),
        traces,
        layout,
        300,
    )


def _as_read(signal: Assessed) -> NDArray[np.float64]:
    """Filled values on the level of the reading before: registers are filled as if never reset."""
    rows, values = signal.rows, signal.filled.values
    before = np.maximum.accumulate(np.where(rows.known, np.arange(len(rows)), 0))
    return values - np.nan_to_num(values[before] - rows.values[before])


def _trace(
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    places: NDArray[np.intp],
    name: str,
    colour: str,
    status: NDArray[np.uint32],
) -> Trace:
    shown = np.where(is_bad(status), np.nan, values)[places]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _times(times, places),
        "y": packed_(shown),
        "line": {"color": colour, "width": 1},
        "connectgaps": False,
        "hovertemplate": "%{y:.4g}",
    }


def _extremes(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places to draw: all, or the lowest and highest (and a gap, if any) of each stretch."""
    if len(values) <= DRAWN:
        return np.arange(len(values))
    size = -(-2 * len(values) // DRAWN)
    starts = np.arange(0, len(values), size)
    kept = []
    for start in starts:
        part = values[start : start + size]
        known = np.flatnonzero(np.isfinite(part))
        if len(known):
            kept += [start + known[np.argmin(part[known])], start + known[np.argmax(part[known])]]
        if len(known) < len(part):
            kept.append(start + int(np.flatnonzero(~np.isfinite(part))[0]))
    return np.unique(np.array(kept, np.intp))


def _thinned(places: NDArray[np.intp]) -> NDArray[np.intp]:
    return places[:: max(1, -(-len(places) // MARKED))]


def _times(times: NDArray[np.int64], places: NDArray[np.intp]) -> list[str]:
    return [iso(int(t)) for t in times[places]]
