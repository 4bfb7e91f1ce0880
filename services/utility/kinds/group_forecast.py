"""Forecast of every group's demand for the coming day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Pattern, Place, ServiceConfiguration
from rami.core.quantity import Duration
from rami.core.written import Name
from rami.information.forecast.settings import Method

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class GroupForecastConfiguration(ServiceConfiguration):
    """Learns from each group's told history, provides values with quantiles."""

    kind: Literal["group_forecast"] = "group_forecast"
    period: Duration = Field(86400.0, description="between two runs")
    deadline: Duration = Field(600.0, le=3600, description="of one run; then it is ended")
    method: Method = Field("ridge", description="as in section `forecasts`")
    series: Pattern = Field("*", description="names of the groups that are forecast")
    horizon: Duration = Field(86400.0, le=6e5, description="of the forecast")
    plant: Name = Field("plant", description="service that tells the weather")
    demand: Name = Field("demand", description="service that tells the groups' demand")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = (
            Need("measurement", "*", self.demand, Fallback.LAST),
            Need("measurement", "weather", self.plant, Fallback.NOTHING),
            Need("forecast", "weather", self.plant, Fallback.NOTHING),
        )
        return self.declared(name, needs, (Offer("forecast", "*"),), "forecast of groups' demand")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.group_forecast import group_forecast

        return group_forecast(self, name, place)
