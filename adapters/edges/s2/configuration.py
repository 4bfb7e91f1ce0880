"""What a site file says of devices behind S2; loads no protocol."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.errors import ConfigurationError
from rami.core.packages import Package
from rami.core.quantity import Duration, EnergyPrice
from rami.core.written import Switch

if TYPE_CHECKING:
    from rami.communication.service.contract import Service

ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{1,120}$")]


class S2Resource(Declared):
    """One resource manager: a building's, a device's."""

    token_sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the token that it shows when it connects"
    )
    resource_id: str = Field("", description="what it calls itself; empty: any")
    quantity: Literal[
        "HEAT.THERMAL_POWER",
        "ELECTRIC.POWER.3_PHASE_SYMMETRIC",
        "ELECTRIC.POWER.L1",
        "ELECTRIC.POWER.L2",
        "ELECTRIC.POWER.L3",
    ] = Field("HEAT.THERMAL_POWER", description="power that is forecast and negotiated")


class S2Configuration(ServiceConfiguration):
    """Listens for resource managers by websocket, and speaks for them."""

    packages: ClassVar[tuple[Package, ...]] = (Package("s2python", "s2"),)

    kind: Literal["s2"] = "s2"
    period: Duration = Field(900.0, description="between two tellings; it answers at once besides")
    on_message: bool = Field(True, description="it always answers at once")
    host: str = Field("127.0.0.1", description="address to listen on; others than this need TLS")
    port: int = Field(8765, ge=0, le=65535, description="to listen on; 0: any free one")
    certificate: Path | None = Field(None, description="PEM, for TLS")
    private_key: Path | None = Field(None, description="PEM, of the certificate")
    resources: dict[ResourceName, S2Resource] = Field(
        min_length=1, max_length=500, description="by the name that messages use"
    )
    tariff: EnergyPrice = Field(0.08, description="what a kWh costs them without a deal")
    target_price: float = Field(
        10.0, ge=0, description="EUR per hour for a fill level off its wanted range by its width"
    )
    lease: Duration = Field(
        3600.0, ge=60, le=86400, description="for how long instructions hold that nobody renews"
    )
    answer: Duration = Field(5.0, ge=0.1, le=60, description="in which a message is acknowledged")
    silence: Duration = Field(
        20.0, ge=0.1, le=3600, description="after which one asks who is there"
    )
    step: Duration = Field(900.0, ge=60, le=86400, description="of forecasts told by period")
    horizon: Duration = Field(86400.0, ge=900, le=864000, description="of forecasts told by period")
    follow_prices: Switch = Field(False, description="price signals that name it are instructions")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together")
        if self.certificate is None and not _loopback(self.host):
            raise ValueError(f"{self.host} is no address of this machine: certificate is needed")
        tokens = [r.token_sha256 for r in self.resources.values()]
        if len(set(tokens)) != len(tokens):
            raise ValueError("two resources have the same token")
        return self

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        asked = ("negotiation_call", "flexibility_request", "settlement")
        needs = [Need(kind, name, fallback=Fallback.NOTHING) for kind in asked]
        needs += [Need(kind, fallback=Fallback.NOTHING) for kind in ("schedule", "price")]
        offers = (
            Offer("forecast", "demand"),
            Offer("measurement", "demand"),
            Offer("negotiation_ready"),
            Offer("flexibility_offer"),
            Offer("flexibility_answer"),
            Offer("settlement_answer"),
            Offer("schedule", "demand"),
            Offer("alarm", "*"),
        )
        made = self.declared(name, needs, offers, "resource managers behind S2")
        return replace(made, period_s=0.0, beat_s=self.period)

    def service(self, name: str, place: Place) -> Service:
        """As in ServiceConfiguration."""
        try:
            from adapters.edges.s2.service import S2Service
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"kind s2 needs s2-python ({error}): pip install 'rami-twins[s2]'"
            ) from None
        return S2Service(self, name, place)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
