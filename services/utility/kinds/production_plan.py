"""Which units make the heat of the coming day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration, Share
from rami.core.written import Name

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class ProductionPlanConfiguration(ServiceConfiguration):
    """Unit commitment and storage for the heat that the network plans; others' surplus heat comes
    as their contracts say."""

    kind: Literal["production_plan"] = "production_plan"
    period: Duration = Field(86400.0, description="between two runs")
    deadline: Duration = Field(300.0, le=3600, description="of one run; then it is ended")
    gap: Share = Field(0.001, description="of the cost, at which the search ends")
    network: Name = Field("network", description="service that plans the network")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = (Need("forecast", "plant_heat", self.network, Fallback.WAIT),)
        offers = (Offer("schedule", "production"), Offer("key_figures", "production"))
        return self.declared(name, needs, offers, "unit commitment and storage of the plant")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.production_plan import production_plan

        return production_plan(self, name, place)
