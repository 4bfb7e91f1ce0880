"""Industrial energy supply system: its converters are in the plan when heat costs by margin."""

from __future__ import annotations

from typing import ClassVar

from rami.asset.topology import TwinKind
from twins.supply import Supply
from twins.twin import CostBasis, PlanBoundary


class EnergySupply(Supply):
    """Blocks on marginal costs; priced ports on average costs (eq. 3) or on given ones."""

    kind: ClassVar[TwinKind] = "iess"

    def boundary(self, cost_basis: CostBasis) -> PlanBoundary:
        """Blocks or ports."""
        return PlanBoundary.BLOCKS if cost_basis == "marginal" else PlanBoundary.PORTS
