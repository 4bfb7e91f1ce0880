"""Relations of water: heat that it carries, one flow or one temperature measured twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.water import HEAT_CAPACITY
from rami.functional.diagnosis.relation import Columns, Relation, Values, log_ratio

#: share of the nominal below which nothing is judged; smallest difference, K
LEAST_SHARE, LEAST_K = 0.08, 2.5


@dataclass(frozen=True)
class HeatCarried(Relation):
    """Power against c m (T_warm - T_cold); members power, flow, warm, cold."""

    def residual(self, c: Columns) -> Values:
        """100 ln(P / (c m dT)), %."""
        power, flow, warm, cold = (c[p] for p in self.points)
        difference = warm - cold
        judged = (
            (power > LEAST_SHARE * self.members[0].nominal)
            & (flow > LEAST_SHARE * self.members[1].nominal)
            & (difference > LEAST_K)
        )
        return log_ratio(power, HEAT_CAPACITY * flow * difference, judged)


@dataclass(frozen=True)
class SameFlow(Relation):
    """One flow measured twice."""

    def residual(self, c: Columns) -> Values:
        """100 ln(first / second), %."""
        first, second = (c[p] for p in self.points)
        judged = first + second > 2.0 * LEAST_SHARE * self.members[0].nominal
        return log_ratio(first, second, judged)


@dataclass(frozen=True)
class SameWater(Relation):
    """One water's temperature measured twice; members first, second, flow of the water.

    What stands is not judged: it cools where it is.
    """

    unit: str = "K"
    floor: float = 0.05

    def residual(self, c: Columns) -> Values:
        """First less second, K."""
        first, second, flow = (c[p] for p in self.points)
        judged = flow > LEAST_SHARE * self.members[2].nominal
        return np.where(judged, first - second, np.nan)
