"""Sections `services`, `zones` and `bus` of a site file; loads no arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from rami.asset.component import Declared
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.payload import PAYLOADS
from rami.core.packages import Package
from rami.core.quantity import Duration
from rami.core.wording import did_you_mean
from rami.core.written import Name

if TYPE_CHECKING:
    from rami.communication.service.contract import Service


def _kind(word: str) -> str:
    if word not in PAYLOADS:
        raise ValueError(f"no kind of message {word!r}; {did_you_mean(word, PAYLOADS)}")
    return word


Kind = Annotated[str, AfterValidator(_kind)]
Pattern = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@*?/-]{1,120}$")]
Subject = Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9_.@-]{1,120})$")]


@dataclass(frozen=True)
class Place:
    """What a service's factory is told of the site: its name, its file, and the folder in which
    relative file names start."""

    site: str
    file: Path

    @property
    def folder(self) -> Path:
        """Where relative file names start."""
        return self.file.parent


class ServiceConfiguration(Declared):
    """What a site file says of a service; `kind` is the name in the entry point group
    `rami.services`, whose target is a class that derives from this one."""

    kind: str
    owner: Name = Field(description="in whose name it speaks")
    period: Duration = Field(3600.0, description="between two runs")
    on_message: bool = Field(False, description="run whenever it is told something, not by period")
    deadline: Duration = Field(30.0, le=3600, description="of one run; then it is ended")
    apart: Literal["process", "thread"] = Field(
        "process", description="where it runs; `thread` for trusted ones only, it cannot be ended"
    )
    memory_mb: int = Field(2048, ge=64, le=65536, description="address space of its process")
    fallbacks: dict[Kind, Fallback] = Field(
        default_factory=dict,
        description="by kind of message, in place of what the service declares",
    )

    def declaration(self, name: str) -> ServiceDeclaration:
        """What a service of this configuration consumes and provides; asked without running it.

        `declared` fills in what every configuration has.
        """
        raise NotImplementedError

    def service(self, name: str, place: Place) -> Service:
        """The service itself, made in the process in which it runs. Raises ConfigurationError."""
        raise NotImplementedError

    def declared(
        self,
        name: str,
        consumes: Sequence[Need] = (),
        provides: Sequence[Offer] = (),
        description: str = "",
    ) -> ServiceDeclaration:
        """A declaration with this configuration's owner, period, deadline and fallbacks."""
        needs = [replace(n, fallback=self.fallbacks.get(n.kind, n.fallback)) for n in consumes]
        period_s = 0.0 if self.on_message else self.period
        return ServiceDeclaration(
            name, self.owner, tuple(needs), tuple(provides), period_s, self.deadline, description
        )


class Crossing(Declared):
    """What of one owner's messages others may be told; what no crossing names stays at home."""

    owner: Name = Field(description="whose border is crossed")
    to: tuple[Name, ...] = Field(min_length=1, description="owners that may be told")
    kinds: tuple[Kind, ...] = Field(min_length=1, description="kinds of messages")
    signals: tuple[Pattern, ...] = Field(
        min_length=1, description="site paths that a message may name, e.g. `dhs.group_*`"
    )
    subjects: tuple[Subject, ...] = Field(("*",), description="subjects of topics")


class BusSettings(Declared):
    """How messages travel: in this process, or through an MQTT broker between companies."""

    kind: Literal["local", "mqtt"] = Field("local", description="in this process, or by a broker")
    host: str = Field("localhost", description="of the broker")
    port: int = Field(8883, ge=1, le=65535, description="of the broker, TLS")
    parties: Path = Field(Path("parties"), description="folder of keys that `rami parties` made")
    keepalive: Duration = Field(30.0, ge=5, le=3600, description="silence after which one asks")

    @property
    def packages(self) -> tuple[Package, ...]:
        """What it needs beyond what is always installed."""
        return (Package("paho", "mqtt"),) if self.kind == "mqtt" else ()
