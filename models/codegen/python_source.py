"""The same straight-line code as Python functions over lists of floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import exp, expm1
from typing import Any

from models.codegen.programme import Line, Linearisation, Programme

Numbers = list[float]
#: (u, x) -> values
Evaluate = Callable[[Numbers, Numbers], Numbers]
#: (u, x, w) -> values
EvaluateWithSignals = Callable[[Numbers, Numbers, Numbers], Numbers]


def pos(x: float) -> float:
    """max(x, 0)."""
    return x if x > 0.0 else 0.0


def unit(x: float) -> float:
    """1 where x > 0."""
    return 1.0 if x > 0.0 else 0.0


def phi1(x: float) -> float:
    """(1 - exp(-x)) / x, by its series near 0."""
    return 1.0 - x / 2.0 + x * x / 6.0 if abs(x) < 1e-5 else -expm1(-x) / x


def dphi1(x: float) -> float:
    """Derivative of `phi1`."""
    return -0.5 + x / 3.0 - x * x / 8.0 if abs(x) < 1e-3 else (exp(-x) - phi1(x)) / x


def signals(programme: Programme) -> Evaluate:
    """All signals from inputs and states."""
    lines = programme.signals
    body = [f"w = [0.0] * {len(lines)}", *_assign(lines), "return w"]
    return _function("u, x", body)


def derivatives(programme: Programme) -> EvaluateWithSignals:
    """The states' derivatives from inputs, states and signals."""
    return _function("u, x, w", [f"return [{', '.join(programme.derivatives)}]"])


def entries(linear: Linearisation) -> tuple[EvaluateWithSignals, list[int], list[int]]:
    """The entries of a Jacobian with their rows and columns."""
    places = [(i, j, v) for i, row in enumerate(linear.rows) for j, v in sorted(row.items())]
    body = [*_assign(linear.lines), f"return [{', '.join(v for _, _, v in places)}]"]
    return _function("u, x, w", body), [i for i, _, _ in places], [j for _, j, _ in places]


def _assign(lines: Iterable[Line]) -> list[str]:
    return [f"{name} = {value}" for name, value in lines]


def _function(arguments: str, body: Iterable[str]) -> Callable[..., Numbers]:
    source = f"def evaluate({arguments}):\n" + "".join(f"    {line}\n" for line in body)
    names: dict[str, Any] = {"pos": pos, "unit": unit, "phi1": phi1, "dphi1": dphi1, "pow": pow}
    exec(compile(source, "<model>", "exec"), names)
    evaluate: Callable[..., Numbers] = names["evaluate"]
    return evaluate
