"""MILP block of a heat storage with the immersion heaters in it."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pe

from rami.functional.strategy import immersion_heater
from rami.functional.strategy.layout import Storage
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Storage) -> None:
    """Power `P[t]`, positive = discharge into the circuit, and content `Q[t]` at the step's end.

    eq. 11:  Q[t] = (1 - lambda dt) Q[t-1] + (-P + P_th_IH - loss_idle) dt
             The sign of P is corrected; the content counts from the storage's reference
             temperature, so that its standing loss is lambda Q plus the constant `loss_idle`
             of the storage at reference.
    eq. 11a: Q[T] + missing >= Q_end     with a priced slack
    eq. 11b: |P| <= P_max                bounds of P
    eq. 12:  Q_min <= Q + below, Q <= Q_max  the upper one a bound; `below` is a priced slack:
             an empty storage still loses heat. Q_min is the storage's reserve (0 in the paper)

    With sinks that need a hotter flow line than the circuit's own, see `add_hot`.
    """
    block = plan.block(item.path)
    for name in ("q_start", "q_end", "q_min", "q_max", "p_max", "loss_share", "loss_idle"):
        plan.scalar(block, name)
    heaters = [immersion_heater.add(plan, path, item.owner) for path in item.heaters]
    power = plan.free(block, "P", block.p_max)
    block.Q = pe.Var(plan.steps, domain=pe.Reals, bounds=(None, block.q_max))
    below = plan.slack(
        block, "below", f"{item.path}: content above its reserve (eq. 12)", energy=True
    )
    missing = plan.slack_once(block, "missing", f"{item.path}: content at the end (eq. 11a)")
    keep = 1 - block.loss_share * plan.hours

    def heating(t: int) -> Any:
        return sum(h(t) for h in heaters)

    def before(t: int) -> Any:
        return block.Q[t - 1] if t else block.q_start

    plan.each(
        block,
        "eq11",
        lambda t: (
            block.Q[t] == keep * before(t) + (heating(t) - power[t] - block.loss_idle) * plan.hours
        ),
    )
    block.eq11a = pe.Constraint(expr=block.Q[plan.steps[-1]] + missing >= block.q_end)
    plan.each(block, "eq12", lambda t: block.Q[t] + below[t] >= block.q_min)
    plan.heat[item.circuit].append(lambda t: power[t])
    plan.cost("slack", lambda t: plan.shortage_price * below[t])
    plan.cost_once("slack", plan.terminal_price * missing)


def add_hot(plan: PlanModel, item: Storage, hot: Flow) -> None:
    """Its part in the circuit's hot state, and the content that is hot enough for it.

    `P_hot[t]` is its power in that state, `Q_hot[t]` the hot content above the rest:

    power_hot:    |P_hot| <= P_max hot,   |P - P_hot| <= P_max (1 - hot)
    hot_content:  Q_hot[t] = (1 - lambda dt) Q_hot[t-1] + hot_gain dt
    hot_gain:     hot_gain <= P_th_IH_hot - P_hot
    hot_within:   Q_hot <= Q + below - Q_min

    Below the hot part lies at least the reserve. So while the circuit is hot, discharge comes
    out of the hot part (or straight from the immersion heater), and only then can the hot part
    grow; in the other state any content may discharge. Approximations: the hot part cools as
    content, not in temperature, and all heat charged in the hot state, the immersion heater's
    too, counts as hot.
    """
    block = plan.block(item.path)
    plan.scalar(block, "q_hot_start")
    content = plan.variable(block, "Q_hot")
    power, gain = plan.free(block, "P_hot"), plan.free(block, "hot_gain")
    heated = [_heat_hot(plan, path, hot) for path in item.heaters]
    keep = 1 - block.loss_share * plan.hours

    def before(t: int) -> Any:
        return content[t - 1] if t else block.q_hot_start

    plan.each(block, "power_hot_out", lambda t: power[t] <= block.p_max * hot(t))
    plan.each(block, "power_hot_in", lambda t: -power[t] <= block.p_max * hot(t))
    plan.each(
        block, "power_cold_out", lambda t: block.P[t] - power[t] <= block.p_max * (1 - hot(t))
    )
    plan.each(block, "power_cold_in", lambda t: power[t] - block.P[t] <= block.p_max * (1 - hot(t)))
    plan.each(block, "hot_content", lambda t: content[t] == keep * before(t) + gain[t] * plan.hours)
    plan.each(block, "hot_gain_max", lambda t: gain[t] <= sum(h(t) for h in heated) - power[t])
    plan.each(
        block, "hot_within", lambda t: content[t] <= block.Q[t] + block.below[t] - block.q_min
    )
    plan.hot_heat[item.circuit].append(lambda t: power[t])


def _heat_hot(plan: PlanModel, path: str, hot: Flow) -> Flow:
    block = plan.block(path)
    part = plan.hot_part(
        block,
        "P_th_hot",
        lambda t: block.P_th[t],
        lambda t: block.eta[t] * block.p_el_max[t],
        hot,
    )
    return lambda t: part[t]
