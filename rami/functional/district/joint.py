"""One programme for a whole district: the joint plan, and a lower bound of any agreement.

Discomfort is a square; here it stands as the highest of its tangents, which never exceed it. So
the relaxed programme's optimum lies below the cost of every plan that the parties can agree on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.functional.district.building import BuildingModel
from rami.functional.district.flexible import Flexible
from rami.functional.strategy.convex import Found, Programme, joined, solve, with_rows

#: K (of those moved) at which the tangents touch
_TOUCH = np.array([-3.0, -2.0, -1.4, -0.9, -0.5, -0.2, 0.2, 0.5, 0.9, 1.4, 2.0, 3.0])
#: and at which they touch where a bound is to be close
_CLOSE = np.sort(np.concatenate([_TOUCH, [-0.65, -0.35, -0.1, -0.04, 0.04, 0.1, 0.35, 0.65]]))


@dataclass(frozen=True)
class JointPlan:
    """Changes of groups (groups, steps) kW, of supply temperature (steps,) K, what each supplier
    sends, and the programme's optimum (EUR)."""

    change: Values
    kelvin: Values
    sent: list[Values]
    optimum: float


def groups_programme(
    model: BuildingModel, flexible: Flexible, which: slice = slice(None), at_K: Values = _TOUCH
) -> Programme:
    """Columns u, dT1, dT2, discomfort, each (groups x steps); cost the discomfort."""
    n, steps = flexible.least[which].shape
    size = n * steps
    at = np.arange(size).reshape(n, steps)
    keep, push = model.keep[which], model.push[which]
    stock, worth = model.stock, flexible.price[which]
    rows, cols, vals = [], [], []

    def add(row: NDArray[np.intp], column: NDArray[np.intp], value: Values) -> None:
        rows.append(row.ravel())
        cols.append(column.ravel())
        vals.append(np.broadcast_to(value, row.shape).ravel())

    for i in range(2):
        row = i * size + at
        add(row, (1 + i) * size + at, np.ones(1))
        add(row, at, -push[:, i, None])
        for j in range(2):
            add(row[:, 1:], (1 + j) * size + at[:, :-1], -keep[:, i, j, None])
    # tangents: e >= price (2 w dT - w^2), w the mean change of a group of which a share is moved
    touch = stock.shift[which, None] * at_K[None, :]
    first = 2 * size
    for k in range(len(at_K)):
        row = first + k * size + at
        slope = 2 * worth * touch[:, k]
        add(row, 3 * size + at, np.ones(1))
        add(row, size + at, -slope[:, None])
    tangents = first + len(at_K) * size
    end = tangents + np.arange(n)
    add(end, size + at[:, -1], stock.quick[which])
    add(end, 2 * size + at[:, -1], stock.structure[which])
    floor = -(worth[:, None] * touch**2)
    low = np.concatenate([np.zeros(2 * size), np.repeat(floor.T[:, :, None], steps, 2).ravel(),
                          np.zeros(n)])  # fmt: skip
    high = np.concatenate([np.zeros(2 * size), np.full(len(at_K) * size + n, np.inf)])
    free = np.full(size, np.inf)
    return Programme(
        np.concatenate([np.zeros(3 * size), np.ones(size)]),
        np.concatenate(
            [flexible.least[which].ravel(), flexible.low[which].ravel(), -free, np.zeros(size)]
        ),
        np.concatenate([flexible.most[which].ravel(), flexible.high[which].ravel(), free, free]),
        np.concatenate(rows), np.concatenate(cols), np.concatenate(vals), low, high,
        np.zeros(4 * size, bool),
    )  # fmt: skip


def network_programme(low: Values, high: Values, plan: Values, ramp: float) -> Programme:
    """Columns K of change of the supply temperature, within bounds and ramp."""
    steps = len(low)
    change = np.diff(plan)
    row = np.tile(np.arange(steps - 1), 2)
    column = np.concatenate([np.arange(1, steps), np.arange(steps - 1)])
    value = np.repeat([1.0, -1.0], steps - 1)
    below, above = np.minimum(-ramp - change, 0.0), np.maximum(ramp - change, 0.0)
    none = np.zeros(steps)
    return Programme(none, low, high, row, column, value, below, above, none != 0)


