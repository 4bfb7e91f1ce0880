"""Relations of machines: flow and power at a position, outlay and yield."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from rami.functional.diagnosis.relation import Columns, Relation, Values, log_ratio
from rami.functional.diagnosis.water import LEAST_SHARE


@dataclass(frozen=True)
class OutputAtPosition(Relation):
    """Flow of a pump or valve, heat of a boiler, against its position; members output, position,
    and for a boiler the water's flow and outlet temperature.

    No output at an open position, and some at a closed one, count as 1 % and 3 % of full.
    `least` is the share of full from which on it follows its position; without water, and within
    6 K of `outlet_max` or beyond, a boiler does not.
    """

    least: float = LEAST_SHARE
    outlet_max: float = inf

    def residual(self, c: Columns) -> Values:
        """100 ln(output / (full output x position)), %."""
        output, position, *water = (c[p] for p in self.points)
        share = output / self.members[0].nominal
        judged = np.maximum(share, position) > self.least
        if water:
            flow, outlet = water
            judged &= flow > LEAST_SHARE * self.members[2].nominal
            judged &= outlet < self.outlet_max - 6.0
        return log_ratio(np.maximum(share, 0.01), np.maximum(position, 0.03), judged)

    def shape(self, c: Columns) -> tuple[tuple[Values, float], ...]:
        """A characteristic between linear and equal percentage is learned."""
        position = np.clip(c[self.members[1].point], 0.03, 1.0)
        return ((100.0 * np.log(position), 0.3), (100.0 * (position - 0.5), 0.5))


@dataclass(frozen=True)
class PowerAtFlow(Relation):
    """Electricity of a pump against the cube of its position; members power, position.

    Below a fifth of its power a meter's last digit is too coarse.
    """

    def residual(self, c: Columns) -> Values:
        """100 ln(P / (P_max u^3)), %."""
        power, position = (c[p] for p in self.points)
        judged = (position > 0.2) & (power > 0.2 * self.members[0].nominal)
        return log_ratio(power, self.members[0].nominal * position**3, judged)

    def shape(self, c: Columns) -> tuple[tuple[Values, float], ...]:
        """The exponent is learned."""
        position = np.clip(c[self.members[1].point], 0.03, 1.0)
        return ((100.0 * np.log(position), 0.5), (100.0 * (position - 0.5), 0.5))


@dataclass(frozen=True)
class Yield(Relation):
    """What comes out against what goes in; members out, in, and for an engine's heat the outlet
    temperature: within 6 K of `outlet_max` some of it is let go."""

    share: float = 1.0
    outlet_max: float = inf

    def residual(self, c: Columns) -> Values:
        """100 ln(out / (share in)), %."""
        out, into, *outlet = (c[p] for p in self.points)
        judged = into > LEAST_SHARE * self.members[1].nominal
        if outlet:
            judged &= outlet[0] < self.outlet_max - 6.0
        return log_ratio(out, self.share * into, judged)


@dataclass(frozen=True)
class Sum(Relation):
    """A heat pump's energy: heat = electricity + cold; members in this order."""

    def residual(self, c: Columns) -> Values:
        """100 ln(heat / (electricity + cold)), %."""
        heat, power, cold = (c[p] for p in self.points)
        judged = power > LEAST_SHARE * self.members[1].nominal
        return log_ratio(heat, power + cold, judged & np.isfinite(cold))
