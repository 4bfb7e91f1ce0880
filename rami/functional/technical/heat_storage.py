"""Control of a heat storage: it is the slack, and a slow trim brings its content back.

Nothing sets its flow: it takes what sources and sinks differ by. What adds up over hours
(losses, limits, measuring) is given back by a small change of the strongest source
exchanger's power.
"""

from __future__ import annotations

from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import TwinTopology
from rami.functional.technical.loop import local_network
from rami.functional.technical.trim import Trim

#: hours over which a deviation of the content is worked off
HOURS = 2.0
#: largest change of a source's power, as a share of its scheduled power
SHARE = 0.03


def trim(topology: TwinTopology, name: str) -> Trim:
    """The trim that belongs to a storage; raises KeyError when it is none."""
    storage = topology.component(name, HeatStorage)
    network = local_network(topology, storage.across) or storage.across
    return Trim(network, HOURS, SHARE, f"{name}.Q")
