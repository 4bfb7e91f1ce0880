"""What a site file says of an FMU behind a twin; loads no FMI library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.written import InputFile

if TYPE_CHECKING:
    from adapters.assets.fmu.backend import FmuBackend
    from rami.core.points import PointIndex


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

    def open(
        self, path: Path, inputs: PointIndex, outputs: PointIndex, name: str = "twin"
    ) -> FmuBackend:
        """The loaded, initialised FMU at `path`; ModelError when it does not fit."""
        from adapters.assets.fmu.backend import FmuBackend

        return FmuBackend.load(path, inputs, outputs, self.variables, name=name)
