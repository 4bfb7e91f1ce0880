"""Sorts signals so that each uses only earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Symbol

from rami.core.errors import ModelError


def needs(expression: Expr) -> list[Symbol]:
    """The symbols of an expression, by name."""
    return sorted(expression.free_symbols, key=str)


def ordered(wanted: Iterable[Symbol], signals: Mapping[Symbol, Expr]) -> list[Symbol]:
    """Signals that `wanted` (signals or not) depend on, sorted; ModelError on a closed loop."""
    order: list[Symbol] = []
    done: set[Symbol] = set()
    path: list[Symbol] = []

    def visit(symbol: Symbol) -> None:
        if symbol in done or symbol not in signals:
            return
        if symbol in path:
            loop = [*path[path.index(symbol) :], symbol]
            raise ModelError(
                f"algebraic loop: {' <- '.join(map(str, loop))}; put a store or a lag into it"
            )
        path.append(symbol)
        for other in needs(signals[symbol]):
            visit(other)
        path.pop()
        done.add(symbol)
        order.append(symbol)

    for symbol in wanted:
        visit(symbol)
    return order


def without_aliases(
    signals: Mapping[Symbol, Expr],
) -> tuple[dict[Symbol, Expr], dict[Symbol, Symbol]]:
    """Signals that are more than another name, and what the other names stand for."""
    names = {s: e for s, e in signals.items() if isinstance(e, Symbol)}

    def meaning(symbol: Symbol, seen: tuple[Symbol, ...] = ()) -> Symbol:
        if symbol in seen:
            raise ModelError(f"algebraic loop: {' <- '.join(map(str, (*seen, symbol)))}")
        return meaning(names[symbol], (*seen, symbol)) if symbol in names else symbol

    aliases = {symbol: meaning(symbol) for symbol in names}
    real = {s: e.xreplace(aliases) for s, e in signals.items() if s not in aliases}
    return real, aliases
