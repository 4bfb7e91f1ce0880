"""Part: what the equation file of a component kind writes with.

Every name is relative to the component; a name that is also a point of the component
becomes that point in the model. Definitions may refer to other components' stores and
ports by full name before those have been declared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import sympy as sp
from sympy import Expr, Symbol

from models.kernel.functions import Number
from models.kernel.plant import Combination, End, Heat, Inlet, Lag, Pipe, Plant, Store
from rami.asset.component import Component
from rami.asset.network import Network
from rami.asset.water import HEAT_CAPACITY
from rami.core.errors import ModelError
from rami.core.points import Point
from rami.core.wording import did_you_mean

C = TypeVar("C", bound=Component)


class Part:
    """A component's namespace in the plant that is being assembled."""

    def __init__(self, plant: Plant, name: str, component: Component) -> None:
        self._plant = plant
        self.name = name
        self.points: dict[str, Point] = {p.name: p for p in component.points()}

    def _symbol(self, name: str) -> Symbol:
        return Symbol(f"{self.name}.{name}")

    def input(self, point: str) -> Symbol:
        """An input of the model: one of the component's actuated or disturbance points."""
        symbol = self._symbol(point)
        self._plant.inputs[symbol] = self.points[point].under(self.name)
        return symbol

    def signal(self, name: str, expression: Number) -> Symbol:
        """A quantity that follows from others at the same instant."""
        symbol = self._symbol(name)
        if symbol in self._plant.signals:
            raise ModelError(f"{symbol} is defined twice")
        self._plant.signals[symbol] = sp.sympify(expression)
        return symbol

    def store(self, point: str, water: float, start: float, ports: Iterable[str] = ()) -> Store:
        """Water of `water` kg, well mixed; `point` is its temperature in degC."""
        symbol = self._symbol(point)
        return self._keep(
            Store(str(symbol), self.name, symbol, water * HEAT_CAPACITY, start), ports
        )

    def reservoir(self, point: str, port: str) -> Store:
        """Water outside the twin whose temperature is an input."""
        symbol = self.input(point)
        start = self.points[point].start
        return self._keep(Store(str(symbol), self.name, symbol, 0.0, start, True), [port])

    def _keep(self, store: Store, ports: Iterable[str]) -> Store:
        if store.name in self._plant.stores:
            raise ModelError(f"{store.name} is defined twice")
        self._plant.stores[store.name] = store
        for port in ports:
            self._plant.ports[f"{self.name}.{port}"] = store
        return store

    def heat(self, name: str, source: End, target: End, expression: Number) -> Symbol:
        """A heat flow in kW from one end to the other; it enters both balances."""
        flow = self.signal(name, expression)
        self._plant.heats.append(Heat(flow, self.name, source, target))
        return flow

    def total(self, name: str, *flows: Symbol) -> Symbol:
        """The sum of heat flows, itself good for a meter."""
        symbol = self.signal(name, sp.Add(*flows))
        combined: dict[Symbol, int] = {}
        for flow in flows:
            parts: Combination = self._plant.totals.get(flow, {flow: 1})
            for key, count in parts.items():
                combined[key] = combined.get(key, 0) + count
        self._plant.totals[symbol] = combined
        return symbol

    def carried_out(self, name: str) -> Symbol:
        """The net heat that the links carry away from this component's water, kW."""
        symbol = self._symbol(name)
        self._plant.carried[symbol] = self.name
        return symbol

    def meter(self, name: str, flow: Symbol) -> None:
        """A register in kWh of a heat flow, a total, or what links carry out."""
        self._plant.registers.append((self._symbol(name), self.name, flow))

    def lag(self, name: str, target: Number, seconds: float, start: float = 0.0) -> Symbol:
        """First-order lag."""
        symbol = self._symbol(name)
        self._plant.lags.append(Lag(symbol, sp.sympify(target), seconds, start))
        return symbol

    def convey(self, source: Store, target: Store) -> None:
        """Water between two stores of this component; the mass balance gives the flow."""
        label = f"{source.name}>{target.name}"
        self._plant.pipes.append(Pipe(source, target, Symbol(f"m:{label}"), Symbol(f"H:{label}")))

    def inlet(self, port: str, temperature: str, flow: str) -> tuple[Symbol, Symbol]:
        """Temperature of the water that arrives at a port and the flow into it, as two points."""
        arriving = Inlet(f"{self.name}.{port}", self._symbol(temperature), self._symbol(flow))
        self._plant.inlets.append(arriving)
        return arriving.temperature, arriving.flow

    def flow_in(self, point: str, port: str) -> Symbol:
        """The flow that links bring to a port, kg/s."""
        self._plant.through[self._symbol(point)] = (f"{self.name}.{port}", 1)
        return self._symbol(point)

    def flow_out(self, point: str, port: str) -> Symbol:
        """The flow that links take from a port, kg/s."""
        self._plant.through[self._symbol(point)] = (f"{self.name}.{port}", -1)
        return self._symbol(point)

    def sets_flow(self, flow: Symbol) -> None:
        """The links whose device this component is carry this flow, kg/s."""
        self._plant.devices[self.name] = flow

    @property
    def is_device(self) -> bool:
        """Whether the flow of some link is this component's to set."""
        return any(link.device == self.name for link in self._plant.topology.links)

    def must_stand_on_a_link(self) -> None:
        """ModelError when this component, which sets a flow, is the device of no link."""
        if not self.is_device:
            raise ModelError(
                f"{self._plant.topology.name}.{self.name} stands on no link; "
                f"name it as the `device` of one, or leave it out"
            )

    def own_link_target(self) -> str:
        """The port that the link of this device leads to; ModelError when it stands on none."""
        self.must_stand_on_a_link()
        links = self._plant.topology.links
        return next(link.target for link in links if link.device == self.name)

    def temperature(self, store: str) -> Expr:
        """Temperature of another component's store by its full name, degC."""
        return Symbol(store)

    def other(self, name: str, kind: type[C]) -> C:
        """Another component of the twin; ModelError with a hint."""
        try:
            return self._plant.topology.component(name, kind)
        except KeyError as error:
            raise ModelError(f"{self.name}: {error.args[0]}") from None

    def network(self, reference: str) -> Network:
        """A network of this twin by reference (`circuit` or `hts.circuit`); ModelError."""
        topology = self._plant.topology
        local = reference.removeprefix(f"{topology.name}.").split(".")[0]
        if local not in topology.networks:
            raise ModelError(
                f"{topology.name}.{self.name}: no network {reference!r} in this twin; "
                f"{did_you_mean(reference, topology.networks)}"
            )
        return topology.networks[local]
