"""Settings of the parties of a district: buildings, network, production, station."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from rami.communication.service.contract import ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration
from rami.core.written import Name
from services.negotiation.seats.declared import TERMS, needs, offers

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class PartyConfiguration(ServiceConfiguration):
    """What all have in common; what they own stands in the site's section `district`."""

    on_message: bool = Field(True, description="run whenever it is told something")
    deadline: Duration = Field(60.0, le=3600, description="of one run; then it is ended")

    role: ClassVar[str]
    words: ClassVar[str]

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        hears, says = TERMS[self.role]
        return self.declared(name, needs(name, *hears), offers(*says), self.words)

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.negotiation.seated import seated

        return seated(self, name, place)


class BuildingsPartyConfiguration(PartyConfiguration):
    """All buildings of the owner."""

    kind: Literal["district_buildings"] = "district_buildings"
    role: ClassVar[str] = "consumers"
    words: ClassVar[str] = "demand of building groups, and what of it can be shifted"


class NetworkPartyConfiguration(PartyConfiguration):
    """The network: flow and temperature plan, its water as storage, the check of what is agreed."""

    kind: Literal["district_network"] = "district_network"
    role: ClassVar[str] = "network"
    words: ClassVar[str] = "flow and temperature plan, heat at the plant"


class ProductionPartyConfiguration(PartyConfiguration):
    """The producer's plant."""

    kind: Literal["district_production"] = "district_production"
    role: ClassVar[str] = "production"
    words: ClassVar[str] = "unit commitment and storage of a heating plant"


class StationPartyConfiguration(PartyConfiguration):
    """An industrial station."""

    kind: Literal["district_station"] = "district_station"
    station: Name = Field(description="its name in `surplus` of the district")
    role: ClassVar[str] = "surplus"
    words: ClassVar[str] = "surplus heat of a factory through a heat transfer station"
