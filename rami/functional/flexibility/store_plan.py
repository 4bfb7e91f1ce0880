"""The best way to run a described store: dynamic programming over fill level and mode.

In each step one mode runs at a factor, or two modes share the step. A level between two points of
the grid counts by the line between them (Bellman 1957, with a linear value function per cell), and
the way forward is then made with the levels themselves. What it costs to leave the range of levels
is steep, so that a store that has to leave it does so by as little as it can.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rami.core.frame import Values
from rami.functional.flexibility.store import Mode, Store

#: points of the level grid, of a mode's factor, parts of a step that two modes share
LEVELS, FACTORS, PARTS = 121, 21, 8
#: EUR for leaving the range by its whole width
_STEEP = 1e5
Piece = tuple[str, float, float]


@dataclass(frozen=True)
class Ask:
    """What a plan is to weigh over steps of `step_s`: `price` EUR/kWh of power, `penalty` EUR/kWh
    per kW off `target` (kW), `usage` (level/s) that others draw. Targets of the level, each
    (steps), cost `outside` EUR per hour and width of the store. `end` is the least last level.
    """

    step_s: float
    price: Values
    target: Values
    usage: Values
    penalty: float = 0.0
    low: Values | None = None
    high: Values | None = None
    outside: float = 0.0
    end: float | None = None


@dataclass(frozen=True)
class StorePlan:
    """`power` kW of each step, `level` at its end, `pieces` of it as (mode, factor, share);
    `cost` EUR of running, switching and missed targets; `excess` is how far the range of levels
    is left at most."""

    power: Values
    level: Values
    pieces: tuple[tuple[Piece, ...], ...]
    cost: float
    excess: float


@dataclass
class _Action:
    pieces: tuple[Piece, ...]
    first: int
    last: int
    switching: float = 0.0
    rate: Values = field(default_factory=lambda: np.zeros(0))
    power: Values = field(default_factory=lambda: np.zeros(0))
    cost: Values = field(default_factory=lambda: np.zeros(0))
    runs: Values = field(default_factory=lambda: np.zeros(0))

    def at(self, store: Store, level: Values) -> _Action:
        """The same with its rates at these levels."""
        rate, power, cost = (np.zeros_like(level) for _ in range(3))
        runs = np.ones(level.shape, bool)
        by_name = {m.name: m for m in store.modes}
        for name, factor, share in self.pieces:
            r, p, c, may = by_name[name].values(level, factor)
            rate, power, cost, runs = (
                rate + share * r,
                power + share * p,
                cost + share * c,
                runs & may,
            )
        return replace(self, rate=rate, power=power, cost=cost, runs=runs)


def plan_store(store: Store, level: float, mode: str, ask: Ask) -> StorePlan:
    """The best plan from a present level and mode. ValueError for a mode that is not there."""
    actions = _actions(store, ask.step_s)
    names = list(store.names())
    start = names.index(mode)
    width = max(store.high - store.low, 1e-9)
    grid = np.linspace(store.low, store.high, LEVELS)
    placed = [a.at(store, grid) for a in actions]
    value = _end(store, grid, ask, width)
    values = [np.broadcast_to(value, (len(names), LEVELS))]
    for t in range(len(ask.price) - 1, -1, -1):
        best = np.full((len(names), LEVELS), np.inf)
        for a in placed:
            found = _ahead(store, grid, a, values[-1], ask, t, width)
            for m, name in enumerate(names):
                extra = _entering(store, name, names[a.first], ask.step_s)
                if extra is not None:
                    np.minimum(best[m], found + extra, out=best[m])
        values.append(np.minimum(best, 1e12))
    values.reverse()
    return _forward(store, level, start, ask, actions, values, grid, width)


def _forward(
    store: Store, level: float, mode: int, ask: Ask, actions: list[_Action],
    values: list[Values], grid: Values, width: float,
) -> StorePlan:  # fmt: skip
    names = list(store.names())
    powers, levels, pieces = [], [], []
    cost = excess = 0.0
    here = np.array([float(level)])
    for t in range(len(ask.price)):
        inside = np.clip(here, store.low, store.high)
        best: tuple[float, _Action, float] | None = None
        for bare in actions:
            extra = _entering(store, names[mode], names[bare.first], ask.step_s)
            if extra is None:
                continue
            a = bare.at(store, inside)
            total = float(_ahead(store, here, a, values[t + 1], ask, t, width, grid)[0]) + extra
            if best is None or total < best[0] - 1e-12:
                best = (total, a, extra)
        assert best is not None  # staying in the present mode is always among them
        _, a, extra = best
        here = here + ask.step_s * (a.rate - store.leak(inside) - ask.usage[t])
        cost += extra + a.switching + float(a.cost[0]) * ask.step_s
        cost += float(_missed(ask, t, here, width)[0])
        excess = max(excess, float(here[0]) - store.high, store.low - float(here[0]))
        powers.append(float(a.power[0]))
        levels.append(float(here[0]))
        pieces.append(a.pieces)
        mode = a.last
    return StorePlan(np.array(powers), np.array(levels), tuple(pieces), cost, max(excess, 0.0))


def _ahead(
    store: Store, level: Values, a: _Action, after: Values, ask: Ask, t: int, width: float,
    grid: Values | None = None,
) -> Values:  # fmt: skip
    """EUR from this step on, from each level."""
    grid = level if grid is None else grid
    inside = np.clip(level, store.low, store.high)
    ends = level + ask.step_s * (a.rate - store.leak(inside) - ask.usage[t])
    hours = ask.step_s / 3600
    off = a.power - ask.target[t]
    now = hours * (ask.price[t] * a.power + 0.5 * ask.penalty * off**2)
    now = now + a.cost * ask.step_s + a.switching + _missed(ask, t, ends, width)
    left = np.maximum(ends - store.high, 0.0) + np.maximum(store.low - ends, 0.0)
    later = np.interp(ends, grid, after[a.last])
    return np.where(a.runs, now + later + _STEEP * left / width, 1e12)


def _missed(ask: Ask, t: int, level: Values, width: float) -> Values:
    missed = np.zeros_like(level)
    if ask.low is not None:
        missed += np.maximum(ask.low[t] - level, 0.0)
    if ask.high is not None:
        missed += np.maximum(level - ask.high[t], 0.0)
    return missed * ask.outside * ask.step_s / 3600 / width


def _end(store: Store, grid: Values, ask: Ask, width: float) -> Values:
    """What a last level is short of costs as much as leaving the range."""
    end = store.low if ask.end is None else min(ask.end, store.high)
    return np.asarray(_STEEP * np.maximum(end - grid, 0.0) / width)


def _entering(store: Store, before: str, after: str, step_s: float) -> float | None:
    if before == after:
        return 0.0
    return store.switches[before, after].cost if store.may(before, after, step_s) else None


def _actions(store: Store, step_s: float) -> list[_Action]:
    made = []
    for i, mode in enumerate(store.modes):
        factors = [0.0] if mode.steady else np.linspace(0, 1, FACTORS).tolist()
        made += [_Action(((mode.name, f, 1.0),), i, i) for f in factors]
    for i, one in enumerate(store.modes):
        for j, two in enumerate(store.modes):
            made += _shared(store, step_s, (i, one), (j, two))
    return made


def _shared(
    store: Store, step_s: float, one: tuple[int, Mode], two: tuple[int, Mode]
) -> list[_Action]:
    """Two modes one after the other within a step, each for as long as it has to stay."""
    (i, first), (j, second) = one, two
    if i == j or (first.name, second.name) not in store.switches:
        return []
    switch = store.switches[first.name, second.name]
    back = store.switches.get((second.name, first.name), switch)
    made = []
    for k in range(1, PARTS):
        share = k / PARTS
        if (1 - share) * step_s < switch.hold_s or share * step_s < back.hold_s:
            continue
        pieces = ((first.name, _end_of(first), share), (second.name, _end_of(second), 1 - share))
        made.append(_Action(pieces, i, j, switch.cost))
    return made


def _end_of(mode: Mode) -> float:
    """The factor at which a mode shares a step: its smallest power."""
    e = mode.elements[0]
    return 0.0 if e.steady or abs(e.power[0]) <= abs(e.power[1]) else 1.0
