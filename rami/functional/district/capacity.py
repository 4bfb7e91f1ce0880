"""Highest powers that are paid: in a programme, in a schedule, and while a load is followed.

For each carrier c with price p_c (EUR per kW above the highest so far, in the billing year):

    sum over the steps of a metering period of P_c / steps - increase_c <= highest so far
    cost += p_c increase_c,   increase_c >= 0

Linear and convex: the same rows stand in the plan with whole engines, in the relaxed programme
that answers prices, in the joint plan and in its bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.district.capacity import CapacityPrice
from rami.asset.district.declaration import Production
from rami.asset.district.source import HeatSource
from rami.core.frame import Values
from rami.functional.strategy.convex import Programme, with_rows

GAS, ELECTRICITY = "gas", "electricity"


@dataclass(frozen=True)
class Metered:
    """A carrier whose highest mean over `window` steps is paid with `price` EUR/kW above `level`
    kW; `share` is the carrier's power per kW of heat by unit (negative: it makes some)."""

    name: str
    price: float
    level: float
    window: int
    share: Mapping[str, float]

    def mean(self, power: Values) -> Values:
        """Means over metering periods of (steps,) kW."""
        return np.asarray(power.reshape(-1, self.window).mean(axis=1))

    def power(self, heat: Mapping[str, Values], steps: int) -> Values:
        """KW drawn (steps,) for heat by unit; what is made beyond own use is not stored."""
        total = sum((s * heat[n] for n, s in self.share.items()), np.zeros(steps))
        return np.maximum(total, 0.0)


def metered(declared: Production, step_h: float, steps: int) -> tuple[Metered, ...]:
    """The carriers of a producer that have a capacity price."""
    units = declared.units
    gas = {n: 1 / u.efficiency_th for n, u in units.items() if isinstance(u, Chp)}
    gas |= {n: 1 / u.efficiency for n, u in units.items() if isinstance(u, Boiler)}
    power = {n: -u.efficiency_el / u.efficiency_th for n, u in units.items() if isinstance(u, Chp)}
    sources = {n: u for n, u in units.items() if isinstance(u, HeatSource)}
    power |= {n: u.electricity_in - u.electricity_out for n, u in sources.items()}
    priced: list[tuple[str, CapacityPrice | None, dict[str, float]]] = [
        (GAS, declared.capacity.gas, gas), (ELECTRICITY, declared.capacity.electricity, power),
        *((n, u.capacity, {n: 1.0}) for n, u in sources.items()),
    ]  # fmt: skip
    return tuple(
        Metered(name, p.price, p.level or 0.0, _window(p.measured / 3600 / step_h, steps), share)
        for name, p, share in priced
        if p is not None and p.price > 0
    )


def with_capacity(
    programme: Programme,
    columns: Mapping[str, NDArray[np.intp]],
    carriers: tuple[Metered, ...],
    so_far: Mapping[str, float],
) -> Programme:
    """The programme with an increase for each carrier as last columns, and its rows; `columns`
    has the places of each unit's heat. A carrier that `so_far` does not name is not priced."""
    for one in carriers:
        if one.name not in so_far or not one.share:
            continue
        last = len(programme.cost)
        programme = replace(
            programme,
            cost=np.append(programme.cost, one.price),
            lower=np.append(programme.lower, 0.0),
            upper=np.append(programme.upper, np.inf),
            whole=np.append(programme.whole, False),
        )
        steps = len(next(iter(columns.values())))
        period = np.arange(steps) // one.window
        count = steps // one.window
        row = np.concatenate([*(period for _ in one.share), np.arange(count)])
        column = np.concatenate([*(columns[n] for n in one.share), np.full(count, last)])
        value = np.concatenate(
            [*(np.full(steps, s / one.window) for s in one.share.values()), -np.ones(count)]
        )
        highest = np.full(count, so_far[one.name])
        programme = with_rows(programme, row, column, value, np.full(count, -np.inf), highest)
    return programme


def highest(
    carriers: tuple[Metered, ...], heat: Mapping[str, Values], steps: int
) -> dict[str, float]:
    """The highest metered mean of each carrier, kW."""
    return {c.name: float(c.mean(c.power(heat, steps)).max()) for c in carriers}


def increase_cost(
    carriers: tuple[Metered, ...], peaks: Mapping[str, float], so_far: Mapping[str, float]
) -> dict[str, float]:
    """EUR by carrier for what the highest powers exceed those so far."""
    return {
        c.name: c.price * max(peaks[c.name] - so_far[c.name], 0.0)
        for c in carriers
        if c.name in so_far
    }


def _window(exact: float, steps: int) -> int:
    """Steps of a metering period: at least one, and so many that a day holds whole periods."""
    wanted = max(1, round(exact))
    while steps % wanted:
        wanted -= 1
    return wanted
