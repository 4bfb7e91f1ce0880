"""What a site file says of a plant behind an OPC UA server; loads no protocol stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.errors import Problem
from rami.core.quantity import Duration
from rami.core.written import InputFile, Switch
from rami.integration.heartbeat import HeartbeatSettings

if TYPE_CHECKING:
    from adapters.assets.opcua.backend import OpcuaBackend
    from rami.core.points import Point, PointIndex


class OpcuaSecurity(Declared):
    """Messages signed or encrypted; both sides show a certificate, the server's is pinned."""

    policy: Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"] = Field(
        "Basic256Sha256", description="algorithms"
    )
    mode: Literal["sign", "sign_encrypt"] = Field("sign_encrypt", description="of every message")
    certificate: InputFile = Field(description="of ours, DER or PEM")
    private_key: InputFile = Field(description="of our certificate, DER or PEM")
    key_password_env: str | None = Field(None, description="variable with the key's password")
    server_certificate: InputFile = Field(description="the only one accepted, DER or PEM")


class OpcuaUser(Declared):
    """Who logs in: names of environment variables, never the words themselves."""

    name_env: str = Field(description="variable with the user's name")
    password_env: str = Field(description="variable with the password")
    in_clear: Switch = Field(False, description="allow the password on messages not encrypted")


class OpcuaRetries(Declared):
    """Waits before each new connection: they double up to `longest`, each drawn by half."""

    first: Duration = Field(1.0, le=3600, description="before the first try after a loss")
    longest: Duration = Field(30.0, le=3600, description="between two tries")
    seed: int = Field(0, ge=0, description="of what is drawn")


class OpcuaHeartbeat(HeartbeatSettings):
    """A node that tells the plant's controller that ours lives."""

    node: str = Field(min_length=1, description="as in a node map; a number, or a Boolean")


class OpcuaConfiguration(Declared):
    """A plant behind an OPC UA server.

    Example: `plant: {kind: opcua, endpoint: "opc.tcp://127.0.0.1:4840", nodes: nodes/hts.csv}`.
    """

    kind: Literal["opcua"] = "opcua"
    endpoint: str = Field(pattern=r"^opc\.tcp://[^\s@]+$", description="address of the server")
    nodes: InputFile = Field(description="node map, `.csv`, `.yaml` or `.yml`")
    optional: tuple[str, ...] = Field((), description="points that need no node, by pattern")
    updates: Literal["subscription", "polling"] = Field(
        "subscription", description="how values come; what cannot be subscribed to is polled"
    )
    sampling: Duration = Field(1.0, le=3600, description="between two values of a node")
    stale_age: Duration = Field(10.0, le=86400, description="without word from the server")
    source_age: Duration | None = Field(
        None, le=86400 * 366, description="of a measured value's own time"
    )
    timeout: Duration = Field(5.0, le=600, description="of every request, and of a whole write")
    keep_alive: Duration = Field(2.0, le=600, description="between two looks at the link")
    clock_skew: Duration = Field(5.0, le=86400, description="that is still taken for right")
    writes: Switch = Field(True, description="false: nothing is ever written")
    only_changed: Switch = Field(False, description="write only what the plant does not hold yet")
    verify: Duration | None = Field(None, le=600, description="read back within this time")
    heartbeat: OpcuaHeartbeat | None = Field(None, description="that the plant expects")
    retries: OpcuaRetries = Field(default_factory=OpcuaRetries, description="after a loss")
    security: OpcuaSecurity | None = Field(None, description="none: messages in clear")
    user: OpcuaUser | None = Field(None, description="none: anonymous")

    @model_validator(mode="after")
    def _holds_together(self) -> OpcuaConfiguration:
        encrypted = self.security is not None and self.security.mode == "sign_encrypt"
        if self.user is not None and not encrypted and not self.user.in_clear:
            raise ValueError(
                "a password goes over `security: {mode: sign_encrypt}` only, unless "
                "`user.in_clear` is true"
            )
        if self.retries.longest < self.retries.first:
            raise ValueError("`retries.longest` is below `retries.first`")
        if self.verify is not None and self.verify > self.timeout:
            raise ValueError("`verify` is part of a write: wanted at most `timeout`")
        if self.heartbeat is not None and not self.writes:
            raise ValueError("a `heartbeat` is written: wanted `writes: true`, or none")
        if self.stale_age < self.sampling:
            raise ValueError("`stale_age` is below `sampling`: every value would be stale")
        return self

    def check_points(
        self, folder: Path, points: Sequence[Point]
    ) -> tuple[list[Problem], list[Problem]]:
        """What is wrong with the node map for a twin's points, and what is worth a look.

        Reads the file; connects to nothing.
        """
        from adapters.assets.opcua.plant_map import plant_map
        from rami.integration.mapped import looked_over

        return looked_over(lambda: plant_map(self, folder, points))

    def open_live(
        self,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int] = time.time_ns,
    ) -> OpcuaBackend:
        """The backend, not yet connected; `clock` gives UTC ns.

        ConfigurationError for a node map that does not fit the points.
        """
        from adapters.assets.opcua.backend import OpcuaBackend

        return OpcuaBackend(self, folder, twin, inputs, outputs, clock)
