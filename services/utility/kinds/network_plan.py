"""Supply temperature and flows of the coming day, from the groups' forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration
from rami.core.written import Name

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class NetworkPlanConfiguration(ServiceConfiguration):
    """Warms its model of the pipes up on what was measured, then plans the coming day."""

    kind: Literal["network_plan"] = "network_plan"
    period: Duration = Field(86400.0, description="between two runs")
    deadline: Duration = Field(120.0, le=3600, description="of one run; then it is ended")
    plant: Name = Field("plant", description="service that tells what the plant measured")
    demand: Name = Field("demand", description="service that tells the groups' demand")
    forecasts: tuple[Name, ...] = Field(
        ("forecast",), min_length=1, description="services that forecast groups"
    )

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = (
            *(Need("forecast", "*", one, Fallback.WAIT) for one in self.forecasts),
            Need("measurement", "*", self.demand, Fallback.LAST),
            Need("measurement", "water", self.plant, Fallback.LAST),
        )
        offers = (
            Offer("forecast", "plant_heat"),
            Offer("schedule", "supply"),
            Offer("schedule", "sections"),
            Offer("key_figures", "network"),
        )
        return self.declared(name, needs, offers, "supply temperature, flows, heat at the plant")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.network_plan import network_plan

        return network_plan(self, name, place)
