"""What a site file says of an FMU behind a twin; loads no FMI library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.core.written import InputFile

if TYPE_CHECKING:
    from adapters.assets.fmu.backend import FmuBackend
    from adapters.assets.fmu.worker.backend import WorkerFmu
    from adapters.assets.fmu.worker.trouble import OnTrouble
    from rami.core.points import PointIndex

_SIZE = r"^[1-9][0-9]{0,5} ?(MB|GB)$"
_BYTES = {"MB": 1 << 20, "GB": 1 << 30}


class FmuVariable(Declared):
    """How a point is called in the FMU, and its unit there where the FMU declares none."""

    name: str | None = None
    unit: str | None = None


class FmuConfiguration(Declared):
    """Without a `path` the FMU is generated from the twin's own components.

    `variables` maps points to the names and units of an FMU from elsewhere; what is not
    mentioned has the point's own name and unit. Example:
    `model: {kind: fmu, path: plant.fmu, variables: {hp.P_el: {name: comp.P, unit: W}}}`.
    """

    kind: Literal["fmu"] = "fmu"
    path: InputFile | None = None
    variables: Mapping[str, FmuVariable] = Field(default_factory=dict)
    process: Literal["own", "shared"] | None = Field(
        None, description="where it runs; none: its own process with a `path`, else ours"
    )
    step_timeout: Duration = Field(10.0, le=86400, description="of a step in its own process")
    load_timeout: Duration = Field(60.0, le=86400, description="of its start there")
    memory: str = Field("4 GB", pattern=_SIZE, description="that it may take there, MB or GB")
    restarts: int = Field(3, ge=0, le=1000, description="of its process before the run ends")
    within: Duration = Field(3600.0, description="time over which restarts are counted")

    def open(
        self,
        path: Path,
        inputs: PointIndex,
        outputs: PointIndex,
        name: str = "twin",
        on_trouble: OnTrouble | None = None,
    ) -> FmuBackend | WorkerFmu:
        """The loaded, initialised FMU at `path`; ModelError when it does not fit.

        `on_trouble` is told of restarts of its own process; else they are logged as warnings.
        """
        own = self.path is not None if self.process is None else self.process == "own"
        if not own:
            from adapters.assets.fmu.backend import FmuBackend

            return FmuBackend.load(path, inputs, outputs, self.variables, name=name)
        from adapters.assets.fmu.worker.backend import WorkerFmu
        from adapters.assets.fmu.worker.trouble import Limits, log

        memory = int(self.memory[:-2]) * _BYTES[self.memory[-2:]]
        limits = Limits(self.step_timeout, self.load_timeout, memory, self.restarts, self.within)
        return WorkerFmu.load(
            path,
            inputs,
            outputs,
            self.variables,
            name=name,
            limits=limits,
            on_trouble=on_trouble or log,
        )
