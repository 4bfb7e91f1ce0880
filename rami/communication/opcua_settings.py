"""What a site file says of its OPC UA server; loads no protocol stack."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import Switch


class OpcuaLimits(Declared):
    """What one client may cost: before login by connection, after it by session."""

    connections: int = Field(200, ge=1, le=10_000, description="open at once")
    connections_per_address: int = Field(100, ge=1, le=10_000, description="open at once")
    connections_per_second: float = Field(
        20.0, gt=0, le=10_000, description="new ones from one address, on average"
    )
    connections_at_once: int = Field(
        200, ge=1, le=10_000, description="new ones from one address, in one burst"
    )
    half_open: int = Field(
        50, ge=1, le=10_000, description="connections without a login; the oldest one goes first"
    )
    handshake: Duration = Field(10.0, ge=1, le=120, description="time to log in")
    message_before_login_kB: int = Field(64, ge=16, le=1024, description="largest message")
    message_kB: int = Field(512, ge=64, le=65_536, description="largest message after login")
    backlog_kB: int = Field(
        4096, ge=256, le=1_048_576, description="answers that a slow client has not read yet"
    )
    logins: int = Field(10, ge=1, le=1000, description="failed ones a minute, of one address")
    sessions: int = Field(100, ge=1, le=10_000, description="open at once")
    session_timeout: Duration = Field(600.0, ge=10, le=86_400, description="longest silence")
    subscriptions: int = Field(20, ge=1, le=1000, description="of one session")
    items: int = Field(20_000, ge=1, le=1_000_000, description="monitored by one session")
    items_in_all: int = Field(200_000, ge=1, le=10_000_000, description="monitored by all sessions")
    queue: int = Field(1000, ge=1, le=100_000, description="values kept for one monitored item")
    publish_requests: int = Field(30, ge=1, le=1000, description="waiting, of one session")
    unacknowledged: int = Field(
        20, ge=1, le=1000, description="notifications of a subscription kept to be sent again"
    )
    operations: int = Field(1000, ge=10, le=100_000, description="in one request")
    continuation_points: int = Field(50, ge=1, le=1000, description="of one session")
    publishing: Duration = Field(0.05, ge=0.01, le=60, description="shortest publishing interval")
    sampling: Duration = Field(0.01, ge=0.0, le=60, description="shortest sampling interval")


class OpcuaSettings(Declared):
    """The site's OPC UA server.

    Example: `opcua: {host: 0.0.0.0, port: 4840}`. Messages are signed and encrypted, clients
    show a trusted certificate and log in by name and password.
    """

    host: str = Field("127.0.0.1", pattern=r"^[^\s/@]+$", description="address to listen at")
    port: int = Field(4840, ge=0, le=65_535, description="port to listen at; 0: any that is free")
    name: str = Field(
        "rami", pattern=r"^[A-Za-z0-9._~-]+$", description="path of the endpoint's address"
    )
    hosts: tuple[str, ...] = Field(
        (), description="further names and addresses of this machine, for the certificate"
    )
    policies: tuple[Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"], ...] = (
        Field(
            ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"),
            min_length=1,
            description="algorithms offered, always to sign and encrypt",
        )
    )
    pki: Path = Field(Path("pki"), description="folder of certificates, see `rami certs`")
    users: Path = Field(Path("users.json"), description="who may log in, see `rami users`")
    insecure: Switch = Field(
        False, description="true: no encryption, nobody logs in; on this machine alone"
    )
    insecure_role: Literal["observer", "operator", "engineer", "admin"] = Field(
        "observer", description="role of everybody where `insecure` is true"
    )
    limits: OpcuaLimits = Field(default_factory=OpcuaLimits, description="what a client may cost")

    @model_validator(mode="after")
    def _loopback(self) -> OpcuaSettings:
        if self.insecure and not is_loopback(self.host):
            raise ValueError(
                f"`insecure: true` listens on this machine alone: wanted `host: 127.0.0.1`, "
                f"got {self.host}"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
