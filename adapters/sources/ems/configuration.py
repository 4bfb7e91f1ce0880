"""What a site file says of an energy management system or an operator; loads no library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.packages import Package
from rami.core.quantity import Duration
from rami.core.written import InputFile, Switch
from rami.information.series import Series
from rami.information.source import DataSource, SourceConfiguration

#: no user and password: those come from the environment
_ADDRESS = r"^https?://[^\s@]+$"
_HERE = ("http://127.0.0.1", "http://localhost", "http://[::1]")


class EmsFilesConfiguration(SourceConfiguration):
    """Files that the other side drops into a folder; balances lie in another until taken.

    Example: `source: {kind: ems_files, folder: from_ems, outbox: to_ems}`.
    """

    kind: Literal["ems_files"] = "ems_files"
    folder: Path = Field(description="of `.json` and `.csv` files; must be there when it is read")
    outbox: Path | None = Field(None, description="folder for balances; none: none are sent")
    outbox_most: int = Field(1000, ge=1, description="messages that may wait there")

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The folder's series; relative paths start at `folder`."""
        from adapters.sources.ems.folder import Folder, ReceivingFolder
        from adapters.sources.ems.outbox import Outbox
        from adapters.sources.ems.source import EmsSource

        inbox = Folder(folder / self.folder)
        if self.outbox is None:
            return EmsSource(inbox, series)
        return ReceivingFolder(inbox, series, Outbox(folder / self.outbox, self.outbox_most))


class EmsHttpConfiguration(SourceConfiguration):
    """Values by GET, balances by POST, both in JSON.

    Example: `source: {kind: ems_http, url: "https://ems.example/values", token_env: EMS_TOKEN}`.
    """

    packages: ClassVar[tuple[Package, ...]] = (Package("httpx", "http"),)

    kind: Literal["ems_http"] = "ems_http"
    url: str = Field(pattern=_ADDRESS, description="asked for values")
    receive_url: str | None = Field(None, pattern=_ADDRESS, description="takes balances")
    token_env: str | None = Field(None, description="environment variable with a bearer token")
    timeout: Duration = Field(10.0, le=600, description="of connecting, and of each wait for data")
    retries: int = Field(2, ge=0, le=20, description="further tries when it does not answer")
    pause: Duration = Field(0.5, le=60, description="before the second try; doubles each time")
    ca: InputFile | None = Field(None, description="certificates to trust, PEM; none: the system's")
    certificate: InputFile | None = Field(None, description="of ours, PEM")
    private_key: InputFile | None = Field(None, description="of our certificate, PEM")
    outbox: Path | None = Field(None, description="folder where balances wait; with `receive_url`")
    outbox_most: int = Field(1000, ge=1, description="messages that may wait there")

    @model_validator(mode="after")
    def _both(self) -> EmsHttpConfiguration:
        if (self.receive_url is None) != (self.outbox is None):
            raise ValueError("`receive_url` and `outbox` go together")
        for url in (self.url, self.receive_url or ""):
            if self.token_env and url.startswith("http:") and not url.startswith(_HERE):
                raise ValueError(f"a token must not go over {url}: use https")
        return self

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The series; asks nothing yet. ConfigurationError when token or httpx is missing."""
        from adapters.sources.ems.http import Http
        from adapters.sources.ems.outbox import Outbox
        from adapters.sources.ems.source import EmsSource, ReceivingEms

        http = Http(self, folder)
        if self.outbox is None:
            return EmsSource(http, series)
        return ReceivingEms(http, series, Outbox(folder / self.outbox, self.outbox_most))


class OpcuaNode(Declared):
    """Where a series stands on the server.

    A scalar is a measurement at its source time; with `history` the server's history before
    it is read too. An array holds one value per step: `times` is a node with as many DateTimes, or
    `start` a node with one and `step` the length of each. `issued` is a node with a DateTime,
    else the array's source time.
    """

    node: str = Field(description="node id, e.g. `ns=2;s=Cost.HNHT`")
    unit: str = Field(description="of its values; must measure the series' quantity")
    history: Switch = Field(False, description="read the server's history too")
    times: str | None = Field(None, description="node id of an array of DateTimes")
    start: str | None = Field(None, description="node id of the first value's DateTime")
    step: Duration | None = Field(None, le=3.2e7, description="of an array")
    issued: str | None = Field(None, description="node id of the issue's DateTime")

    @model_validator(mode="after")
    def _whole(self) -> OpcuaNode:
        if (self.start is not None) and self.step is None:
            raise ValueError("`start` needs `step`")
        if self.times is not None and self.start is not None:
            raise ValueError("wanted `times` or `start`, not both")
        return self


class OpcuaWrite(Declared):
    """A node that takes a balance: a scalar gets the newest value, an array all of a message."""

    node: str = Field(description="node id")
    unit: str = Field(description="that the other side wants it in")


class EmsOpcuaConfiguration(SourceConfiguration):
    """Values and balances on an OPC UA server, by node map.

    Example: `source: {kind: ems_opcua, url: "opc.tcp://ems:4840", nodes: {cost.iess.hnht:
    {node: "ns=2;s=Cost.HNHT", unit: EUR/MWh}}}`.
    """

    kind: Literal["ems_opcua"] = "ems_opcua"
    url: str = Field(pattern=r"^opc\.tcp://[^\s@]+$", description="of the server")
    nodes: dict[str, OpcuaNode] = Field(min_length=1, description="series: its node")
    writes: dict[str, OpcuaWrite] = Field(
        default_factory=dict, description="balance: the node that takes it"
    )
    message_node: str | None = Field(
        None, description="node id of a String that gets a message's key when all is written"
    )
    timeout: Duration = Field(10.0, le=600, description="of every request")
    security: Literal["none", "sign", "sign_encrypt"] = Field(
        "none", description="of messages; Basic256Sha256 unless none"
    )
    certificate: InputFile | None = Field(None, description="of ours, DER or PEM")
    private_key: InputFile | None = Field(None, description="of our certificate")
    server_certificate: InputFile | None = Field(None, description="the only one accepted")
    user: str | None = Field(None, description="name to log in with")
    password_env: str | None = Field(None, description="environment variable with the password")
    outbox: Path | None = Field(None, description="folder where balances wait; with `writes`")
    outbox_most: int = Field(1000, ge=1, description="messages that may wait there")

    @model_validator(mode="after")
    def _together(self) -> EmsOpcuaConfiguration:
        if bool(self.writes) != (self.outbox is not None):
            raise ValueError("`writes` and `outbox` go together")
        secured = self.security != "none"
        keys = (self.certificate, self.private_key, self.server_certificate)
        if any((key is not None) != secured for key in keys):
            raise ValueError(
                "`security`, `certificate`, `private_key` and `server_certificate` go together"
            )
        if (self.user is None) != (self.password_env is None):
            raise ValueError("`user` and `password_env` go together")
        if self.user is not None and not secured:
            raise ValueError("a password needs `security: sign` or `sign_encrypt`")
        return self

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The series; asks nothing yet. ConfigurationError when the password is missing."""
        from adapters.sources.ems.opcua import Opcua
        from adapters.sources.ems.outbox import Outbox
        from adapters.sources.ems.source import EmsSource, ReceivingEms

        server = Opcua(self, folder)
        if self.outbox is None:
            return EmsSource(server, series)
        return ReceivingEms(server, series, Outbox(folder / self.outbox, self.outbox_most))
