"""EngineeringUnits and EURange of a point (Part 8, 5.6)."""

from __future__ import annotations

from math import isfinite
from typing import Final

from rami.communication.information_model.values import Range, UnitInformation
from rami.core.points import Point
from rami.core.unece import CODE_OF, UNECE, unit_id

#: units that UNECE has no code for are told by their own name
OWN_UNITS: Final = "urn:rami-twins:units"

_SHOWN = {
    "degC": ("°C", "degree Celsius"),
    "K": ("K", "kelvin"),
    "kW": ("kW", "kilowatt"),
    "kWh": ("kWh", "kilowatt hour"),
    "kg/s": ("kg/s", "kilogram per second"),
    "kg": ("kg", "kilogram"),
    "m3": ("m³", "cubic metre"),
    "m3/h": ("m³/h", "cubic metre per hour"),
    "m/s": ("m/s", "metre per second"),
    "bar": ("bar", "bar"),
    "s": ("s", "second"),
    "1": ("1", "one"),
}

#: what is usual where a point declares no bounds, in canonical units
_USUAL = {
    "temperature": (-50.0, 250.0),
    "temperature_difference": (-300.0, 300.0),
    "power": (-1e5, 1e5),
    "mass_flow": (-1e3, 1e3),
    "volume_flow": (-5e3, 5e3),
    "irradiance": (0.0, 2.0),
    "speed": (0.0, 100.0),
    "pressure": (0.0, 100.0),
    "share": (0.0, 100.0),
}
_WIDE = (-1e12, 1e12)
#: range of a variable that has no bounds
UNBOUNDED: Final = Range(*_WIDE)


def unit_information(unit: str) -> UnitInformation:
    """A unit of `rami.core.units` as an EUInformation."""
    shown, description = _SHOWN.get(unit, (unit, unit))
    code = CODE_OF.get(unit)
    if code is None:
        return UnitInformation(OWN_UNITS, -1, shown, description)
    return UnitInformation(UNECE, unit_id(code), shown, description)


def usual_range(point: Point) -> Range:
    """The declared bounds; on a side without one what is usual for the quantity."""
    low, high = (0.0, 1e12) if point.cumulative else _USUAL.get(point.quantity, _WIDE)
    return Range(
        point.low if isfinite(point.low) else min(low, point.high),
        point.high if isfinite(point.high) else max(high, point.low),
    )
