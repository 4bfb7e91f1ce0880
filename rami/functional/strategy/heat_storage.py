"""MILP block of a heat storage with the immersion heaters in it."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pe

from rami.functional.strategy import immersion_heater
from rami.functional.strategy.layout import Circuit, Storage
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Storage, circuit: Circuit) -> None:
    """Power `P[t]`, positive = discharge into the circuit, and content `Q[t]` at the step's end.

    eq. 11:  Q[t] = (1 - lambda dt) Q[t-1] + (-P + P_th_IH - loss_idle) dt
             The sign of P is corrected; the content counts from the storage's reference
             temperature, so that its standing loss is lambda Q plus the constant `loss_idle`
             of the storage at reference.
    eq. 11a: Q[T] + missing >= Q_end     with a priced slack
    eq. 11b: |P| <= P_max                bounds of P
    eq. 12:  0 <= Q + below, Q <= Q_max  the upper one a bound; `below` is a priced slack: an
             empty storage still loses heat

    With exchangers that need a hotter flow line than the circuit's own, see `_hot_part`.
    """
    block = plan.block(item.path)
    for name in ("q_start", "q_end", "q_max", "p_max", "loss_share", "loss_idle"):
        plan.scalar(block, name)
    heaters = [immersion_heater.add(plan, path, item.owner) for path in item.heaters]
    power = plan.free(block, "P", block.p_max)
    block.Q = pe.Var(plan.steps, domain=pe.Reals, bounds=(None, block.q_max))
    below = plan.slack(block, "below", f"{item.path}: content above empty (eq. 12)", energy=True)
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
    plan.each(block, "eq12", lambda t: block.Q[t] + below[t] >= 0)
    plan.heat[item.circuit].append(lambda t: power[t])
    plan.cost("slack", lambda t: plan.shortage_price * below[t])
    plan.cost_once("slack", plan.terminal_price * missing)
    if circuit.activities:
        _hot_part(plan, item, circuit, heating)


def _hot_part(plan: PlanModel, item: Storage, circuit: Circuit, heating: Flow) -> None:
    """Content that is hot enough for the exchangers with the hotter flow line.

    `Q_hot[t]` grows by `hot_gain[t]` (kW, either sign) and stands above the rest:

    hot_content:   Q_hot[t] = (1 - lambda dt) Q_hot[t-1] + hot_gain dt
    hot_within:    Q_hot <= Q + below
    hot_charge:    hot_gain <= (P_max + P_th_IH_max) a   a: the hottest flow line is asked for
    hot_discharge: hot_gain <= -P + P_th_IH + P_max (1 - a_k)   for each activity a_k

    While a hotter flow line is asked for, discharge comes out of the hot part (or straight
    from the immersion heater); at other times any content may discharge. Approximations:
    content charged at a hotter but not the hottest level counts as not hot; the hot part cools
    as content, not in temperature; charged while feeding, all of it may count as hot.
    """
    block = plan.block(item.path)
    plan.scalar(block, "q_hot_start")
    hot = plan.variable(block, "Q_hot")
    gain = plan.free(block, "hot_gain")
    keep = 1 - block.loss_share * plan.hours
    heaters = [plan.block(path) for path in item.heaters]
    plan.each(
        block,
        "hot_content",
        lambda t: hot[t] == keep * (hot[t - 1] if t else block.q_hot_start) + gain[t] * plan.hours,
    )
    plan.each(block, "hot_within", lambda t: hot[t] <= block.Q[t] + block.below[t])
    plan.each(
        block,
        "hot_charge",
        lambda t: (
            gain[t]
            <= (block.p_max + sum(h.eta[t] * h.p_el_max[t] for h in heaters))
            * sum(plan.activity[a](t) for a in circuit.hottest)
        ),
    )

    def hot_discharge(asked: Flow) -> Flow:
        return lambda t: gain[t] <= heating(t) - block.P[t] + block.p_max * (1 - asked(t))

    for k, activity in enumerate(circuit.activities):
        plan.each(block, f"hot_discharge_{k}", hot_discharge(plan.activity[activity]))
