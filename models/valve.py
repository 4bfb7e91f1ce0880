"""Equations of a control valve."""

from __future__ import annotations

from models.kernel.functions import clip
from models.kernel.part import Part
from rami.asset.valve import Valve


def equations(part: Part, data: Valve) -> None:
    """Flow in proportion to the lagged opening."""
    part.must_stand_on_a_link()
    opening = part.lag("opening", clip(part.input("u")), data.lag)
    part.sets_flow(part.signal("m", data.flow_max * opening))
