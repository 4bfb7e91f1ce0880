"""What a site's own data source has measured, and its weather forecast, as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.quantity import Duration

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


class SiteDataConfiguration(ServiceConfiguration):
    """Provides measurements of `loads` and of the air temperature, and its forecast."""

    kind: Literal["site_data"] = "site_data"
    loads: tuple[str, ...] = Field(min_length=1, description="series of powers")
    history: Duration = Field(21 * 86400.0, le=3.2e7, description="told with every message")
    horizon: Duration = Field(2 * 86400.0, le=1.3e6, description="of the weather forecast")
    step: Duration = Field(3600.0, ge=60, le=86400, description="of the series told")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        offers = (
            Offer("measurement", "load"),
            Offer("measurement", "weather"),
            Offer("forecast", "weather"),
        )
        return self.declared(name, (), offers, "measured loads, weather")

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        from services.platform.kinds.measured import measured

        return measured(self, name, place)
