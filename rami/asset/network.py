"""Networks: what carries heat, cooling, electricity or gas within a twin."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, model_validator

from rami.asset.component import Declared
from rami.asset.hierarchy import HierarchyLevel
from rami.asset.life_cycle import LifeCycle
from rami.core.quantity import Mass, Temperature

#: carriers that every twin has without declaring a network for them
CARRIERS = ("electricity", "gas")


class Network(Declared):
    """A water network with a flow and a return line.

    In a `heating` network the flow line is the hot one. In a `cooling` network the flow
    line is the cold supply and the return line brings the heat back. `water` is the
    content of both lines together.
    """

    kind: Literal["heating", "cooling"] = "heating"
    flow: Temperature
    return_: Temperature
    water: Mass
    level: HierarchyLevel = HierarchyLevel.WORK_CENTER
    life_cycle: LifeCycle = LifeCycle.INSTANCE_USAGE

    model_config = ConfigDict(
        alias_generator=lambda name: name.rstrip("_"),
        populate_by_name=True,
    )

    @model_validator(mode="after")
    def _spread(self) -> Network:
        spread = self.flow - self.return_ if self.kind == "heating" else self.return_ - self.flow
        if spread <= 0:
            hot, cold = ("flow", "return") if self.kind == "heating" else ("return", "flow")
            raise ValueError(f"in a {self.kind} network the {hot} must be hotter than the {cold}")
        return self

    @property
    def hot(self) -> float:
        """Temperature of the hot line, degC."""
        return max(self.flow, self.return_)

    @property
    def cold(self) -> float:
        """Temperature of the cold line, degC."""
        return min(self.flow, self.return_)
