"""Mode of a twin: who is the plant, and what may reach it."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """`simulate`: the model is the plant. `shadow`: the plant is read, the model runs beside it.
    `advise`: set-points are computed and told, not written. `control`: they are written."""

    SIMULATE = "simulate"
    SHADOW = "shadow"
    ADVISE = "advise"
    CONTROL = "control"

    @property
    def asks(self) -> bool:
        """Whether set-points are taken at all."""
        return self in (Mode.ADVISE, Mode.CONTROL)

    @property
    def writes(self) -> bool:
        """Whether set-points reach the plant."""
        return self is Mode.CONTROL
