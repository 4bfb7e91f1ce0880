"""Equations of an exchange: flow and mean heat that another twin hands over."""

from __future__ import annotations

from models.kernel.part import Part
from models.kernel.plant import NETWORK
from rami.asset.exchange import Exchange


def equations(part: Part, data: Exchange) -> None:
    """The flow moves between the two lines; the heat leaves the line the water is given to."""
    part.sets_flow(part.input("m"))
    heat = part.heat("heat", part.own_link_target(), NETWORK, part.input("Q"))
    part.meter("E", heat)
