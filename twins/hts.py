"""Heat transfer station: it is planned in full and follows the plan by loops of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rami.asset.topology import TwinKind
from twins.twin import CostBasis, PlanBoundary, Twin

if TYPE_CHECKING:
    from rami.functional.technical import StationController, Tuning


class HeatTransferStation(Twin):
    """All its components are blocks of the plan, whatever the cost basis."""

    kind: ClassVar[TwinKind] = "hts"

    def boundary(self, cost_basis: CostBasis) -> PlanBoundary:
        """Blocks."""
        return PlanBoundary.BLOCKS

    def controller(self, tuning: Tuning) -> StationController:
        """The loops that follow a schedule, with the parameters of a step test; ControlError."""
        from rami.functional.technical import StationController

        return StationController(self.topology, tuning, self.period_s)
