"""Control of a heat storage: it is the slack, and a slow trim brings its content back.

Nothing sets its flow: it takes what sources and sinks differ by. What adds up over hours
(losses, limits, measuring) is given back by a small change of the strongest source
exchanger's power.
"""

from __future__ import annotations

from dataclasses import dataclass

from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import TwinTopology

#: hours over which a deviation of the content is worked off
HOURS = 2.0
#: largest change of a source's power, as a share of its scheduled power
SHARE = 0.03


@dataclass(frozen=True)
class ContentTrim:
    """`content` names the measured and the scheduled content (end of each step), kWh."""

    content: str
    hours: float = HOURS
    share: float = SHARE


def trim(topology: TwinTopology, name: str) -> ContentTrim:
    """The trim that belongs to a storage."""
    topology.component(name, HeatStorage)
    return ContentTrim(f"{name}.Q")
