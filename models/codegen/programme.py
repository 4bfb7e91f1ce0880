"""A model as straight-line code in one flat notation: u[i], x[i], w[i] and local names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from models.codegen.chain_rule import ChainRule, Row
from models.codegen.printing import text
from models.kernel.model import Model, StateKind

Line = tuple[str, str]


@dataclass(frozen=True)
class Linearisation:
    """`lines` compute local names; `rows[i]` holds the entries of row i by column."""

    lines: list[Line]
    rows: list[Row]


class Programme:
    """Signals and derivatives of a model as text, and its Jacobians.

    `dynamic` states (temperatures and lags) come first among the states; only they have
    columns in the Jacobian.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.dynamic = model.count(StateKind.TEMPERATURE, StateKind.LAG)
        self._names = {s: f"u[{i}]" for i, s in enumerate(model.inputs)}
        self._names |= {s.symbol: f"x[{i}]" for i, s in enumerate(model.states)}
        self._names |= {s: f"w[{i}]" for i, (s, _) in enumerate(model.signals)}

    @cached_property
    def signals(self) -> list[Line]:
        """Assignments of all signals, the driving ones first."""
        return [(self._names[s], text(e, self._names)) for s, e in self.model.signals]

    @cached_property
    def derivatives(self) -> list[str]:
        """The states' derivatives, in order."""
        return [text(s.derivative, self._names) for s in self.model.states]

    @cached_property
    def jacobian(self) -> Linearisation:
        """Derivatives of all states' derivatives by the dynamic states."""
        rule = ChainRule(self._names, [s.symbol for s in self.model.states[: self.dynamic]])
        for symbol, expression in self.model.signals[: self.model.driving]:
            rule.signal(symbol, expression)
        rows = [rule.row(s.derivative) for s in self.model.states]
        return Linearisation(rule.lines, rows)

    @cached_property
    def linearisation(self) -> Linearisation:
        """Derivatives of the dynamic states' rates, then of the outputs, by dynamic states, inputs.

        An output that is a register has an empty row.
        """
        states = self.model.states[: self.dynamic]
        rule = ChainRule(self._names, [*(s.symbol for s in states), *self.model.inputs])
        for symbol, expression in self.model.signals:
            rule.signal(symbol, expression)
        rows = [rule.row(s.derivative) for s in states]
        rows += [rule.row(self.model.values[s]) for s in self.model.outputs]
        return Linearisation(rule.lines, rows)
