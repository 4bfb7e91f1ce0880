"""A service that runs elsewhere: here it is only known what it says and hears."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Kind, ServiceConfiguration, Subject
from rami.core.quantity import Duration


class RemoteNeed(Declared):
    """What a remote service consumes."""

    kind: Kind = Field(description="of message")
    subject: Subject = Field("*", description="of its topic")
    service: Subject = Field("*", description="who gives it")
    fallback: Fallback = Field(Fallback.LAST, description="in the place of one that is missing")
    older_than: Duration = Field(86400.0, description="age at which one is not used")


class RemoteOffer(Declared):
    """What a remote service provides."""

    kind: Kind = Field(description="of message")
    subject: Subject = Field("all", description="of its topic")
    version: str = Field(
        "", pattern=r"^(\d{1,4}\.\d{1,4})?$", description="of its schema; none: the one spoken here"
    )


class RemoteConfiguration(ServiceConfiguration):
    """A partner's service, heard over the bus; nothing of it runs here."""

    kind: Literal["remote"] = "remote"
    consumes: tuple[RemoteNeed, ...] = Field((), description="what it is told")
    provides: tuple[RemoteOffer, ...] = Field((), description="what it says")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        needs = [
            Need(n.kind, n.subject, n.service, n.fallback, n.older_than) for n in self.consumes
        ]
        return self.declared(
            name, needs, [Offer(o.kind, o.subject, o.version) for o in self.provides]
        )
