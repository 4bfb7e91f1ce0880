"""Declared units of an FMU's variables against the canonical units of points."""

from __future__ import annotations

from typing import Protocol

from rami.core.units import allowed, convert

#: exponents of (kg, m, s, K) and factor to SI of the canonical unit, for units known by base only
_SI: dict[str, tuple[tuple[int, int, int, int], float, float]] = {
    "temperature": ((0, 0, 0, 1), 1.0, 273.15),
    "temperature_difference": ((0, 0, 0, 1), 1.0, 0.0),
    "power": ((1, 2, -3, 0), 1e3, 0.0),
    "energy": ((1, 2, -2, 0), 3.6e6, 0.0),
    "mass_flow": ((1, 0, -1, 0), 1.0, 0.0),
    "pressure": ((1, -1, -2, 0), 1e5, 0.0),
    "share": ((0, 0, 0, 0), 1.0, 0.0),
}


class BaseUnit(Protocol):
    """FMI's BaseUnit: SI = factor x value + offset, with the exponents of the base units."""

    kg: int
    m: int
    s: int
    K: int
    factor: float
    offset: float


def conversion(unit: str | None, base: BaseUnit | None, quantity: str) -> tuple[float, float]:
    """(factor, offset) with canonical value = factor x declared value + offset.

    By the unit's name where we know it, else by its base unit. Raises ValueError when the
    unit does not measure the quantity, or none is declared (a share needs none).
    """
    if unit is None:
        if quantity == "share":
            return 1.0, 0.0
        raise ValueError(f"no unit declared; wanted {' or '.join(allowed(quantity))}")
    if unit in allowed(quantity):
        offset = convert(0.0, unit, quantity)
        return convert(1.0, unit, quantity) - offset, offset
    if base is not None and quantity in _SI:
        exponents, factor, offset = _SI[quantity]
        if (base.kg, base.m, base.s, base.K) == exponents:
            return base.factor / factor, (base.offset - offset) / factor
    raise ValueError(
        f"declared in {unit}, which does not measure {quantity.replace('_', ' ')}; "
        f"wanted {' or '.join(allowed(quantity))}"
    )
