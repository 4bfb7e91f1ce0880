"""Colours: one per network and one per role, told apart on white, on black and in grey print."""

from __future__ import annotations

from rami.asset.topology import SiteTopology
from services.report.station import stations

#: the style sheet draws this stroke in the ink of the page (dark on light, light on dark)
INK = "rgb(1, 2, 3)"

HEAT_PUMP = "#9467bd"
HEATER = "#e0a100"
STORAGE = "#8c95a0"

_NETWORKS = ("#c4513a", "#2f78b7", "#2e9e6b", "#b0638f", "#6d8f1f", "#3fa7b5", "#a9762f")

_PARTS = (
    "#7b5a45",
    "#c4513a",
    "#e0a100",
    "#2f78b7",
    "#2e9e6b",
    "#9467bd",
    "#3fa7b5",
    "#b0638f",
    "#6d8f1f",
    "#8c95a0",
)


def network_colours(site: SiteTopology) -> dict[str, str]:
    """A colour for each `twin.network`: first those that exchange heat with a station, in the
    order declared, then the others."""
    exchanging = {e.network for station in stations(site) for e in station.exchangers}
    paths = sorted(site.network_paths(), key=lambda path: path not in exchanging)
    return {path: _NETWORKS[i % len(_NETWORKS)] for i, path in enumerate(paths)}


def part_colours(parts: list[str]) -> dict[str, str]:
    """A colour for each part of a bill, in the order given."""
    return {part: _PARTS[i % len(_PARTS)] for i, part in enumerate(parts)}


def faded(colour: str, opacity: float) -> str:
    """`#rrggbb` as rgba."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
