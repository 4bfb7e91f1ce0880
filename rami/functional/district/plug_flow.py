"""Water in pipes as plugs that move without mixing and cool towards the ground.

In a step a pipe takes in a plug at its inlet and gives the same mass off at its outlet, first in,
first out; then all that is in it cools by exp(-loss dt / (m c)). What comes out was as long under
way as the flow took to fill the pipe. Energy closes to round-off: in - out - lost = stored.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from rami.core.frame import Values
from rami.functional.district.tree import CAPACITY, Tree

#: K that a consumer cools the water by at least
_SPREAD_MIN = 5.0


class Pipe:
    """One pipe; `mass` kg at `temperature` degC at first."""

    def __init__(self, mass: float, keep: float, ground: float, temperature: float) -> None:
        self.plugs: deque[list[float]] = deque([[mass, temperature]])
        self.mass, self.keep, self.ground = mass, keep, ground
        self.outlet = temperature

    def push(self, mass: float, temperature: float) -> float:
        """Take in a mass, return the mean temperature of what comes out."""
        if mass <= 0:
            return self.outlet
        plugs = self.plugs
        plugs.append([mass, temperature])
        left, heat = mass, 0.0
        while left > 0:
            first = plugs[0]
            if first[0] > left or len(plugs) == 1:
                heat += left * first[1]
                first[0] -= left
                break
            heat += first[0] * first[1]
            left -= first[0]
            plugs.popleft()
        self.outlet = heat / mass
        return self.outlet

    def cool(self) -> float:
        """Let all of it cool over a step; the heat lost, kWh."""
        lost = 0.0
        for plug in self.plugs:
            change = (plug[1] - self.ground) * (1 - self.keep)
            lost += plug[0] * change
            plug[1] -= change
        return lost * CAPACITY

    @property
    def content(self) -> float:
        """KWh above 0 degC."""
        return CAPACITY * sum(m * t for m, t in self.plugs)

    def copy(self) -> Pipe:
        """A twin that goes its own way."""
        twin = Pipe(self.mass, self.keep, self.ground, self.outlet)
        twin.plugs = deque([m, t] for m, t in self.plugs)
        return twin


@dataclass(frozen=True)
class Flowed:
    """A span: `plant` heat put in, `lost` (kW, means), `supply` and `back` temperature at the
    plant, `arrived` at each section's end (degC), `flow` through sections (kg/s), `pump` kW of
    electricity; steps last, sections first."""

    plant: Values
    lost: Values
    supply: Values
    back: Values
    arrived: Values
    flow: Values
    pump: Values


class Pipes:
    """The pipes of a network with all the water in them."""

    def __init__(self, tree: Tree, step_h: float, supply: float, back: float) -> None:
        self.tree, self.step_h = tree, step_h
        keep = np.exp(-tree.loss * step_h / (tree.mass * CAPACITY))
        at = zip(tree.mass.tolist(), keep.tolist(), strict=True)
        both = [(Pipe(m, k, tree.ground, supply), Pipe(m, k, tree.ground, back)) for m, k in at]
        self.out = [p for p, _ in both]
        self.home = [p for _, p in both]

    def copy(self) -> Pipes:
        """A twin, to try a plan on."""
        twin = Pipes(self.tree, self.step_h, 0.0, 0.0)
        twin.out, twin.home = [p.copy() for p in self.out], [p.copy() for p in self.home]
        return twin

    @property
    def content(self) -> float:
        """Heat in the water above 0 degC, kWh."""
        return sum(p.content for p in (*self.out, *self.home))

    def run(self, demand: Values, back: Values, supply: Values) -> Flowed:
        """Serve `demand` (sections, steps) kW, water returned at `back` (sections, steps), with
        `supply` degC at the plant (steps,).

        Flow follows what arrived a step before, as a substation's valve does; the heat is served
        in full, the return temperature tells the rest.
        """
        tree, hours = self.tree, self.step_h
        n, steps = demand.shape
        arrived, flow = np.empty((n, steps)), np.empty((n, steps))
        plant, lost, home = np.empty(steps), np.empty(steps), np.empty(steps)
        after = tree.after.tolist()
        for t in range(steps):
            seen = np.array([p.outlet for p in self.out])
            spread = np.maximum(seen - back[:, t], _SPREAD_MIN)
            drawn = demand[:, t] * hours / (CAPACITY * spread)
            mass = tree.flows(drawn)
            came = [0.0] * n
            for i in range(n):
                inlet = supply[t] if after[i] < 0 else came[after[i]]
                came[i] = self.out[i].push(float(mass[i]), float(inlet))
            arrived[:, t] = came
            heat = drawn * arrived[:, t] - demand[:, t] * hours / CAPACITY
            total = 0.0
            for i in range(n - 1, -1, -1):
                carried = self.home[i].push(float(mass[i]), _mean(heat[i], mass[i], back[i, t]))
                if after[i] < 0:
                    total += mass[i] * carried
                else:
                    heat[after[i]] += mass[i] * carried
            roots = float(mass[tree.after < 0].sum())
            home[t] = total / roots if roots > 0 else supply[t]
            plant[t] = (roots * supply[t] - total) * CAPACITY / hours
            lost[t] = sum(p.cool() for p in (*self.out, *self.home)) / hours
            flow[:, t] = mass / (hours * 3600)
        return Flowed(plant, lost, supply, home, arrived, flow, pump_power(tree, flow))


def _mean(heat: float, mass: float, else_: float) -> float:
    return float(heat / mass) if mass > 0 else float(else_)


def pump_power(tree: Tree, flow: Values, efficiency: float = 0.6) -> Values:
    """KW of electricity of the plant's pumps: they lift all of the flow over the worst way and the
    last consumer's substation. Pressure rises with the square of the flow, power with its cube."""
    lost = tree.drop[:, None] * (flow / tree.flow_max[:, None]) ** 2
    head = (tree.path().astype(float) @ lost).max(axis=0) + tree.at_consumers
    # bar x m3/s = 100 kW; 1 kg/s of water is 1e-3 m3/s
    return np.asarray(head * flow[tree.after < 0].sum(axis=0) * 0.1 / efficiency)


def delay_steps(tree: Tree, flow: Values, step_h: float) -> Values:
    """Steps that water takes from the plant to each section (sections,); 0 where none flows."""
    mean = flow.mean(axis=1)
    own = np.where(mean > 0, tree.mass / np.maximum(mean, 1e-9) / (3600 * step_h), 0.0)
    return np.asarray(tree.path().astype(float) @ own)
