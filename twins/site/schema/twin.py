"""Section `twins`: networks, components, links and backends of a twin."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rami.asset.component import Component, Declared
from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import Link
from rami.core.written import Name
from rami.functional.diagnosis.settings import DiagnosisSettings
from rami.integration.alarm_settings import AlarmSettings
from rami.integration.fidelity_settings import Fidelity
from rami.integration.live_settings import LiveSettings
from rami.integration.settings import GuardSettings
from twins.site.registry import models, plants
from twins.site.schema.union import OneOf


class LinkDeclaration(Declared):
    """Water from one port to another (`component.port`)."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from", description="port the water comes from, `component.port`")
    to: str = Field(description="port the water goes to, `component.port`")
    device: str | None = Field(None, description="component that sets the flow")

    @property
    def link(self) -> Link:
        """In the topology's terms."""
        return Link(self.from_, self.to, self.device)


class Backends(Declared):
    """What stands behind a twin's points."""

    model: Annotated[BaseModel, OneOf(models)] = Field(
        default_factory=lambda: models()["fmu"].model_validate({"kind": "fmu"}),
        description="the model that is the plant in simulation",
    )
    plant: Annotated[BaseModel, OneOf(plants)] | None = Field(
        None, description="the running plant, read and commanded"
    )


class TwinDeclaration(Declared):
    """One twin as the file has it, before wiring."""

    kind: Literal["hts", "iess", "dhs"] = Field(description="what the twin is")
    mode: Literal["simulate", "shadow", "advise", "control"] = Field(
        "simulate",
        description="what `rami serve` brings the twin to: the model is the plant (`simulate`); "
        "the plant is read and the model runs beside it (`shadow`), set-points are told too "
        "(`advise`), or written (`control`)",
    )
    template: Literal["standard", "none"] = Field(
        "standard", description="`standard` wires what `links` leaves open, `none` adds nothing"
    )
    backends: Backends = Field(default_factory=Backends, description="what stands behind it")
    guard: GuardSettings | None = Field(None, description="limits of what reaches the plant")
    fidelity: Fidelity | None = Field(None, description="how far its model may be off")
    alarms: AlarmSettings | None = Field(
        None, description="limits of what is measured, beyond which somebody is told"
    )
    diagnosis: DiagnosisSettings | None = Field(
        None, description="how its plant is watched for slow faults"
    )
    live: LiveSettings | None = Field(None, description="when a running plant is lost, and back")
    networks: dict[Name, Network] = Field(min_length=1, description="its water networks")
    components: dict[Name, Annotated[Component, OneOf(kinds)]] = Field(
        default_factory=dict, description="its components"
    )
    links: tuple[LinkDeclaration, ...] = Field((), description="wiring in place of the template's")
