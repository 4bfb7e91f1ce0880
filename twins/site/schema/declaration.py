"""The whole site file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rami.asset.component import Declared
from rami.business.tariffs import Business
from rami.communication.opcua_settings import OpcuaSettings
from rami.communication.service.settings import BusSettings, Crossing, ServiceConfiguration
from rami.core.written import Name
from rami.functional.strategy.settings import StrategySettings
from rami.information.analytics.settings import KpiDeclaration
from rami.information.forecast.settings import ForecastSettings
from rami.information.historian.settings import HistorianConfiguration
from rami.information.meters.settings import MeterDataset
from rami.information.quality.settings import QualitySettings
from twins.site.district import DistrictSection
from twins.site.registry import services, sources, stores, strategies
from twins.site.schema.clock import Clock
from twins.site.schema.external import External
from twins.site.schema.study import Study
from twins.site.schema.twin import TwinDeclaration
from twins.site.schema.union import OneOf

Source = Annotated[BaseModel, OneOf(sources)]
Store = Annotated[HistorianConfiguration, OneOf(stores)]
Service = Annotated[ServiceConfiguration, OneOf(services)]
Strategy = Annotated[StrategySettings, OneOf(strategies)]


class SiteDeclaration(Declared):
    """One site: clock, twins, data, strategy, business, study."""

    version: Literal[1] = Field(description="of this file's format")
    site: Name = Field(description="name of the site")
    description: str = Field("", description="for people")
    clock: Clock = Field(description="span and steps of a run")
    twins: dict[Name, TwinDeclaration] = Field(min_length=1, description="the twins by name")
    data: Source = Field(description="where weather, prices and loads come from")
    external: dict[Name, External] = Field(
        default_factory=dict, description="further sources, laid over `data`"
    )
    historian: Store | None = Field(None, description="where rows of all signals are kept")
    quality: QualitySettings | None = Field(None, description="checks, filling, resampling")
    kpi: dict[Name, KpiDeclaration] = Field(
        default_factory=dict, description="key figures of one's own"
    )
    forecasts: ForecastSettings | None = Field(None, description="how series are forecast")
    meters: dict[Name, MeterDataset] = Field(
        default_factory=dict, description="datasets of customers' meters"
    )
    strategy: Strategy = Field(description="how plans are made")
    business: Business = Field(description="owners, tariffs, factors")
    opcua: OpcuaSettings | None = Field(None, description="the site's OPC UA server")
    district: DistrictSection | None = Field(None, description="a district: its file, or itself")
    services: dict[Name, Service] = Field(default_factory=dict, description="services of owners")
    zones: tuple[Crossing, ...] = Field((), description="what may cross whose border, to whom")
    bus: BusSettings | None = Field(None, description="how messages travel; none: in process")
    study: Study | None = Field(None, description="the seasons of `rami study`")
