"""How well each network's flow temperature was kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rami.asset.consumer import Consumer
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.network_dispatch import network_demand
from services.study.tracking import temperature_rms

#: seconds after a schedule step that do not count
SETTLE_S = 180.0


def watched(site: SiteTopology) -> dict[str, list[str]]:
    """Flow lines of every network and powers of every exchanger, by twin."""
    return {
        twin: [
            *(f"{network}_flow.T" for network in topology.networks),
            *(f"{name}.P" for name in topology.of(HeatExchanger)),
        ]
        for twin, topology in site.twins.items()
    }


def schedule_steps(scheduled: Frame | None, count: int) -> NDArray[np.bool_]:
    """Intervals that begin with a change of the schedule."""
    stepped = np.ones(count, bool)
    if scheduled is not None:
        stepped[1:] = (np.abs(np.diff(scheduled.values, axis=0)) > 1e-6).any(axis=1)
    return stepped


def flow_temperature_rms(
    site: SiteTopology, watch: Frame, data: Frame, scheduled: Frame | None
) -> Mapping[str, float]:
    """RMS deviation in K by `twin.network`.

    Supply networks against their declared flow temperature while consumers want more than 5 %
    of their nominal power; a station's circuit against the scheduled flow temperature while
    its sinks are scheduled above 5 % of their design power.
    """
    count = data.grid.count
    per_interval = watch.grid.count // count
    settle = round(SETTLE_S / watch.grid.step_s)
    stepped = schedule_steps(scheduled, count)
    found: dict[str, float] = {}
    for twin, topology in site.twins.items():
        for name, network in topology.networks.items():
            path = f"{twin}.{name}"
            target = np.full(count, network.flow)
            if topology.kind == "hts":
                if scheduled is None or f"{path}.T_flow" not in scheduled:
                    continue
                target = scheduled[f"{path}.T_flow"]
                sinks = {n: h for n, h in topology.of(HeatExchanger).items() if h.primary == name}
                demand = sum((scheduled[f"{twin}.{n}.P"] for n in sinks), np.zeros(count))
                nominal = sum(h.design.power for h in sinks.values())
            else:
                demand = network_demand(topology, name, data)
                nominal = sum(c.power for c in topology.of(Consumer).values() if c.network == name)
            if nominal > 0.0:
                found[path] = temperature_rms(
                    watch[f"{path}_flow.T"], target, demand, nominal, stepped, per_interval, settle
                )
    return found
