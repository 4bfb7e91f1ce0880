"""From a twin's topology to its model: nobody writes a balance, nothing is hard-wired."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import sympy as sp
from sympy import Expr, Symbol

from models.balance import energy_balance
from models.kernel.boundary import boundaries
from models.kernel.first_law import prove
from models.kernel.model import Model, State, StateKind
from models.kernel.ordering import needs, ordered, without_aliases
from models.kernel.part import Part
from models.kernel.plant import Plant, Store
from models.kernel.wiring import close
from models.kinds import equations_of
from models.points import modelled
from rami.asset.capability import STORED
from rami.asset.kinds import kind_name
from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from rami.core.points import Direction, Point

_HOUR = 3600


def assemble(topology: TwinTopology) -> Model:
    """The model of any wired topology.

    Raises ModelError for missing pumps, pumps in series, open ports, unknown references, an
    algebraic loop, a declared point without equation, and a broken first law.
    """
    plant, outputs = _declare(topology)
    close(plant)
    crossing = boundaries(plant)
    balances = _balances(plant)
    rates = {
        m.state: sp.Add(*(count * flow for flow, count in m.rate.items())) for m in plant.meters
    }
    prove(topology.name, balances, {str(s): r for s, r in rates.items()}, crossing)

    stores = [s for s in plant.stores.values() if not s.reservoir]
    plant.signals[Symbol(STORED)] = sp.Add(*(s.capacity / _HOUR * s.temperature for s in stores))
    signals, aliases = without_aliases(plant.signals)
    states = _states(plant, balances, rates, aliases)
    driving = ordered([n for s in states for n in needs(s.derivative)], signals)
    for name in energy_balance(crossing):
        outputs.setdefault(Symbol(name), Point(name, "energy", cumulative=name != STORED))
    values = {symbol: aliases.get(symbol, symbol) for symbol in outputs}
    known = {*signals, *plant.inputs, *(s.symbol for s in states)}
    _complete(topology, outputs, values, known)
    order = driving + [s for s in ordered(values.values(), signals) if s not in set(driving)]
    return Model(
        topology.name,
        plant.inputs,
        states,
        tuple((s, signals[s]) for s in order),
        len(driving),
        outputs,
        values,
        tuple(crossing),
    )


def _declare(topology: TwinTopology) -> tuple[Plant, dict[Symbol, Point]]:
    """Let every component declare itself; returns the points that must come out as well."""
    plant = Plant(topology)
    outputs: dict[Symbol, Point] = {}
    problems = []
    for name, component in topology.components.items():
        if not modelled(component):
            continue
        part = Part(plant, name, component)
        try:
            equations_of(type(component))(part, component)
        except ModelError as error:
            problems.append(str(error))
            continue
        for point in component.points():
            symbol = Symbol(f"{name}.{point.name}")
            if point.direction not in (Direction.ACTUATED, Direction.DISTURBANCE):
                outputs[symbol] = point.under(name)
            elif symbol in plant.inputs:
                plant.inputs[symbol] = plant.inputs.pop(symbol)  # in the order of the points
            else:
                problems.append(_undefined(topology, str(symbol), kind_name(type(component))))
    if problems:
        raise ModelError("\n".join(problems))
    return plant, outputs


def _balances(plant: Plant) -> dict[Symbol, Expr]:
    """Heat into each store, in the symbols of the flows."""
    into: dict[Symbol, list[Expr]] = defaultdict(list)
    for heat in plant.heats:
        for end, sign in ((heat.source, -1), (heat.target, 1)):
            place = plant.place(end)
            if isinstance(place, Store) and not place.reservoir:
                into[place.temperature].append(sign * heat.flow)
    return {
        s.temperature: sp.Add(*into[s.temperature])
        for s in plant.stores.values()
        if not s.reservoir
    }


def _states(
    plant: Plant,
    balances: dict[Symbol, Expr],
    rates: dict[Symbol, Expr],
    aliases: dict[Symbol, Symbol],
) -> tuple[State, ...]:
    temperatures = [
        State(s.temperature, balances[s.temperature] / s.capacity, s.start, StateKind.TEMPERATURE)
        for s in plant.stores.values()
        if not s.reservoir
    ]
    lags = [
        State(lag.state, (lag.target - lag.state) / lag.seconds, lag.start, StateKind.LAG)
        for lag in plant.lags
    ]
    meters = [State(s, rate / _HOUR, 0.0, StateKind.METER) for s, rate in rates.items()]
    return tuple(
        replace(s, derivative=s.derivative.xreplace(aliases))
        for s in (*temperatures, *lags, *meters)
    )


def _undefined(topology: TwinTopology, point: str, kind: str) -> str:
    return (
        f"{topology.name}: point {point} of kind {kind!r} is declared and not in its equations; "
        f"define it there under that name"
    )


def _complete(
    topology: TwinTopology,
    outputs: dict[Symbol, Point],
    values: dict[Symbol, Symbol],
    known: set[Symbol],
) -> None:
    """ModelError for every declared point and every used symbol that nothing defines."""
    problems = []
    for symbol, point in outputs.items():
        if values[symbol] not in known:
            component = topology.components[point.name.rpartition(".")[0]]
            problems.append(_undefined(topology, point.name, kind_name(type(component))))
    if problems:
        raise ModelError("\n".join(problems))
