"""Overview: a row per signal, a column per day, the share of good values as colour."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from rami.information.quality.report import QualityReport
from services.report.charts.figure import Figure, packed

#: pixels per signal; rows drawn at most, and of signals without fault up to
_ROW = 16
DRAWN = 60
SHOWN = 20
#: days up to which a line parts them; of more it would leave nothing of their colour
_PARTED = 120
#: bad, uncertain, good: told apart in grey print too
_SCALE = [
    [0.0, "#8f2413"],
    [0.5, "#d9822b"],
    [0.9, "#f1d58a"],
    [0.999, "#cfe3d6"],
    [1.0, "#5aa17f"],
]


def heat_map(report: QualityReport, worst: list[str]) -> Figure:
    """`worst` are the signals, those to be looked at first; they stand on top."""
    days_of = [report.daily(name) for name in worst]
    faulty = sum(bool((d.good < d.expected).any()) for d in days_of)
    names = worst[: min(max(faulty, SHOWN), DRAWN)]
    days = report.daily(names[0]).days if names else []
    table = np.full((len(names), len(days)), np.nan)
    texts = []
    for i, name in enumerate(names):
        found = report.daily(name)
        some = found.expected > 0
        table[i, some] = found.good[some] / found.expected[some]
        texts.append(
            [
                ", ".join(
                    f"{word} {int(count[d])}" for word, count in found.reasons.items() if count[d]
                )
                or "nothing found"
                for d in range(len(days))
            ]
        )
    height = max(190, _ROW * len(names) + 110)
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": days,
        "y": [escape(name, quote=False) for name in names],  # plotly knows some tags
        "z": {**packed(table), "shape": f"{len(names)}, {len(days)}"},
        "text": texts,
        "zmin": 0,
        "zmax": 1,
        "xgap": int(len(days) <= _PARTED),
        "ygap": 1,
        "hoverongaps": False,
        "colorscale": _SCALE,
        "colorbar": {
            "title": {"text": "good", "side": "top"},
            "tickformat": ".0%",
            "thickness": 12,
            "len": min(1.0, 240.0 / height),
            "x": 1.01,
            "y": 1,
            "yanchor": "top",
            "ypad": 0,
        },
        "hovertemplate": "%{y}<br>%{x}<br>good %{z:.1%}<br>%{text}<extra></extra>",
    }
    layout = {
        "xaxis": {
            "type": "category",
            "title": {"text": "day (UTC)"},
            "showgrid": False,
            "nticks": 10,
            "tickangle": 0,
        },
        "yaxis": {
            "autorange": "reversed",
            "showgrid": False,
            "type": "category",
            "tickfont": {"size": 11},
            "dtick": 1,
        },
        "margin": {"l": 180, "r": 130, "t": 24, "b": 44},
    }
    left = (
        f"; {len(names)} of {len(worst)} signals, no other is worse"
        if len(worst) > len(names)
        else ""
    )
    return Figure(
        "overview",
        "Signals by day",
        "Share of the expected rows of a day that are good, worst signals on top; white: none "
        f"expected{left}. Counted from the rows as they are kept, raw values unchanged.",
        [trace],
        layout,
        height,
    )
