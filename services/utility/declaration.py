"""A utility's file: its district, its data, its customers' meters, its services."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rami.asset.component import Declared
from rami.communication.service.settings import BusSettings, Crossing, ServiceConfiguration
from rami.core.written import Instant, Name
from rami.information.historian.settings import HistorianConfiguration
from rami.information.meters.settings import MeterDataset
from twins.site.registry import services, sources, stores
from twins.site.schema.union import OneOf

Source = Annotated[BaseModel, OneOf(sources)]
Store = Annotated[HistorianConfiguration, OneOf(stores)]
Service = Annotated[ServiceConfiguration, OneOf(services)]


class UtilityDeclaration(Declared):
    """One utility: `district` is the file of its groups' buildings, pipes and production; `since`
    the midnight from which on there are data; `zone` whose calendar its customers follow."""

    version: Literal[1] = Field(description="of this file's format")
    utility: Name = Field(description="name of the utility")
    provenance: str = Field(description="where its figures come from")
    district: Path = Field(description="file of the district")
    groups: int | None = Field(
        None, ge=1, description="consumer groups, all else in proportion; none: as the district's"
    )
    since: Instant = Field(description="midnight from which on there are data")
    zone: str = Field("Europe/Copenhagen", description="whose calendar customers follow")
    data: Source = Field(description="where the plant's measurements and the weather come from")
    historian: Store = Field(description="where rows of all signals are kept")
    meters: dict[Name, MeterDataset] = Field(
        default_factory=dict, description="datasets of customers' meters; none: no meters"
    )
    services: dict[Name, Service] = Field(min_length=1, description="services of owners")
    zones: tuple[Crossing, ...] = Field((), description="what may cross whose border, to whom")
    bus: BusSettings | None = Field(None, description="how messages travel; none: in process")
