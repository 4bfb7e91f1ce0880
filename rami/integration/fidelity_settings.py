"""Section `fidelity` of a twin: how far its model may be off; loads no arrays.

Tolerances are written with a unit of the point they are for; whether it fits is checked with the
points (`rami.integration.tolerance`).
"""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.integration.settings import Amount


class Fidelity(Declared):
    """How far model and plant may differ, and how well the plant is measured. Entries are read
    from top to bottom; a later one replaces earlier ones for what it names.

    A tolerance is an amount (`2 K`), a share of the value (`5 %`), or the larger of both
    (`5 % or 10 kW`). Example: `fidelity: {window: 15 min, points: {"hex_*.T_*": 3 K}}`.
    """

    window: Duration = Field(900.0, le=86400, description="time over which differences are judged")
    points: dict[str, Amount] = Field(
        default_factory=dict,
        description="what the model may be off, by name or shell pattern of measured points",
    )
    noise: dict[str, Amount] = Field(
        default_factory=dict,
        description="standard deviation of the sensors, by name or shell pattern",
    )
