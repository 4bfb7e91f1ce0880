"""Dimensions: what a unit measures as exponents of base units, so that formulas can be checked.

Base units: kW, s, m, kg, K, EUR and kgCO2e (kilograms emitted are no kilograms of water).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rami.core.units import CANONICAL, allowed, convert
from rami.core.wording import did_you_mean

_BASES = ("kW", "s", "m", "kg", "K", "EUR", "kgCO2e")


@dataclass(frozen=True)
class Dimension:
    """Exponents of the base units.

    `absolute` marks a temperature in degC, which can be compared and subtracted, not multiplied.
    """

    exponents: tuple[int, ...] = (0,) * len(_BASES)
    absolute: bool = False

    def __mul__(self, other: Dimension) -> Dimension:
        pairs = zip(self.exponents, other.exponents, strict=True)
        return Dimension(tuple(a + b for a, b in pairs))

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: int) -> Dimension:
        return Dimension(tuple(a * exponent for a in self.exponents))

    def __str__(self) -> str:
        if self.absolute:
            return "degC"
        up = [_power(b, e) for b, e in zip(_BASES, self.exponents, strict=True) if e > 0]
        down = [_power(b, -e) for b, e in zip(_BASES, self.exponents, strict=True) if e < 0]
        return "/".join([" ".join(up) or "1", *down])


def _power(base: str, exponent: int) -> str:
    return base if exponent == 1 else f"{base}{exponent}"


def _base(**exponents: int) -> Dimension:
    return Dimension(tuple(exponents.get(b, 0) for b in _BASES))


NUMBER = Dimension()
ABSOLUTE = Dimension(_base(K=1).exponents, absolute=True)
SECOND = _base(s=1)

#: dimension of each quantity, and its canonical unit in base units
_QUANTITIES: dict[str, tuple[Dimension, float]] = {
    "temperature": (ABSOLUTE, 1.0),
    "temperature_difference": (_base(K=1), 1.0),
    "power": (_base(kW=1), 1.0),
    "energy": (_base(kW=1, s=1), 3600.0),
    "mass_flow": (_base(kg=1, s=-1), 1.0),
    "mass": (_base(kg=1), 1.0),
    "volume": (_base(m=3), 1.0),
    "volume_flow": (_base(m=3, s=-1), 1 / 3600),
    "volume_temperature": (_base(m=3, K=1), 1.0),
    "irradiance": (_base(kW=1, m=-2), 1.0),
    "speed": (_base(m=1, s=-1), 1.0),
    "pressure": (_base(kW=1, s=1, m=-3), 100.0),
    "time": (SECOND, 1.0),
    "money": (_base(EUR=1), 1.0),
    "emission": (_base(kgCO2e=1), 1.0),
    "energy_price": (_base(EUR=1, kW=-1, s=-1), 1 / 3600),
    "emission_factor": (_base(kgCO2e=1, kW=-1, s=-1), 1 / 3600),
    "emission_price": (_base(EUR=1, kgCO2e=-1), 1.0),
    "power_price": (_base(EUR=1, kW=-1, s=-1), 1 / (365 * 86400)),
    "conductance": (_base(kW=1, K=-1), 1.0),
    "share": (NUMBER, 1.0),
    "unknown": (NUMBER, 1.0),
}
_OWN = {"kgCO2e": ("emission", "kg"), "tCO2e": ("emission", "t"), "a": ("time", "d")}
_DAYS_A_YEAR = 365.0
_STEP = re.compile(r"([*/])?\s*([A-Za-z%][A-Za-z0-9]*|1)")


def of_quantity(quantity: str) -> tuple[Dimension, float]:
    """Dimension of a quantity, and what one of its canonical unit is in base units."""
    return _QUANTITIES[quantity]


def readings(unit: str) -> Iterator[tuple[Dimension, float, float]]:
    """What a unit may mean: dimension, factor and offset to base units; ValueError if nothing.

    A unit of `rami.core.units`, or such units multiplied and divided from left to right
    (`kJ/kg/K`, `EUR/MWh`, `kW*h`). `kg` in emission factors is `kgCO2e` elsewhere.
    """
    found = False
    for quantity in CANONICAL:
        if unit in allowed(quantity):
            dimension, base = _QUANTITIES[quantity]
            offset = convert(0.0, unit, quantity)
            found = True
            yield dimension, (convert(1.0, unit, quantity) - offset) * base, offset * base
    if found:
        return
    dimension, factor, rest = NUMBER, 1.0, unit.replace(" ", "")
    while rest:
        step = _STEP.match(rest)
        if not step:
            raise ValueError(f"{unit!r} is not a unit, e.g. kW, EUR/MWh, kJ/kg/K")
        one, size = _single(step[2], unit)
        divided = step[1] == "/"
        dimension = dimension / one if divided else dimension * one
        factor = factor / size if divided else factor * size
        rest = rest[step.end() :]
    yield dimension, factor, 0.0


def _single(word: str, unit: str) -> tuple[Dimension, float]:
    if word == "1":
        return NUMBER, 1.0
    if word in _OWN:
        quantity, known = _OWN[word]
        dimension, base = _QUANTITIES[quantity]
        years = _DAYS_A_YEAR if word == "a" else 1.0
        return dimension, convert(1.0, known, quantity) * base * years
    for quantity, (dimension, base) in _QUANTITIES.items():
        if word in allowed(quantity) and not dimension.absolute:
            return dimension, convert(1.0, word, quantity) * base
    known_units = sorted({u for q in CANONICAL for u in allowed(q)} | set(_OWN))
    raise ValueError(f"{unit!r}: no unit {word!r}; {did_you_mean(word, known_units)}")


def written(text: str) -> tuple[Dimension, float]:
    """A constant with unit such as `4.19 kJ/kg/K` in base units; ValueError.

    A temperature in degC stays in degC and is absolute.
    """
    number, _, unit = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        raise ValueError(f"{text!r} is not a number with a unit, e.g. '4.19 kJ/kg/K'") from None
    meant = list(readings(unit.strip() or "1"))
    # `5 K` is a difference; a temperature is written in degC
    dimension, factor, offset = min(meant, key=lambda m: m[0].absolute)
    return dimension, value * factor + offset
