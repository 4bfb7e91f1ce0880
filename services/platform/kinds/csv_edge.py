"""A partner who has nothing but files: he drops tables into a folder, and finds schedules there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration, EnergyPrice

if TYPE_CHECKING:
    from rami.communication.service.contract import Service

SeriesName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{1,120}$")]


class PartnerColumn(Declared):
    """A column of a partner's files."""

    column: str = Field(min_length=1, description="its name in the header")
    unit: str = Field(description="of a power; the row below the header has to say the same")


class CsvEdgeConfiguration(ServiceConfiguration):
    """Files `forecast*.csv`, `measurement*.csv`, `flexibility*.csv` in, `schedule*.csv` out."""

    kind: Literal["csv_edge"] = "csv_edge"
    period: Duration = Field(60.0, description="between two looks; it answers at once besides")
    on_message: bool = Field(True, description="it always answers at once")
    folder: Path = Field(description="of the partner, with `in`, `out`, `done` and `bad` in it")
    columns: dict[SeriesName, PartnerColumn] = Field(
        min_length=1, max_length=1000, description="by the name that messages use"
    )
    zone: str | None = Field(None, description="of stamps without an offset")
    older_than: Duration = Field(172800.0, description="age of an issue at which it is not told")
    tariff: EnergyPrice = Field(0.08, description="what a kWh costs them without a deal")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        asked = ("negotiation_call", "flexibility_request", "settlement")
        needs = [Need(kind, name, fallback=Fallback.NOTHING) for kind in asked]
        needs.append(Need("schedule", fallback=Fallback.NOTHING))
        offers = (
            Offer("forecast", "demand"),
            Offer("measurement", "demand"),
            Offer("negotiation_ready"),
            Offer("flexibility_offer"),
            Offer("flexibility_answer"),
            Offer("settlement_answer"),
            Offer("alarm"),
        )
        made = self.declared(name, needs, offers, "a partner's files")
        return replace(made, period_s=0.0, beat_s=self.period)

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.partner_files.service import partner_files

        return partner_files(self, name, place)
