"""What a partner's file holds."""

from __future__ import annotations

from dataclasses import dataclass

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid


@dataclass(frozen=True)
class PartnerTable:
    """Powers (kW) by name over a grid, NaN where there is none; when it was issued (UTC ns)."""

    grid: TimeGrid
    series: dict[str, Values]
    issued_ns: int | None = None
