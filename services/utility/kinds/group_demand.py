"""Demand of building groups: by meters where there are, else by the plant and engineering data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration, Share, Temperature
from rami.core.written import Name

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class Engineering(Declared):
    """What is known of groups without meters: a table `group`, `section`, `annual_energy_MWh`,
    `floor_area_m2`. Heat for hot water is by floor area, the rest follows degree hours below
    `base`; `degree_hours` are those of the year of the annual energy, K h."""

    file: str = Field(description="table of the groups")
    base: Temperature = Field(16.0, description="air temperature above which nobody heats")
    degree_hours: float = Field(80_000.0, gt=0, strict=False, description="of the year, K h")
    hot_water: float = Field(
        25.0, ge=0, le=200, strict=False, description="kWh per m2 of floor area and year"
    )
    memory: Duration = Field(86400.0, description="over which buildings feel the air temperature")


class GroupDemandConfiguration(ServiceConfiguration):
    """Judges the meters of a dataset, completes gaps, and tells the demand of groups of at least
    `k` customers; shares what the plant gave beyond out among groups without meters."""

    kind: Literal["group_demand"] = "group_demand"
    period: Duration = Field(86400.0, description="between two runs")
    deadline: Duration = Field(900.0, le=3600, description="of one run; then it is ended")
    memory_mb: int = Field(6144, ge=64, le=65536, description="address space of its process")
    dataset: Name | None = Field(None, description="in section `meters`; none: no meters")
    register_: Name = Field("energy", alias="register", description="of the dataset, counts up")
    recipient: Name = Field("planning", description="of the dataset, for whose purpose it is")
    group: Name = Field("group", description="grouping of the dataset")
    section: Name = Field("section", description="grouping of the dataset: sections of pipes")
    engineering: Engineering | None = Field(None, description="of groups without meters")
    unmetered: Share = Field(0.03, description="share of the heat that may be metered nowhere")
    stuck: Duration = Field(86400.0, description="a reading repeated so long does not count")
    drawn: Duration = Field(7 * 86400.0, description="longest gap that a register closes")
    judged: Duration = Field(7 * 86400.0, description="history that registers are judged by")
    history: Duration = Field(28 * 86400.0, le=8e6, description="told with every message")
    plant: Name = Field("plant", description="service that tells what the plant measured")
    ingest: Name = Field("ingest", description="service that takes meters in")

    @model_validator(mode="after")
    def _some(self) -> GroupDemandConfiguration:
        if self.dataset is None and self.engineering is None:
            raise ValueError("wanted a dataset of meters, engineering data of groups, or both")
        return self

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = [
            Need("measurement", "plant", self.plant, Fallback.WAIT),
            Need("measurement", "water", self.plant, Fallback.WAIT),
            Need("measurement", "weather", self.plant, Fallback.WAIT),
        ]
        if self.dataset is not None:
            needs.append(Need("key_figures", "ingest", self.ingest, Fallback.LAST))
        offers = (
            Offer("measurement", "*"),
            Offer("quality_report", "groups"),
            Offer("key_figures", "balance"),
            Offer("alarm", "balance"),
        )
        return self.declared(name, needs, offers, "demand of building groups and its quality")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.utility.work.group_demand import group_demand

        return group_demand(self, name, place)
