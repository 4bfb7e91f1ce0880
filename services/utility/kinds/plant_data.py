"""What a utility's plant has measured, and the weather, as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class PlantDataConfiguration(ServiceConfiguration):
    """Provides the heat that leaves the plant, its supply and return temperature, the air
    temperature, and the forecast of the latter."""

    kind: Literal["plant_data"] = "plant_data"
    period: Duration = Field(86400.0, description="between two runs")
    heat: str = Field("heat_plant", description="series of the heat into the network")
    supply: str = Field("T_supply", description="series of the supply temperature at the plant")
    back: str = Field("T_return", description="series of the return temperature at the plant")
    air: str = Field("temp_air", description="series of the air temperature")
    expected: str | None = Field(
        None, description="series of its forecast of the day before; none: perfect foresight"
    )
    history: Duration = Field(28 * 86400.0, le=3.2e7, description="told with every message")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        offers = (
            Offer("measurement", "plant"),
            Offer("measurement", "water"),
            Offer("measurement", "weather"),
            Offer("forecast", "weather"),
        )
        return self.declared(name, (), offers, "heat and temperatures at the plant, weather")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.plant_data import plant_data

        return plant_data(self, name, place)
