"""Pydantic field types for written quantities: `Power`, `Temperature`, ...

A field of such a type takes text with a unit ("300 kW") and holds a float in the
canonical unit of `rami.core.units`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from rami.core import units


class Quantity:
    """Marks a field with the quantity it measures (kept in the annotation's metadata)."""

    def __init__(self, name: str) -> None:
        self.name = name


def _type(quantity: str, **bounds: Any) -> Any:
    def read(value: object) -> float:
        return units.parse(value, quantity)

    schema = {
        "type": ["string", "number"] if quantity == "share" else "string",
        "description": f"{quantity.replace('_', ' ')} with unit, "
        f"one of {', '.join(units.allowed(quantity))}",
    }
    return Annotated[
        float,
        Field(allow_inf_nan=False, **bounds),
        BeforeValidator(read),
        Quantity(quantity),
        WithJsonSchema(schema),
    ]


if TYPE_CHECKING:  # what a field holds
    Temperature = float
    TemperatureDifference = float
    Power = float
    Energy = float
    MassFlow = float
    Mass = float
    Volume = float
    Pressure = float
    Duration = float
    EnergyPrice = float
    EmissionFactor = float
    EmissionPrice = float
    PowerPrice = float
    Conductance = float
    Share = float
    Efficiency = float
else:
    Temperature = _type("temperature", ge=-60, le=400)
    TemperatureDifference = _type("temperature_difference", gt=0)
    Power = _type("power", gt=0)
    Energy = _type("energy", ge=0)
    MassFlow = _type("mass_flow", gt=0)
    Mass = _type("mass", gt=0)
    Volume = _type("volume", gt=0)
    Pressure = _type("pressure", ge=0)
    Duration = _type("time", gt=0)
    EnergyPrice = _type("energy_price")
    EmissionFactor = _type("emission_factor", ge=0)
    EmissionPrice = _type("emission_price", ge=0)
    PowerPrice = _type("power_price", ge=0)
    Conductance = _type("conductance", ge=0)
    Share = _type("share", ge=0, le=1)
    Efficiency = _type("share", gt=0, le=1.15)
