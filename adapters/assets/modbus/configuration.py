"""What a site file says of a plant behind Modbus TCP; loads no protocol stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.errors import Problem
from rami.core.packages import Package
from rami.core.quantity import Duration
from rami.core.written import InputFile, Switch
from rami.integration.heartbeat import HeartbeatSettings

if TYPE_CHECKING:
    from adapters.assets.modbus.backend import ModbusBackend
    from rami.core.points import Point, PointIndex


class ModbusRetries(Declared):
    """Waits before each new connection; they double up to `longest`."""

    first: Duration = Field(1.0, gt=0, le=3600, description="before the first try after a loss")
    longest: Duration = Field(30.0, gt=0, le=3600, description="between two tries")

    @model_validator(mode="after")
    def _grows(self) -> ModbusRetries:
        if self.longest < self.first:
            raise ValueError("`longest` is below `first`")
        return self


class ModbusHeartbeat(HeartbeatSettings):
    """A register or coil that tells the plant's controller that ours lives."""

    device: int | None = Field(None, ge=0, le=255, description="unit id; none: that of the plant")
    table: Literal["holding", "coil"] = Field("holding", description="where it is")
    address: int = Field(ge=0, le=65534, description="counted from 0")
    type: Literal["uint16", "int16", "uint32", "int32"] = Field(
        "uint16", description="of a register"
    )

    @model_validator(mode="after")
    def _fits(self) -> ModbusHeartbeat:
        if self.table == "coil" and self.kind != "toggle":
            raise ValueError("a coil holds 0 or 1: wanted `kind: toggle`")
        if self.kind == "time" and self.type in ("uint16", "int16"):
            raise ValueError("a time needs 32 bits: wanted `type: uint32`")
        return self


class ModbusConfiguration(Declared):
    """A plant behind Modbus TCP, or several devices behind one gateway.

    Example: `plant: {kind: modbus, host: 192.0.2.7, registers: maps/iess.csv}`.
    """

    packages: ClassVar[tuple[Package, ...]] = (Package("pymodbus", "modbus"),)

    kind: Literal["modbus"] = "modbus"
    host: str = Field(min_length=1, description="name or address of the device or gateway")
    port: int = Field(502, ge=1, le=65535, description="TCP port")
    device: int = Field(1, ge=0, le=255, description="unit id where the map names none")
    registers: InputFile = Field(description="register map, `.csv`, `.yaml` or `.yml`")
    optional: tuple[str, ...] = Field((), description="points that need no register, by pattern")
    words: Literal["big", "little"] = Field(
        "big", description="which word of a longer value comes first: the high or the low one"
    )
    bytes: Literal["big", "little"] = Field("big", description="order of bytes within a register")
    period: Duration = Field(1.0, gt=0, le=3600, description="between two readings of everything")
    timeout: Duration = Field(3.0, gt=0, le=600, description="of a request, and of a whole write")
    stale_age: Duration = Field(10.0, gt=0, le=86400, description="without an answer")
    longest: int = Field(125, ge=1, le=125, description="registers in one reading")
    bridge: int = Field(16, ge=0, le=124, description="unused registers read along between two")
    verify: Switch = Field(True, description="read every written register back and compare")
    writes: Literal["multiple", "single", "none"] = Field(
        "multiple",
        description="`single`: one register at a time (function 6); `none`: nothing is written",
    )
    heartbeat: ModbusHeartbeat | None = Field(None, description="that the plant expects")
    retries: ModbusRetries = Field(default_factory=ModbusRetries, description="after a loss")

    @model_validator(mode="after")
    def _holds_together(self) -> ModbusConfiguration:
        if self.heartbeat is not None and self.writes == "none":
            raise ValueError("a `heartbeat` is written: wanted other `writes`, or none")
        if self.stale_age < self.period:
            raise ValueError("`stale_age` is below `period`: every value would be stale")
        return self

    def check_points(
        self, folder: Path, points: Sequence[Point]
    ) -> tuple[list[Problem], list[Problem]]:
        """What is wrong with the register map for a twin's points, and what is worth a look.

        Reads the file; connects to nothing.
        """
        from adapters.assets.modbus.register_map import read_map
        from rami.integration.mapped import looked_over

        return looked_over(lambda: read_map(self, folder, points))

    def open_live(
        self,
        folder: Path,
        twin: str,
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int] = time.time_ns,
    ) -> ModbusBackend:
        """The backend, not yet connected; `clock` gives UTC ns.

        ConfigurationError for a map that does not fit the points, or without pymodbus.
        """
        from adapters.assets.modbus.backend import ModbusBackend

        return ModbusBackend(self, folder, twin, inputs, outputs, clock)
