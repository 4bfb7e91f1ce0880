"""Figure: what plotly.js draws, with the words that stand under it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, iso

Trace = dict[str, Any]
Layout = dict[str, Any]

#: intervals drawn at most; longer series are drawn as means of several
DRAWN = 1500
_GAP = 0.07


@dataclass(frozen=True)
class Figure:
    """`caption` says what is seen, in which unit, and where the numbers come from."""

    name: str
    title: str
    caption: str
    traces: Sequence[Trace]
    layout: Layout
    height: int = 320


def packed(values: ArrayLike) -> dict[str, str]:
    """Numbers as plotly.js reads them fastest: base64 of 32-bit floats (for pictures enough)."""
    data = np.ascontiguousarray(values, "<f4").tobytes()
    return {"dtype": "f4", "bdata": b64encode(data).decode("ascii")}


def block(grid: TimeGrid) -> int:
    """How many intervals of a grid one drawn value stands for."""
    return max(1, -(-grid.count // DRAWN))


def drawn(grid: TimeGrid, values: Values) -> Values:
    """The values to draw: as they are, or means of `block(grid)` intervals."""
    size = block(grid)
    if size == 1:
        return values
    starts = np.arange(0, len(values), size)
    means: Values = np.add.reduceat(values, starts) / np.diff([*starts, len(values)])
    return means


def interval_words(grid: TimeGrid) -> str:
    """`15-min means`, of the values as drawn."""
    return f"{grid.step_s * block(grid) / 60:g}-min means"


def line(
    grid: TimeGrid, values: Values, name: str, colour: str, *, at: float = 0.0, **more: Any
) -> Trace:
    """A step line over a grid; `at` shifts it by a share of a step, `more` is plotly's own."""
    step = grid.step_ns * block(grid)
    look = {"color": colour, "width": 1.2, "shape": "hv", **more.pop("line", {})}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x0": iso(grid.start_ns + round(at * grid.step_ns)),
        "dx": step / 1e6,
        "y": packed(drawn(grid, values)),
        "line": look,
        **more,
    }


def time_axis(**more: Any) -> Layout:
    """A time axis in UTC."""
    return {"type": "date", "title": {"text": "time in UTC"}, **more}


def value_axis(text: str, **more: Any) -> Layout:
    """A vertical axis with its quantity and unit, `thermal power in kW`."""
    return {"title": {"text": text}, "zeroline": True, **more}


def stacked_rows(texts: Sequence[str], names: Sequence[str] = ()) -> Layout:
    """Vertical axes one above the other over one time axis; the first text is the top row's.

    `names` stand above the rows.
    """
    height = (1 - _GAP * (len(texts) - 1)) / len(texts)
    layout: Layout = {
        "xaxis": time_axis(anchor=row_axis(len(texts) - 1)),
        "hovermode": "x",
        "annotations": [],
    }
    for row, text in enumerate(texts):
        top = 1 - row * (height + _GAP)
        domain = [round(max(top - height, 0.0), 4), round(top, 4)]
        layout[axis_key(row)] = value_axis(text, domain=domain)
        if names:
            layout["margin"] = {"l": 64, "r": 36, "t": 24, "b": 44}
            layout["annotations"].append(
                {
                    "text": names[row],
                    "x": 0,
                    "y": domain[1],
                    "xref": "paper",
                    "yref": "paper",
                    "xanchor": "left",
                    "yanchor": "bottom",
                    "showarrow": False,
                }
            )
    return layout


def row_axis(row: int) -> str:
    """Plotly's word for the vertical axis of a row, counted from 0."""
    return "y" if row == 0 else f"y{row + 1}"


def axis_key(row: int) -> str:
    """The layout's key for the vertical axis of a row, counted from 0."""
    return "yaxis" if row == 0 else f"yaxis{row + 1}"


def sources_of(frame_sources: Mapping[str, str], names: Sequence[str]) -> str:
    """Where some series came from, each origin once."""
    said = dict.fromkeys(frame_sources.get(n, "") for n in names)
    return ", ".join(s for s in said if s)
