"""Supply temperature: as low as consumers and capacities allow, unless pumping costs more.

A higher one loses more to the ground, needs less flow and gives more capacity; it counts where
it arrives, which is later than it is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.district.declaration import Water
from rami.core.frame import Values
from rami.functional.district.plug_flow import Flowed, Pipes, delay_steps
from rami.functional.district.tree import CAPACITY, Tree

#: K between two levels that are tried
_GRID = 2.5


@dataclass(frozen=True)
class SupplyPlan:
    """Temperature (steps,) that is made, the least that has to be made, what follows from it, and
    the heat that sections can carry at their ends (sections, steps) in kW."""

    temperature: Values
    least: Values
    flowed: Flowed
    delay: Values
    capacity: Values


def heating_curve(declared: Water, outdoor: Values) -> Values:
    """What is made where nobody plans: enough at -12 degC for all, by a fixed slope."""
    frost = np.maximum(15.0 - outdoor, 0.0)
    flat = declared.supply_min + 5.0
    return np.asarray(np.minimum(flat + declared.curve * frost, declared.supply_max))


def plan_supply(
    declared: Water,
    pipes: Pipes,
    demand: Values,
    high: Values,
    back: Values,
    heat_price: Values,
    el_price: Values,
) -> SupplyPlan:
    """The cheapest course for a forecast `demand` (sections, steps) whose upper quantile `high`
    must get through; prices (steps,) EUR/kWh of heat and electricity."""
    tree, hours = pipes.tree, pipes.step_h
    start = pipes.out[0].outlet
    first = pipes.copy().run(demand, back, np.full(demand.shape[1], declared.supply_max))
    delay = delay_steps(tree, first.flow, hours)
    least = _least(declared, tree, high, back, first.flow, delay)
    best: tuple[float, SupplyPlan] | None = None
    for level in np.arange(declared.supply_min, declared.supply_max + 1e-9, _GRID):
        wanted = _ramped(np.maximum(least, level), start, declared.ramp * hours)
        twin = pipes.copy()
        flowed = twin.run(demand, back, wanted)
        cost = float(hours * (heat_price @ flowed.plant + el_price @ flowed.pump))
        cost -= float(heat_price.mean()) * twin.content  # what is left in the water is not lost
        if best is None or cost < best[0] - 1e-9:
            room = tree.flow_max[:, None] * 3600 * CAPACITY
            spread = np.maximum(flowed.arrived - back, 5.0)
            plan = SupplyPlan(wanted, least, flowed, delay, room * spread)
            best = (cost, plan)
    assert best is not None
    return best[1]


def _least(
    declared: Water, tree: Tree, high: Values, back: Values, flow: Values, delay: Values
) -> Values:
    """What the plant must make so that in every section's end the least temperature arrives and
    the flow stays within its limit, earlier by the delay."""
    mean = flow.mean(axis=1)
    own = np.where(mean > 0, tree.loss / np.maximum(mean * 3600 * CAPACITY, 1e-9), 0.0)
    kept = np.exp(-(tree.path().astype(float) @ own))
    carried = tree.flows(high)
    share = np.maximum(tree.flows(high), 1e-9)
    mixed = tree.flows(high * back) / share
    at_end = np.maximum(
        declared.supply_min, mixed + carried / (tree.flow_max[:, None] * 3600 * CAPACITY)
    )
    made = tree.ground + (at_end - tree.ground) / kept[:, None]
    steps = high.shape[1]
    least = np.zeros(steps)
    for i in np.flatnonzero(mean > 0):
        for shift in (int(np.floor(delay[i])), int(np.ceil(delay[i]))):
            early = np.append(made[i, shift:], np.repeat(made[i, -1], min(shift, steps)))[:steps]
            least = np.maximum(least, early)
    return np.minimum(least, declared.supply_max)


def _ramped(wanted: Values, start: float, ramp: float) -> Values:
    """Never below `wanted` for want of speed: raised early enough, lowered slowly."""
    made = wanted.copy()
    for t in range(len(made) - 2, -1, -1):
        made[t] = max(made[t], made[t + 1] - ramp)
    before = start
    for t in range(len(made)):
        made[t] = max(made[t], before - ramp)
        before = made[t]
    return made


def stored_by(plan: SupplyPlan, tree: Tree, demand: Values, back: Values) -> Values:
    """Heat at the plant (steps, steps) in kW per K of supply temperature made in each step: more
    at once, less when it has arrived, and what it loses on the way.

    y(t) = sum_k P_k / (T - T_back) (dT(t) - dT(t - delay_k)) + loss dT
    """
    steps = demand.shape[1]
    effect = np.eye(steps) * float(tree.loss.sum())
    spread = np.maximum(plan.flowed.arrived - back, 5.0)
    for i in range(tree.count):
        carried = demand[i] / spread[i]
        whole = int(np.floor(plan.delay[i]))
        part = plan.delay[i] - whole
        effect += np.diag(carried)
        for shift, weight in ((whole, 1 - part), (whole + 1, part)):
            if shift < steps:
                effect -= weight * np.diag(carried[shift:], -shift)
    return effect
