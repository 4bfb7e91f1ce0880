"""Loads forecast from what was measured; the method is one word of the site file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Pattern, Place, ServiceConfiguration
from rami.core.quantity import Duration
from rami.information.forecast.settings import Method

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class LoadForecastConfiguration(ServiceConfiguration):
    """Consumes measured powers (subject `load`), the measured air temperature and its forecast
    (`weather`); provides a forecast with quantiles of every power that matches `series`."""

    kind: Literal["load_forecast"] = "load_forecast"
    method: Method = Field("ridge", description="as in section `forecasts`")
    series: Pattern = Field("*", description="names of the loads that are forecast")
    horizon: Duration = Field(86400.0, le=1.3e6, description="of the forecast")
    zone: str = Field("Europe/Berlin", description="whose calendar people follow")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = (
            Need("measurement", "load", fallback=Fallback.LAST),
            Need("measurement", "weather", fallback=Fallback.NOTHING),
            Need("forecast", "weather", fallback=Fallback.NOTHING),
        )
        return self.declared(name, needs, (Offer("forecast", "load"),), "forecast of loads")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.platform.kinds.loads import loads

        return loads(self, name, place)
