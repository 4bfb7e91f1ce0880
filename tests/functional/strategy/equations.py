"""The reference station's plan as a linear programme, written from the equation sheet.

No peak; binaries and minimum load only as a given choice of states. Nothing of the package's
plan is used: names, data and limits come from the site file's numbers, the exchangers' limits
are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

Array = np.ndarray


class Rows:
    """Rows of `coefficients x <= / = right side`, filled one term at a time."""

    def __init__(self) -> None:
        self.i: list[int] = []
        self.j: list[int] = []
        self.v: list[float] = []
        self.rhs: list[float] = []

    def add(self, rhs: float, *terms: tuple[float, int]) -> None:
        for value, column in terms:
            self.i.append(len(self.rhs))
            self.j.append(column)
            self.v.append(value)
        self.rhs.append(rhs)

    def matrix(self, n: int) -> Any:
        return coo_matrix((self.v, (self.i, self.j)), shape=(len(self.rhs), n)).tocsr()


@dataclass
class Station:
    """Figures of the reference site; kW, kWh, EUR/kWh, h."""

    cop: float
    w: float  # 1/s - 1
    loss: float  # per step
    idle: float  # kWh per step
    q_start: float
    q_end: float
    q_min: float
    q_max: float
    limit: Mapping[str, Array]  # P_max by exchanger
    own: Mapping[str, float]  # P_max of a source without the network behind it
    slope: Mapping[str, float]
    cooling: Array


@dataclass
class States:
    """A choice of the binaries: steps that feed the hot sink, steps with engines on.

    `w`, `own` and `slope` replace the station's (of HNHT) while feeding.
    """

    feeds: tuple[bool, ...]
    engines: tuple[bool, ...]
    w: float
    own: float
    slope: float
    q_hot_start: float


def station_rows(
    s: Station, col: Any, n: int, dt: float, eq: Rows, ub: Rows
) -> list[tuple[float, float | None]]:
    """Eq. 4 to 13 for n steps; returns the bounds of HNHT, IN, HNLT, OUT, EL, IH, HS, Q, slacks."""
    for t in range(n):
        eq.add(
            0.0,
            *[(s.cop, col("EL", t)), (1, col("HNHT", t)), (-1, col("HNLT", t))],
            *[(1, col("IN", t)), (-1, col("OUT", t)), (1, col("HS", t))],
        )
        kept = [(-(1 - s.loss), col("Q", t - 1))] if t else []
        eq.add(
            (0 if t else (1 - s.loss) * s.q_start) - s.idle,
            *[(1, col("Q", t)), (dt, col("HS", t)), (-dt * 0.99, col("IH", t)), *kept],
        )
        ub.add(0.0, (s.w * s.cop, col("EL", t)), (-1, col("HNHT", t)), (-1, col("IN", t)))
        ub.add(s.cooling[t], (s.cop - 1, col("EL", t)))
        for name in ("HNHT", "IN"):
            ub.add(s.own[name], (1, col(name, t)), (s.slope[name] * s.cop, col("EL", t)))
        ub.add(-s.q_min, (-1, col("Q", t)), (-1, col("BELOW", t)))
    ub.add(-s.q_end, (-1, col("Q", n - 1)), (-1, col("MISSING", 0)))
    bounds: list[tuple[float, float | None]] = []
    for name in ("HNHT", "IN", "HNLT", "OUT"):
        bounds += [(0, float(v)) for v in s.limit[name]]
    bounds += [(0, 600.0)] * n + [(0, 1000.0)] * n + [(-3000.0, 3000.0)] * n
    return [*bounds, *[(-np.inf, s.q_max)] * n, *[(0, None)] * (2 * n)]


NAMES = ("HNHT", "IN", "HNLT", "OUT", "EL", "IH", "HS", "Q", "BELOW", "MISSING")
OWN = (
    "CHP",
    "B1",
    "B2",
    "TOWER",
    "BUY",
    "SELL",
    "SHORT1",
    "SHORT2",
    "SHORTC",
    "SUR1",
    "SUR2",
    "SURC",
)


def solve(
    s: Station,
    data: Mapping[str, Array],
    price: Mapping[str, Array | float],
    marginal: bool,
    states: States | None = None,
) -> float | None:
    """Optimal eq. 21 in EUR; `price` gives el_buy, el_sell, levy, draw, feed, co2 (per kWh of
    gas), and for `average` hnht, hnht_co2, hnlt, hnlt_co2, cn. None where it has no solution."""
    dt, n = 0.25, len(s.cooling)
    names = (*NAMES, *OWN) if marginal else NAMES
    if states:
        names = (*names, "QHOT", "GAIN")
    place = {name: k * n for k, name in enumerate(names)}

    def col(name: str, t: int) -> Any:
        return place[name] + t if name in place else None

    eq, ub = Rows(), Rows()
    bounds = station_rows(s, col, n, dt, eq, ub)
    cost = np.zeros(len(names) * n)

    def put(name: str, value: Array | float) -> None:
        cost[place[name] : place[name] + n] += value * dt

    put("IN", price["draw"])
    put("OUT", -np.asarray(price["feed"]))
    put("BELOW", 10.0)
    cost[place["MISSING"]] = 1.0
    if marginal:
        own_rows(s, data, col, n, eq, ub)
        bounds += [(0, 3375.0)] * n + [(0, 6000.0)] * n + [(0, 9000.0)] * n + [(0, 3000.0)] * n
        bounds += [(0, None)] * (8 * n)
        put("CHP", (0.026 + price["co2"]) / 0.45 + price["levy"] * 0.4 / 0.45)
        put("B1", (0.029 + price["co2"]) / 0.9)
        put("B2", (0.029 + price["co2"]) / 0.9)
        put("BUY", price["el_buy"])
        put("SELL", -np.asarray(price["el_sell"]) - price["levy"])
        for name in OWN[6:]:
            put(name, 10.0)
    else:
        put("HNHT", price["hnht"] + price["hnht_co2"])
        put("HNLT", -(price["hnlt"] + price["hnlt_co2"]))
        put("EL", price["el_buy"] - (s.cop - 1) * price["cn"])
        put("IH", price["el_buy"])
    if states:
        bounds += [(0, None)] * n + [(None, None)] * n
        choose(s, states, col, dt, ub, eq, bounds)
    done = linprog(
        cost,
        A_ub=ub.matrix(len(cost)),
        b_ub=ub.rhs,
        A_eq=eq.matrix(len(cost)),
        b_eq=eq.rhs,
        bounds=bounds,
        method="highs-ds",
    )
    assert done.status in (0, 2), done.message
    return float(done.fun) if done.status == 0 else None


def choose(
    s: Station, states: States, col: Any, dt: float, ub: Rows, eq: Rows, bounds: list[Any]
) -> None:
    """Directions, the hot part of the storage and the engines in given states."""
    for t, (feeds, on) in enumerate(zip(states.feeds, states.engines, strict=True)):
        idle = "IN" if feeds else "OUT"
        bounds[col(idle, t)] = (0, 0)
        before = [(-(1 - s.loss), col("QHOT", t - 1))] if t else []
        kept = 0.0 if t else (1 - s.loss) * states.q_hot_start
        eq.add(kept, (1, col("QHOT", t)), (-dt, col("GAIN", t)), *before)
        ub.add(-s.q_min, (1, col("QHOT", t)), (-1, col("Q", t)), (-1, col("BELOW", t)))
        if feeds:
            ub.add(0.0, (states.w * s.cop, col("EL", t)), (-1, col("HNHT", t)))
            ub.add(states.own, (1, col("HNHT", t)), (states.slope * s.cop, col("EL", t)))
            ub.add(0.0, (1, col("GAIN", t)), (1, col("HS", t)), (-0.99, col("IH", t)))
        else:
            ub.add(0.0, (1, col("GAIN", t)))
        if (engine := col("CHP", t)) is not None:
            bounds[engine] = (0.5 * 1687.5, 3375.0) if on else (0, 0)


def own_rows(s: Station, data: Mapping[str, Array], col: Any, n: int, eq: Rows, ub: Rows) -> None:
    """The factory's networks in balance, its grid connection."""
    for t in range(n):
        eq.add(
            data["HNHT"][t],
            *[(1, col("CHP", t)), (1, col("B1", t)), (-1, col("HNHT", t))],
            *[(1, col("SHORT1", t)), (-1, col("SUR1", t))],
        )
        eq.add(
            data["HNLT"][t],
            *[(1, col("B2", t)), (1, col("HNLT", t))],
            *[(1, col("SHORT2", t)), (-1, col("SUR2", t))],
        )
        eq.add(
            data["CN"][t],
            *[(1, col("TOWER", t)), (s.cop - 1, col("EL", t))],
            *[(1, col("SHORTC", t)), (-1, col("SURC", t))],
        )
        eq.add(
            data["EL"][t],
            *[(1, col("BUY", t)), (0.4 / 0.45, col("CHP", t)), (-1, col("SELL", t))],
            *[(-0.03, col("TOWER", t)), (-1, col("EL", t)), (-1, col("IH", t))],
        )
        ub.add(0.0, (1, col("SELL", t)), (-0.4 / 0.45, col("CHP", t)))
