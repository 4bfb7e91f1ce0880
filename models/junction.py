"""Equations of a junction: one mixed volume."""

from __future__ import annotations

from models.kernel.part import Part
from rami.asset.junction import Junction


def equations(part: Part, data: Junction) -> None:
    """One store at one port; the links do the rest."""
    part.store("T", data.water, data.start, ["at"])
