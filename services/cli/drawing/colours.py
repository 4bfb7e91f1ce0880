"""Colours of the drawing; a pipe has the colour of its temperature."""

from __future__ import annotations

from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_storage import HeatStorage

INK = "#1f2933"
FAINT = "#616e7c"
PAPER = "#ffffff"
PANEL = {"hts": "#fff8ec", "iess": "#f1f5f9", "dhs": "#eef6f1"}
PANEL_EDGE = {"hts": "#e9c583", "iess": "#c3cfda", "dhs": "#b7d5c3"}
ELECTRIC = "#b7791f"

#: degC -> colour, between which mixtures are made
SCALE = (
    (20.0, (29, 91, 184)),
    (45.0, (74, 118, 190)),
    (62.0, (128, 90, 160)),
    (85.0, (196, 85, 80)),
    (115.0, (196, 30, 30)),
)


def of_temperature(degc: float) -> str:
    """`#rrggbb` on the scale."""
    below = SCALE[0]
    for above in SCALE:
        if degc <= above[0]:
            span = above[0] - below[0]
            share = min(max((degc - below[0]) / span, 0.0), 1.0) if span else 0.0
            mixed = (round(a + (b - a) * share) for a, b in zip(below[1], above[1], strict=True))
            return "#" + "".join(f"{channel:02x}" for channel in mixed)
        below = above
    return "#" + "".join(f"{channel:02x}" for channel in SCALE[-1][1])


def of_component(component: Component) -> str:
    """Accent of a box by what it does."""
    if isinstance(component, HeatExchanger):
        return "#d97706"
    if isinstance(component, HeatStorage):
        return "#7c5cbf"
    if isinstance(component, Consumer):
        return "#2f855a"
    return "#52606d"
