"""District heating system: another owner's, so the plan sees its ports and the tariff."""

from __future__ import annotations

from typing import ClassVar

from rami.asset.topology import TwinKind
from twins.supply import Supply
from twins.twin import CostBasis, PlanBoundary


class DistrictHeating(Supply):
    """Ports with prices and limits, whatever the cost basis."""

    kind: ClassVar[TwinKind] = "dhs"

    def boundary(self, cost_basis: CostBasis) -> PlanBoundary:
        """Ports."""
        return PlanBoundary.PORTS
