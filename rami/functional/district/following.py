"""What a producer really runs: his schedule, bent step by step to the load that is measured.

Nobody looks ahead here. Units that the schedule has running move in order of marginal cost,
between minimum and full load; then what stands is started, dearest last, then storages; what
lies below all minimum loads is stored, else units stop. A power that has a capacity price is not
raised above the highest so far, or that of the schedule, while another unit or storage can help.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.core.frame import Values
from rami.functional.district.capacity import highest, increase_cost
from rami.functional.district.ceilings import Ceilings
from rami.functional.district.production import Producer, ProductionPlan, Prospect

#: kW below which a unit stands
_STANDS = 1e-3


@dataclass(frozen=True)
class Produced:
    """Heat by unit (steps,) kW, what was short (kW), contents at the end (kWh), and per step the
    cost in EUR, CO2 in kg (fuel, bought heat, electricity from the grid less what is fed in). The
    highest power of each carrier with a capacity price (kW), and EUR for what it exceeds the
    highest so far."""

    heat: dict[str, Values]
    short: Values
    content: dict[str, float]
    cost: Values
    emission: Values
    highest: dict[str, float]
    capacity: dict[str, float]


class Following:
    """Runs a producer's plan against a load."""

    def __init__(self, producer: Producer) -> None:
        self.producer = producer
        self.units = producer.makers

    def run(self, plan: ProductionPlan, day: Prospect, load: Values) -> Produced:
        """`load` is measured at the plant (steps,) kW, deliveries of others included."""
        steps, hours = len(load), self.producer.step_h
        most, least = self._limits(day)
        cost, made, used, emitted = self._marginal(day)
        heat = {n: np.zeros(steps) for n in self.units}
        short = np.zeros(steps)
        content = dict(day.content)
        ceilings = Ceilings(self.producer.carriers, plan.heat, day.highest, steps)
        for t in range(steps):
            want = float(load[t] - day.delivered[t])
            planned = {n: float(plan.storage[n][t]) for n in content}
            given = {n: self._possible(n, p, content[n]) for n, p in planned.items()}
            want -= sum(given.values())
            running = {n for n in self.units if plan.heat[n][t] > _STANDS}
            order = sorted(self.units, key=lambda n: (n not in running, cost[n][t], n))
            now = {n: (least[n] if n in running else 0.0) for n in self.units}
            top = {n: float(most[n][t]) for n in self.units}
            rest = want - sum(now.values())
            for n in order:
                rest = _add(n, rest, now, least[n], min(top[n], ceilings.room(n, now)))
            rest = self._by_storages(rest, given, content)
            for n in reversed(order):
                if rest < -_STANDS and now[n] > 0:
                    rest += now[n]
                    now[n] = 0.0
            for n in order:  # what a stopped unit or a ceiling leaves over
                rest = _add(n, rest, now, 0.0, top[n])
            short[t] = max(rest, 0.0)
            ceilings.lived(t, now)
            for n, p in now.items():
                heat[n][t] = p
            for n, p in given.items():
                store = self.producer.storages[n]
                kept = content[n] * (1 - store.loss_share * hours)
                content[n] = max(kept - (p + store.loss_idle) * hours, 0.0)
        return self._account(heat, short, content, day, made, used, emitted)

    def _possible(self, name: str, power: float, content: float) -> float:
        store, hours = self.producer.storages[name], self.producer.step_h
        low = -min(store.power_max, max(store.content_max - content, 0.0) / hours)
        return float(np.clip(power, low, min(store.power_max, max(content, 0.0) / hours)))

    def _by_storages(
        self, rest: float, given: dict[str, float], content: dict[str, float]
    ) -> float:
        for name, power in given.items():
            given[name] = self._possible(name, power + rest, content[name])
            rest -= given[name] - power
        return rest

    def _limits(self, day: Prospect) -> tuple[dict[str, Values], dict[str, float]]:
        most, least = {}, {}
        for name, u in self.units.items():
            if isinstance(u, Chp):
                most[name] = np.full(len(day.hour), u.power_th * u.engines)
                least[name] = u.power_th * u.part_load_min
            elif isinstance(u, Boiler):
                most[name] = np.full(len(day.hour), u.power)
                least[name] = u.power * u.part_load_min
            else:
                most[name] = u.power * np.array(u.profile)[day.hour]
                least[name] = u.power * u.part_load_min
        return most, least

    def _marginal(
        self, day: Prospect
    ) -> tuple[dict[str, Values], dict[str, float], dict[str, float], dict[str, float]]:
        """Cost per kWh of heat in each step; electricity made and used, CO2 emitted per kWh."""
        market, steps = self.producer.market, len(day.hour)
        buy = day.electricity + self.producer.declared.el_buy
        cost, made, used, emitted = {}, {}, {}, {}
        for name, u in self.units.items():
            made[name] = used[name] = 0.0
            if isinstance(u, Chp):
                fuel, emitted[name] = u.fuel_price / u.efficiency_th, market.gas_factor
                emitted[name] /= u.efficiency_th
                made[name] = u.efficiency_el / u.efficiency_th
            elif isinstance(u, Boiler):
                fuel, emitted[name] = u.fuel_price / u.efficiency, market.gas_factor / u.efficiency
            else:
                fuel, emitted[name] = u.price, u.emission
                made[name], used[name] = u.electricity_out, u.electricity_in
            flat = np.full(steps, fuel + market.co2_price * emitted[name])
            cost[name] = flat + used[name] * buy - made[name] * day.electricity
        return cost, made, used, emitted

    def _account(
        self,
        heat: dict[str, Values],
        short: Values,
        content: dict[str, float],
        day: Prospect,
        made: dict[str, float],
        used: dict[str, float],
        emitted: dict[str, float],
    ) -> Produced:
        market, declared = self.producer.market, self.producer.declared
        hours, steps = self.producer.step_h, len(short)
        zero = np.zeros(steps)
        out = sum((made[n] * p for n, p in heat.items()), zero)
        used_el = sum((used[n] * p for n, p in heat.items()), zero)
        own = np.minimum(out, used_el)
        bought, sold = used_el - own, out - own
        direct = sum((emitted[n] * p for n, p in heat.items()), zero)
        money = market.co2_price * direct + declared.levy * own
        money += (day.electricity + declared.el_buy) * bought - day.electricity * sold
        for name, u in self.units.items():
            if isinstance(u, Chp):
                money = money + u.fuel_price / u.efficiency_th * heat[name]
            elif isinstance(u, Boiler):
                money = money + u.fuel_price / u.efficiency * heat[name]
            else:
                money = money + u.price * heat[name]
        money = money + declared.shortage_price * short
        carbon = direct + market.grid_factor * (bought - sold)
        carriers = self.producer.carriers
        peaks = highest(carriers, heat, steps)
        return Produced(
            heat, short, content, money * hours, carbon * hours, peaks,
            increase_cost(carriers, peaks, day.highest),
        )  # fmt: skip


def _add(name: str, rest: float, now: dict[str, float], least: float, top: float) -> float:
    """Raise a unit towards what is missing; what then still is."""
    add = min(rest, top - now[name])
    if rest <= _STANDS or add <= 0 or now[name] + add < least - 1e-9:
        return rest
    now[name] += add
    return rest - add
