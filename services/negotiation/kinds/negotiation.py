"""Settings of the service that asks: it leads the talks of a district's parties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.written import Name
from services.negotiation.seats.declared import ASKS, BEAT_S, HEARS

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class NegotiationConfiguration(ServiceConfiguration):
    """Asks every service of the site that gives a flexibility answer; bounds stand in section
    `negotiation` of the district."""

    kind: Literal["negotiation"] = "negotiation"
    on_message: bool = Field(True, description="run whenever it is told something")
    network: Name = Field("network", description="service of the network's owner")
    production: Name = Field("production", description="service of the producer")
    steps: Literal[0, 1, 2] = Field(
        2, description="0: nobody talks, 1: forecasts are passed on, 2: requests and answers"
    )

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        declared = self.declared(name, HEARS, ASKS, "leads the talks of a district's parties")
        return replace(declared, beat_s=BEAT_S)

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.negotiation.seated import conductor

        return conductor(self, name, place)
