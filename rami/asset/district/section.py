"""A section of a network's tree: its pipe pair, what it holds, loses and can carry."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Conductance, MassFlow, Pressure, Share, Volume
from rami.core.written import Name


class Section(Declared):
    """From the end of section `after` (the plant without one) to its own end.

    `water` is the content of one of the two pipes, `loss` the conductance of one pipe to the
    ground, `flow_max` what velocity or pressure allow. `pressure_drop` is that of the pair at that
    flow; without it, friction in a pipe that carries it at 2 m/s and holds `water`. `share` of
    the district's groups hangs at its end.
    """

    after: Name | None = None
    water: Volume
    loss: Conductance
    flow_max: MassFlow
    pressure_drop: Pressure | None = None
    share: Share = Field(0.0)
