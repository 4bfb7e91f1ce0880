"""A model made to differ from what was declared: signals scaled by inputs, stores that leak heat.

For plants that stand in for real ones: fouling, wear and losses that nobody modelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import sympy as sp
from sympy import Symbol

from models.balance import BoundaryFlow
from models.kernel.model import Model, State, StateKind
from rami.asset.capability import STORED
from rami.core.errors import ModelError
from rami.core.points import Direction, Point

#: register of all heat that leaks to the surroundings, kWh
LEAKED = "leaks.E"
_HOUR = 3600


def altered(
    model: Model, scaled: Iterable[str], leaks: Mapping[str, float], ambient: float
) -> Model:
    """The model with an input `<signal>:factor` (start 1) for each of the signals `scaled`, and
    a loss of `leaks[state]` kW/K to `ambient` degC at each named temperature.

    The first law stays whole: what leaks is counted in the register `leaks.E`. Raises
    ModelError for a signal or temperature that the model lacks.
    """
    return _leaking(_scaled(model, tuple(scaled)), leaks, ambient)


def factor_of(signal: str) -> str:
    """Name of the input that scales a signal."""
    return f"{signal}:factor"


def _scaled(model: Model, names: tuple[str, ...]) -> Model:
    known = {str(s) for s, _ in model.signals}
    missing = [n for n in names if n not in known]
    if missing:
        raise ModelError(f"{model.name}: no signal {', '.join(missing)} to scale")
    factors = {Symbol(n): Symbol(factor_of(n)) for n in names}
    inputs = dict(model.inputs)
    for name, factor in zip(names, factors.values(), strict=True):
        inputs[factor] = Point(factor_of(name), "share", Direction.DISTURBANCE, start=1.0)
    signals = tuple((s, e * factors[s] if s in factors else e) for s, e in model.signals)
    return replace(model, inputs=inputs, signals=signals)


def _leaking(model: Model, leaks: Mapping[str, float], ambient: float) -> Model:
    if not leaks:
        return model
    stored = dict(model.signals)[Symbol(STORED)]
    rates = {Symbol(n): k * (Symbol(n) - ambient) for n, k in leaks.items()}
    states = []
    for state in model.states:
        if state.symbol in rates and state.kind is StateKind.TEMPERATURE:
            capacity = stored.coeff(state.symbol) * _HOUR
            lost = rates[state.symbol] / capacity
            state = replace(state, derivative=state.derivative - lost)
        states.append(state)
    known = {s.symbol for s in model.states}
    if not set(rates) <= known:
        missing = sorted(str(s) for s in set(rates) - known)
        raise ModelError(f"{model.name}: no temperature {', '.join(missing)} to leak from")
    register = Symbol(LEAKED)
    states.append(State(register, sp.Add(*rates.values()) / _HOUR, 0.0, StateKind.METER))
    return replace(
        model,
        states=tuple(states),
        outputs={**model.outputs, register: Point(LEAKED, "energy", cumulative=True)},
        values={**model.values, register: register},
        boundaries=(*model.boundaries, BoundaryFlow("leaks", "ambient", {LEAKED: 1})),
    )
