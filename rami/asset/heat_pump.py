"""Heat pump between a cooling network (evaporator) and a heating line (condenser)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rami.asset.component import Component, Declared, Face
from rami.asset.reference import HeatingReturn, OtherCoolingNetwork
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Mass, Power, Temperature, TemperatureDifference


class CarnotCop(Declared):
    """COP = fraction x T_c / (T_c - T_e), temperatures in kelvin including the approaches."""

    kind: Literal["carnot"] = "carnot"
    fraction: float = Field(gt=0, lt=1)
    approach_condenser: TemperatureDifference = 3.0
    approach_evaporator: TemperatureDifference = 5.0

    def value(self, condenser_out: float, evaporator_out: float) -> float:
        """COP at two outlet temperatures in degC."""
        hot = condenser_out + self.approach_condenser + 273.15
        cold = evaporator_out - self.approach_evaporator + 273.15
        return self.fraction * hot / max(hot - cold, 5.0)


class ConstantCop(Declared):
    """A COP that depends on nothing."""

    kind: Literal["constant"] = "constant"
    cop: float = Field(gt=1, lt=20)

    def value(self, condenser_out: float, evaporator_out: float) -> float:
        """The constant, whatever the temperatures (degC)."""
        return self.cop


class HeatPump(Component):
    """Preheats a line to at most `outlet_max`, cools another to no less than `source_outlet_min`.

    `condenser` names a line of a network of the twin (`circuit.return`), `evaporator` a
    cooling network (`iess.cn`). Eq. 5 to 8.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["heat_pump"] = "heat_pump"
    condenser: HeatingReturn
    evaporator: OtherCoolingNetwork
    power_el_max: Power
    outlet_max: Temperature
    source_outlet_min: Temperature
    cop: Annotated[CarnotCop | ConstantCop, Field(discriminator="kind")]
    water: Mass = 600.0
    ramp: Duration = 60.0

    @property
    def cop_design(self) -> float:
        """COP at `outlet_max` and `source_outlet_min`."""
        return self.cop.value(self.outlet_max, self.source_outlet_min)

    def ports(self) -> tuple[str, ...]:
        return ("condenser_in", "condenser_out", "evaporator_in", "evaporator_out")

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "compressor, share of power_el_max", 0.0, 1.0),
            Point("P_el", "power", description="electrical power"),
            Point("P_th", "power", description="heat into the condenser line"),
            Point("P_cold", "power", description="heat from the evaporator line"),
            Point("COP", "share", description="coefficient of performance"),
            Point("T_condenser_in", "temperature", start=60.0),
            Point("T_condenser_out", "temperature", start=60.0),
            Point("T_evaporator_in", "temperature", start=32.0),
            Point("T_evaporator_out", "temperature", start=32.0),
            Point("m_condenser", "mass_flow"),
            Point("m_evaporator", "mass_flow"),
            Point("E_el", "energy", description="electricity since the start", cumulative=True),
            Point("E_th", "energy", description="heat since the start", cumulative=True),
        )
