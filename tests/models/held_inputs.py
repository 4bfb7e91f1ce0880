"""Seeded inputs of any twin, held per interval, with much switching."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.consumer import Consumer
from rami.asset.exchange import Exchange
from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY
from rami.core.points import PointIndex


def drawn_inputs(
    topology: TwinTopology, inputs: PointIndex, count: int, seed: int
) -> NDArray[np.float64]:
    """Shape (count, inputs): levels held for four intervals, a quarter of them off."""
    rng = np.random.default_rng(seed)
    table = np.tile(inputs.starts(), (count, 1))
    blocks = -(-count // 4)

    def switching(low: float, high: float) -> NDArray[np.float64]:
        level = rng.uniform(low, high, blocks) * (rng.random(blocks) > 0.25)
        return np.repeat(level, 4)[:count]

    for place, point in enumerate(inputs.points):
        component, _, word = point.name.rpartition(".")
        if word == "u":
            table[:, place] = switching(0.1, 1)
        elif word == "engines_on":
            table[:, place] = np.round(switching(0, point.high))
        elif word == "P_demand":
            power = topology.component(component, Consumer).power
            table[:, place] = power * rng.uniform(0.1, 1, count)
        elif word == "T_wet":
            table[:, place] = rng.uniform(0, 18, count)
        elif word in ("T_take", "T_give"):
            table[:, place] = point.start + rng.uniform(-4, 4, count)
        elif word == "m":
            table[:, place] = switching(1, 25)
    for place, point in enumerate(inputs.points):
        component, _, word = point.name.rpartition(".")
        if word == "Q":  # another twin's exchanger: cools what it takes from the hot line
            exchange = topology.component(component, Exchange)
            network = topology.networks[exchange.network]
            hot = "flow" if network.kind == "heating" else "return"
            sign = 1 if exchange.taken_from == hot else -1
            spread = 0.5 * (network.hot - network.cold)
            flow = table[:, inputs[f"{component}.m"]]
            table[:, place] = sign * HEAT_CAPACITY * spread * flow
    return table
