"""Files of customers' meters into the historian, under pseudonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration
from rami.core.written import Name

if TYPE_CHECKING:
    from pathlib import Path

    from rami.communication.service.contract import Service


class MeterIngestConfiguration(ServiceConfiguration):
    """Takes the files of the day that is over; tells counts, no values."""

    kind: Literal["meter_ingest"] = "meter_ingest"
    period: Duration = Field(86400.0, description="between two runs")
    deadline: Duration = Field(600.0, le=3600, description="of one run; then it is ended")
    memory_mb: int = Field(6144, ge=64, le=65536, description="address space of its process")
    dataset: Name = Field(description="in section `meters`")
    files: str = Field(
        "meters/%Y-%m-%d*", description="pattern of a day's files, strftime of the local date"
    )
    customers: str | None = Field(None, description="list of customers with their groups")
    register_: str | None = Field(None, alias="register", description="that wide files hold")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        return self.declared(name, (), (Offer("key_figures", "ingest"),), "meters' files taken in")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.meter_ingest import meter_ingest

        return meter_ingest(self, name, place)

    def paths(self, folder: Path, day: str) -> list[Path]:
        """Files that the pattern stands for, by name."""
        return sorted(p for p in folder.glob(day) if p.is_file())
