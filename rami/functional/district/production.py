"""A producer: his units as one programme, planned, asked, and run after what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.district.declaration import Market, Production
from rami.asset.district.source import HeatSource
from rami.asset.heat_storage import HeatStorage
from rami.core.frame import Values
from rami.functional.district.capacity import metered, with_capacity
from rami.functional.strategy import supply_plan
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.convex import Programme, programme_of, solve
from rami.functional.strategy.layout import Commitment, Converter, Storage
from rami.functional.strategy.supply_plan import LOAD, NETWORK, OWNER, SupplyLayout

#: what a producer buys from others stands among his units under this name
BOUGHT = "bought"


@dataclass(frozen=True)
class Prospect:
    """What a producer knows of a day: electricity on the exchange EUR/kWh, heat that others
    deliver kW (steps,), local hour of each step, content of his storages kWh by name, and the
    highest power so far (kW) of each carrier that has a capacity price; one that is not named is
    not priced."""

    electricity: Values
    delivered: Values
    hour: NDArray[np.intp]
    content: dict[str, float]
    highest: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ProductionPlan:
    """Heat by unit and what storages give (steps,), the load it serves, what is short (kW); its
    cost without deliveries of others, higher peaks included, and the bound that is proven
    (EUR)."""

    heat: dict[str, Values]
    storage: dict[str, Values]
    load: Values
    short: Values
    cost: float
    bound: float


class Producer:
    """One producer's units; `steps` of a day, `step_h` hours each."""

    def __init__(
        self, declared: Production, market: Market, steps: int, step_h: float, start_ns: int
    ) -> None:
        self.declared, self.market = declared, market
        self.steps, self.step_h, self.start_ns = steps, step_h, start_ns
        units = declared.units.items()
        self.storages = {n: u for n, u in units if isinstance(u, HeatStorage)}
        self.makers = {n: u for n, u in units if not isinstance(u, HeatStorage)}
        #: carriers with a capacity price
        self.carriers = metered(declared, step_h, steps)

    def content(self) -> dict[str, float]:
        """Contents of the storages as declared, kWh."""
        return {n: s.start_content * s.content_max for n, s in self.storages.items()}

    def programme(self, day: Prospect, low: Values, high: Values, whole: bool) -> CompiledProgram:
        """The programme of a day whose load lies between `low` and `high` (kW)."""
        program = supply_plan.compiled(self._layout(whole))
        program.set(self._parameters(day, whole) | {"load_min": low, "load_max": high})
        program.update()
        return program

    def plan(self, day: Prospect, load: Values, gap: float = 1e-3) -> ProductionPlan:
        """The cheapest schedule that serves a load, engines and minimum loads included."""
        net = np.maximum(load - day.delivered, 0.0)
        program = self.programme(day, net, net, whole=True)
        found = solve(self._priced(program, day), gap=gap)
        return self.read(program, found.x, found.cost, found.bound)

    def read(
        self, program: CompiledProgram, x: Values, cost: float, bound: float
    ) -> ProductionPlan:
        """A solution by names."""
        heat = {n: program.solution(f"unit.{n}.P_th", x) for n in self.makers}
        stored = {n: program.solution(f"unit.{n}.P", x) for n in self.storages}
        load, short = program.solution(LOAD, x), program.solution("short", x)
        return ProductionPlan(heat, stored, load, short, cost, bound)

    def relaxed(self, day: Prospect, most: Values) -> tuple[Programme, NDArray[np.intp]]:
        """The convex programme (no whole numbers), and the columns of its load."""
        program = self.programme(day, np.zeros(self.steps), most, whole=False)
        return self._priced(program, day), program.columns[LOAD]

    def fixed(self, day: Prospect, load: Values) -> Programme:
        """The programme that serves a load."""
        net = np.maximum(load - day.delivered, 0.0)
        return self._priced(self.programme(day, net, net, whole=False), day)

    def _priced(self, program: CompiledProgram, day: Prospect) -> Programme:
        heat = {n: program.columns[f"unit.{n}.P_th"] for n in self.makers}
        return with_capacity(programme_of(program), heat, self.carriers, day.highest)

    def _layout(self, whole: bool) -> SupplyLayout:
        def how(unit: Chp | Boiler | HeatSource) -> Commitment:
            if not whole or unit.part_load_min <= 0:
                return "none"
            several = isinstance(unit, Chp) and unit.engines > 1 and unit.part_load_min > 0.5
            return "count" if several else "switch"

        def of(kind: type) -> tuple[Converter, ...]:
            return tuple(
                Converter(f"unit.{n}", NETWORK, OWNER, how(u))
                for n, u in self.makers.items()
                if isinstance(u, kind)
            )

        stores = tuple(Storage(f"unit.{n}", NETWORK, (), OWNER) for n in self.storages)
        return SupplyLayout(self.steps, of(Chp), of(Boiler), of(HeatSource), stores)

    def _parameters(self, day: Prospect, whole: bool) -> dict[str, Values | float]:
        market, declared = self.market, self.declared
        values: dict[str, Values | float] = {
            "hours": self.step_h,
            "shortage_price": declared.shortage_price,
            "terminal_price": declared.shortage_price,
            "co2_price": market.co2_price,
            "gas_factor": market.gas_factor,
            f"owner.{OWNER}.el_buy": day.electricity + declared.el_buy,
            f"owner.{OWNER}.el_sell": day.electricity,
            f"owner.{OWNER}.levy": declared.levy,
            f"owner.{OWNER}.peak": 1e9,
            f"owner.{OWNER}.peak_price": 0.0,
        }
        for name, unit in self.makers.items():
            at = f"unit.{name}"
            values |= {f"{at}.{key}": v for key, v in unit_figures(unit, day.hour).items()}
            if whole and unit.part_load_min > 0:
                values[f"{at}.part_load"] = unit.part_load_min
        for name, store in self.storages.items():
            start = min(max(day.content[name], 0.0), store.content_max)
            end = min(store.start_content * store.content_max, store.content_max)
            figures = {
                "q_start": start, "q_end": end, "q_min": 0.0, "q_max": store.content_max,
                "p_max": store.power_max, "loss_share": store.loss_share,
                "loss_idle": store.loss_idle,
            }  # fmt: skip
            values |= {f"unit.{name}.{key}": v for key, v in figures.items()}
        return values


def unit_figures(
    unit: Chp | Boiler | HeatSource, hour: NDArray[np.intp]
) -> dict[str, Values | float]:
    """Parameters of a unit's block."""
    if isinstance(unit, Chp):
        return {
            "engines_max": float(unit.engines), "p_th_engine": unit.power_th,
            "eta_el": unit.efficiency_el, "eta_th": unit.efficiency_th,
            "fuel_price": unit.fuel_price,
        }  # fmt: skip
    if isinstance(unit, Boiler):
        return {"p_max": unit.power, "eta": unit.efficiency, "fuel_price": unit.fuel_price}
    return {
        "p_max": unit.power * np.array(unit.profile)[hour], "price": unit.price,
        "emission": unit.emission, "electricity_in": unit.electricity_in,
        "electricity_out": unit.electricity_out,
    }  # fmt: skip
