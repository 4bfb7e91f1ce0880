"""Equations of a pump."""

from __future__ import annotations

from models.kernel.functions import clip
from models.kernel.part import Part
from models.kernel.plant import AMBIENT, ELECTRICITY
from rami.asset.pump import Pump


def equations(part: Part, data: Pump) -> None:
    """Flow in proportion to the lagged speed; power with its cube, lost to the ambient."""
    part.must_stand_on_a_link()
    speed = part.lag("speed", clip(part.input("u")), data.lag)
    part.sets_flow(part.signal("m", data.flow_max * speed))
    power = part.heat("P_el", ELECTRICITY, AMBIENT, data.power_el_max * speed**3)
    part.meter("E_el", power)
