"""Model: a twin's equations, closed and sorted; what code generation and simulation read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sympy import Expr, Symbol

from models.balance import BoundaryFlow
from rami.core.points import Point, PointIndex

#: what water in a plant can be, degC
_COLDEST, _HOTTEST = -30.0, 200.0


class StateKind(StrEnum):
    """What a state is; error control looks at temperatures only."""

    TEMPERATURE = "temperature"
    LAG = "lag"
    METER = "meter"


@dataclass(frozen=True)
class State:
    """One state: its derivative per second and start value. Meters come last and feed nothing."""

    symbol: Symbol
    derivative: Expr
    start: float
    kind: StateKind


@dataclass(frozen=True)
class Model:
    """dx/dt = f(x, u), y = g(x, u).

    `states` are ordered temperatures, lags, meters. `signals` are sorted so that each uses
    only earlier ones; the first `driving` of them determine the derivatives, the rest serve
    the outputs alone. Every output is a state or a signal. `boundaries` say which registers
    count what crosses the twin's boundary; with `balance.stored` they close the energy.
    """

    name: str
    inputs: Mapping[Symbol, Point]
    states: tuple[State, ...]
    signals: tuple[tuple[Symbol, Expr], ...]
    driving: int
    outputs: Mapping[Symbol, Point]
    values: Mapping[Symbol, Symbol]
    boundaries: tuple[BoundaryFlow, ...]

    @cached_property
    def input_points(self) -> PointIndex:
        """The inputs, in order."""
        return PointIndex(self.inputs.values())

    @cached_property
    def output_points(self) -> PointIndex:
        """The outputs, in order: all points of the twin, then extra registers."""
        return PointIndex(self.outputs.values())

    @cached_property
    def state_points(self) -> PointIndex:
        """The states that the future follows from, in order: temperatures, then lags (shares)."""
        return PointIndex(
            Point(str(s.symbol), "temperature", low=_COLDEST, high=_HOTTEST, start=s.start)
            if s.kind is StateKind.TEMPERATURE
            else Point(str(s.symbol), "share", low=0.0, start=s.start)
            for s in self.states
            if s.kind is not StateKind.METER
        )

    def count(self, *kinds: StateKind) -> int:
        """Number of states of some kinds."""
        return sum(state.kind in kinds for state in self.states)
