"""Units: one canonical unit per quantity inside; conversion happens at the edges only.

`parse("300 kW", "power")` gives a float in the quantity's canonical unit. Temperatures
convert with offset, temperature differences without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rami.core.wording import did_you_mean


@dataclass(frozen=True)
class Unit:
    """value in canonical unit = value * factor + offset."""

    factor: float
    offset: float = 0.0


#: quantity -> canonical unit
CANONICAL: dict[str, str] = {
    "temperature": "degC",
    "temperature_difference": "K",
    "power": "kW",
    "energy": "kWh",
    "mass_flow": "kg/s",
    "mass": "kg",
    "volume": "m3",
    "volume_flow": "m3/h",
    "volume_temperature": "m3degC",
    "irradiance": "kW/m2",
    "speed": "m/s",
    "pressure": "bar",
    "time": "s",
    "money": "EUR",
    "emission": "kg",
    "energy_price": "EUR/kWh",
    "emission_factor": "kg/kWh",
    "emission_price": "EUR/kg",
    "power_price": "EUR/kW/a",
    "conductance": "kW/K",
    "share": "1",
    "unknown": "?",
}

_UNITS: dict[str, dict[str, Unit]] = {
    "temperature": {"degC": Unit(1.0), "K": Unit(1.0, -273.15), "degF": Unit(5 / 9, -160 / 9)},
    "temperature_difference": {"K": Unit(1.0)},
    "power": {"kW": Unit(1.0), "W": Unit(1e-3), "MW": Unit(1e3)},
    "energy": {"kWh": Unit(1.0), "MWh": Unit(1e3), "kJ": Unit(1 / 3600), "MJ": Unit(1 / 3.6)},
    "mass_flow": {"kg/s": Unit(1.0), "kg/h": Unit(1 / 3600), "t/h": Unit(1 / 3.6)},
    "mass": {"kg": Unit(1.0), "t": Unit(1e3)},
    "volume": {"m3": Unit(1.0), "l": Unit(1e-3)},
    "volume_flow": {"m3/h": Unit(1.0), "l/h": Unit(1e-3), "l/s": Unit(3.6), "m3/s": Unit(3600.0)},
    # registers of volume times temperature, as heat meters keep them (EN 1434)
    "volume_temperature": {"m3degC": Unit(1.0)},
    "irradiance": {"kW/m2": Unit(1.0), "W/m2": Unit(1e-3)},
    "speed": {"m/s": Unit(1.0), "km/h": Unit(1 / 3.6)},
    "pressure": {"bar": Unit(1.0), "kPa": Unit(1e-2), "hPa": Unit(1e-3), "Pa": Unit(1e-5)},
    "time": {
        "s": Unit(1.0),
        "ms": Unit(1e-3),
        "min": Unit(60.0),
        "h": Unit(3600.0),
        "d": Unit(86400.0),
    },
    "money": {"EUR": Unit(1.0), "kEUR": Unit(1e3)},
    "emission": {"kg": Unit(1.0), "t": Unit(1e3)},
    "energy_price": {"EUR/kWh": Unit(1.0), "EUR/MWh": Unit(1e-3), "ct/kWh": Unit(1e-2)},
    "emission_factor": {
        "kg/kWh": Unit(1.0),
        "kg/MWh": Unit(1e-3),
        "t/MWh": Unit(1.0),
        "g/kWh": Unit(1e-3),
    },
    "emission_price": {"EUR/kg": Unit(1.0), "EUR/t": Unit(1e-3)},
    "power_price": {"EUR/kW/a": Unit(1.0), "EUR/MW/a": Unit(1e-3)},
    "conductance": {"kW/K": Unit(1.0), "W/K": Unit(1e-3)},
    "share": {"1": Unit(1.0), "%": Unit(1e-2)},
    # numbers of a file that does not tell what they measure
    "unknown": {"?": Unit(1.0)},
}

_TEXT = re.compile(
    r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%][A-Za-z0-9/%]*)?\s*$"
)


def unit_of(quantity: str) -> str:
    """The canonical unit of a quantity; KeyError for an unknown quantity."""
    return CANONICAL[quantity]


def allowed(quantity: str) -> list[str]:
    """The units a quantity may be written in, the canonical one first."""
    return list(_UNITS[quantity])


def convert(value: float, unit: str, quantity: str) -> float:
    """`value` in `unit` as a float in the canonical unit of `quantity`.

    Raises ValueError naming the allowed units when the unit does not measure the quantity.
    """
    table = _UNITS[quantity]
    if unit not in table:
        raise ValueError(
            f"unit {unit!r} does not measure {quantity.replace('_', ' ')}; "
            f"wanted one of {', '.join(table)}; {did_you_mean(unit, table)}"
        )
    u = table[unit]
    return value * u.factor + u.offset


def quantities_of(unit: str) -> list[str]:
    """The quantities that may be written in `unit`."""
    return [q for q, table in _UNITS.items() if unit in table]


def parse(text: object, quantity: str) -> float:
    """A written quantity such as "300 kW" as a float in the canonical unit.

    A bare number is taken only where the quantity is a share. Raises ValueError with
    an example and the allowed units.
    """
    example = f"e.g. '10 {allowed(quantity)[0]}' (allowed: {', '.join(allowed(quantity))})"
    if isinstance(text, bool):
        raise ValueError(f"wanted a {quantity.replace('_', ' ')}, got {text}; {example}")
    if isinstance(text, int | float):
        if quantity == "share":
            return float(text)
        raise ValueError(f"{text} needs a unit, {example}")
    found = _TEXT.match(str(text))
    if not found:
        raise ValueError(f"{text!r} is not a {quantity.replace('_', ' ')}, {example}")
    number, unit = found[1], found[2]
    if unit is None:
        if quantity == "share":
            return float(number)
        raise ValueError(f"{number} needs a unit, {example}")
    return convert(float(number), unit, quantity)
