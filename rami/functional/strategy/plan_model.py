"""A plan's Pyomo model while its blocks are added, and what they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pe

#: kW at a step, as a Pyomo expression
Flow = Callable[[int], Any]


@dataclass(frozen=True)
class Slack:
    """A priced violation: `limit` says of what; `energy` tells a content (kWh) from a power."""

    variable: str
    limit: str
    energy: bool = False


class PlanModel:
    """Blocks register what they put into the balances, what they cost, and their slacks.

    Heat flows into a network are positive; electric loads and generation are by owner. The
    Params carry no values: a plan gives all of them (see `CompiledProgram.set`).
    """

    def __init__(self, steps: int) -> None:
        self.model = pe.ConcreteModel()
        self.steps = range(steps)
        self.heat: defaultdict[str, list[Flow]] = defaultdict(list)
        self.hot_heat: defaultdict[str, list[Flow]] = defaultdict(list)
        self.loads: defaultdict[str, list[Flow]] = defaultdict(list)
        self.station_loads: defaultdict[str, list[Flow]] = defaultdict(list)
        self.generation: defaultdict[str, list[Flow]] = defaultdict(list)
        self._costs: defaultdict[str, list[Any]] = defaultdict(list)
        self._revenues: defaultdict[str, list[Any]] = defaultdict(list)
        self.slacks: list[Slack] = []
        #: outward state (0 or 1) of each direction, hot state of each circuit that has one
        self.outward: dict[str, Flow] = {}
        self.hot: dict[str, Flow] = {}
        self.hours = self.scalar(self.model, "hours")
        self.shortage_price = self.scalar(self.model, "shortage_price")
        self.terminal_price = self.scalar(self.model, "terminal_price")
        self.co2_price = self.scalar(self.model, "co2_price")
        self.gas_factor = self.scalar(self.model, "gas_factor")

    def block(self, path: str) -> Any:
        """The block of a path (`hts.hp`), made where it is missing."""
        block = self.model
        for part in path.split("."):
            if block.component(part) is None:
                block.add_component(part, pe.Block())
            block = block.component(part)
        return block

    def at(self, path: str, variable: str) -> Flow:
        """A variable of a block as a function of the step."""
        found = getattr(self.block(path), variable)
        return lambda t: found[t]

    def scalar(self, block: Any, name: str) -> Any:
        """A Param of one value."""
        setattr(block, name, pe.Param(initialize=0.0, mutable=True, within=pe.Any))
        return getattr(block, name)

    def series(self, block: Any, *names: str) -> None:
        """Params with a value per step."""
        start = dict.fromkeys(self.steps, 0.0)
        for name in names:
            setattr(
                block, name, pe.Param(self.steps, initialize=start, mutable=True, within=pe.Any)
            )

    def variable(self, block: Any, name: str, upper: Flow | None = None) -> Any:
        """A variable per step, from 0 to `upper`."""
        bounds = None if upper is None else (lambda _, t: (0.0, upper(t)))
        setattr(block, name, pe.Var(self.steps, domain=pe.NonNegativeReals, bounds=bounds))
        return getattr(block, name)

    def free(self, block: Any, name: str, limit: Any = None) -> Any:
        """A variable per step of either sign, at most `limit` in size."""
        bounds = None if limit is None else (lambda _, t: (-limit, limit))
        setattr(block, name, pe.Var(self.steps, domain=pe.Reals, bounds=bounds))
        return getattr(block, name)

    def binary(self, block: Any, name: str) -> Any:
        """A variable per step that is 0 or 1."""
        setattr(block, name, pe.Var(self.steps, domain=pe.Binary))
        return getattr(block, name)

    def each(self, block: Any, name: str, rule: Flow) -> None:
        """A constraint per step; `name` is its equation's number."""
        setattr(block, name, pe.Constraint(self.steps, rule=lambda _, t: rule(t)))

    def slack(self, block: Any, name: str, limit: str, energy: bool = False) -> Any:
        """A variable per step that relaxes a limit; the block prices it in the term `slack`."""
        variable = self.variable(block, name)
        self.slacks.append(Slack(variable.name, limit, energy))
        return variable

    def slack_once(self, block: Any, name: str, limit: str) -> Any:
        """A single variable in kWh that relaxes a limit; the block prices it."""
        setattr(block, name, pe.Var(domain=pe.NonNegativeReals))
        variable = getattr(block, name)
        self.slacks.append(Slack(variable.name, limit, True))
        return variable

    def whole(self, block: Any, name: str, upper: Flow) -> Any:
        """A whole number per step, from 0 to `upper`."""
        bounds = lambda _, t: (0, upper(t))  # noqa: E731
        setattr(block, name, pe.Var(self.steps, domain=pe.NonNegativeIntegers, bounds=bounds))
        return getattr(block, name)

    def cost(self, term: str, flow: Flow) -> None:
        """Add the sum over all steps of flow(t) in EUR/h to a cost of eq. 21 (eq. 22)."""
        self._costs[term].append(self.hours * sum(flow(t) for t in self.steps))

    def cost_once(self, term: str, expression: Any) -> None:
        """Add an expression in EUR to a cost of eq. 21."""
        self._costs[term].append(expression)

    def revenue(self, term: str, flow: Flow) -> None:
        """Add the sum over all steps of flow(t) in EUR/h to a revenue of eq. 21 (eq. 23)."""
        self._revenues[term].append(self.hours * sum(flow(t) for t in self.steps))

    def hot_part(self, block: Any, name: str, whole: Flow, limit: Flow, hot: Flow) -> Any:
        """The part of a flow (0 to `limit`) in the hot state: all of it, or none.

        name:      0 <= f_hot <= f,   f_hot <= limit hot
        name_cold: f - f_hot <= limit (1 - hot)

        Splitting flows by state keeps the relaxed programme as tight as the true one per step.
        """
        part = self.variable(block, name)
        self.each(block, f"{name}_of", lambda t: part[t] <= whole(t))
        self.each(block, f"{name}_on", lambda t: part[t] <= limit(t) * hot(t))
        self.each(block, f"{name}_off", lambda t: whole(t) - part[t] <= limit(t) * (1 - hot(t)))
        return part

    def finish(self) -> dict[str, Any]:
        """Set the objective, eq. 21 = costs - revenues, and return its terms as Expressions."""
        costs = {name: pe.Expression(expr=sum(p)) for name, p in self._costs.items()}
        revenues = {name: pe.Expression(expr=sum(p)) for name, p in self._revenues.items()}
        self.model.eq21 = pe.Block()
        for name, expression in (costs | revenues).items():
            self.model.eq21.add_component(name, expression)
        objective = sum(costs.values()) - sum(revenues.values())
        self.model.objective = pe.Objective(expr=objective)
        return costs | revenues