def plan_jointly(
    load: Values,
    groups: list[tuple[BuildingModel, Flexible]],
    suppliers: list[tuple[Programme, NDArray[np.intp]]],
    network: tuple[Programme, Values],
    limits: tuple[Values, NDArray[np.bool_]] | None = None,
    close: bool = False,
) -> JointPlan:
    """The cheapest plan of all at once, without whole numbers.

    load + sum(u) + effect K - sum(sent) = 0; `limits` (sections, steps) on the groups beyond
    each section (sections, groups); `close` brings the optimum nearer to the true discomfort.
    Raises InfeasibleError.
    """
    steps = len(load)
    stores, effect = network
    parts = [groups_programme(m, f, at_K=_CLOSE if close else _TOUCH) for m, f in groups]
    whole, places = joined([*parts, stores, *(p for p, _ in suppliers)])
    rows, cols, vals = [], [], []
    eye = np.arange(steps)
    changes = []
    for (_, flexible), place in zip(groups, places, strict=False):
        n = flexible.least.shape[0]
        at = place.start + np.arange(n * steps).reshape(n, steps)
        changes.append(at)
        rows.append(np.tile(eye, n))
        cols.append(at.ravel())
        vals.append(np.ones(n * steps))
    kelvin = places[len(groups)].start + eye
    i, j = np.nonzero(effect)
    rows.append(i)
    cols.append(kelvin[j])
    vals.append(effect[i, j])
    sent = [p.start + c for p, (_, c) in zip(places[len(groups) + 1 :], suppliers, strict=True)]
    for c in sent:
        rows.append(eye)
        cols.append(c)
        vals.append(-np.ones(steps))
    low, high = -load, -load
    every = np.concatenate(changes)
    if limits is not None and len(limits[0]):
        room, beyond = limits
        for k in range(len(room)):
            who = np.flatnonzero(beyond[k])
            rows.append(np.tile(steps * (1 + k) + eye, len(who)))
            cols.append(every[who].ravel())
            vals.append(np.ones(len(who) * steps))
        low = np.concatenate([low, np.full(room.size, -np.inf)])
        high = np.concatenate([high, np.maximum(room, 0.0).ravel()])
    joint = with_rows(
        whole, np.concatenate(rows), np.concatenate(cols), np.concatenate(vals), low, high
    )
    found: Found = solve(joint, relaxed=True, interior=True)
    return JointPlan(found.x[every], found.x[kelvin], [found.x[c] for c in sent], found.cost)


def prices_tried(price: Values) -> list[Values]:
    """Prices that may bound better than the last ones, which carry some noise of the rounds from
    step to step: these, their running median over 7 steps, their running mean over 17."""

    def windows(steps: int) -> Values:
        wide = np.pad(price, steps // 2, mode="edge")
        return np.asarray(np.lib.stride_tricks.sliding_window_view(wide, steps))

    return [price, np.median(windows(7), axis=1), windows(17).mean(axis=1)]


def dual_bound(
    load: Values,
    price: Values,
    step_h: float,
    groups: list[tuple[BuildingModel, Flexible]],
    suppliers: list[tuple[Programme, NDArray[np.intp]]],
    network: tuple[Programme, Values],
) -> float:
    """No plan of the district costs less than this (EUR): everybody's best answer to one price
    (steps,) EUR/kWh, added up (Lagrangian dual of the balance; capacities of sections left out).

    One small programme per group: grows with their number, not with its square.
    """
    money = price * step_h
    bound = float(money @ load)
    for model, flexible in groups:
        steps = flexible.least.shape[1]
        for i in range(flexible.least.shape[0]):
            one = groups_programme(model, flexible, slice(i, i + 1))
            one.cost[:steps] += money
            bound += solve(one).bound
    stores, effect = network
    stores = replace(stores, cost=effect.T @ money)
    bound += solve(stores).bound
    for programme, sent in suppliers:
        cost = programme.cost.copy()
        cost[sent] -= money
        bound += solve(replace(programme, cost=cost), relaxed=True).bound
    return bound
