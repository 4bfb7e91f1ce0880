"""What a site file says of a Python model behind a twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.asset.component import Declared

if TYPE_CHECKING:
    from adapters.assets.native.backend import NativeBackend
    from rami.asset.topology import TwinTopology
    from rami.core.points import PointIndex


class NativeConfiguration(Declared):
    """`model` names `module:callable`; it is called with the twin's topology.

    What it returns must have `inputs`, `outputs` and `step` (`rami.asset.capability`).
    Without a `model`, the twin's own equations run in Python instead of an FMU.
    Example: `model: {kind: native, model: "my_plant.station:Station"}`.
    """

    kind: Literal["native"] = "native"
    model: str | None = Field(None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")

    def open(
        self, topology: TwinTopology, inputs: PointIndex, outputs: PointIndex
    ) -> NativeBackend:
        """The model named, behind these points; ModelError when it does not fit."""
        from adapters.assets.native.backend import created, placed

        if self.model is None:
            raise ValueError("no model is named; the composition root gives the twin's own")
        return placed(created(self.model, topology), inputs, outputs)
