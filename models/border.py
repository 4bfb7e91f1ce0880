"""Equations of a border: two reservoirs whose temperatures the other twin dictates."""

from __future__ import annotations

from models.kernel.part import Part
from rami.asset.border import Border


def equations(part: Part, data: Border) -> None:
    """Water leaves one reservoir and comes back to the other; what is missing is `P`."""
    part.reservoir("T_take", "take")
    part.reservoir("T_give", "give")
    part.flow_out("m", "take")
    part.meter("E", part.carried_out("P"))
