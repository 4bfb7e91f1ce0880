"""What a site file says of the party, and what it hears and says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from rami.communication.service import (
    Fallback,
    Need,
    Offer,
    Place,
    Service,
    ServiceConfiguration,
    ServiceDeclaration,
)
from rami.core.quantity import EnergyPrice

ASKED = ("negotiation_call", "flexibility_request", "settlement")
ANSWERED = ("negotiation_ready", "flexibility_offer", "flexibility_answer", "settlement_answer")


class FlexibleLoadConfiguration(ServiceConfiguration):
    """Keys of the site file; `owner` and others are there already."""

    kind: Literal["flexible_load"] = "flexible_load"
    on_message: bool = Field(True, description="run whenever it is told something")
    name: str = Field(description="section of the network and name, e.g. `east_1.pool`")
    file: Path = Field(description="columns hour, load_kW, flexible_kW")
    threshold: EnergyPrice = Field(description="what a kWh less is worth to it")
    tariff: EnergyPrice = Field(description="what it pays for a kWh")
    zone_h: float = Field(1.0, strict=False, description="hours of its clock after UTC")

    def declaration(self, name: str) -> ServiceDeclaration:
        # what it is asked has its own name as the topic's subject
        needs = [Need(kind, name, fallback=Fallback.NOTHING) for kind in ASKED]
        offers = [Offer(kind) for kind in ANSWERED]
        offers += [Offer("forecast", "demand"), Offer("measurement", "demand")]
        return self.declared(name, needs, offers, "a load that can be left off at a price")

    def service(self, name: str, place: Place) -> Service:
        # imported here: reading a site file stays quick
        from flexible_load.party import FlexibleLoad, read

        rows = read(place.folder / self.file)
        return FlexibleLoad(
            self.declaration(name), place.site, self.name, rows, self.threshold, self.tariff,
            self.zone_h,
        )  # fmt: skip
