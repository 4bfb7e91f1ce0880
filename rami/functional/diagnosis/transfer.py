"""Relations of heat transfer: exchangers, heat pumps, cooling towers against what they can do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.heat_pump import CarnotCop, ConstantCop
from rami.asset.water import HEAT_CAPACITY
from rami.functional.diagnosis.relation import Columns, Relation, Values, log_ratio
from rami.functional.diagnosis.water import LEAST_SHARE

#: smallest difference at the cold or hot end of an exchanger that says anything, K
_PINCH_K = 0.8
_KELVIN = 273.15


@dataclass(frozen=True)
class Conductance(Relation):
    """UA of a counterflow exchanger, P / LMTD, against `conductance` (C_min / C_nominal)^n.

    Members power, hot in, hot out, cold in, cold out, hot flow, cold flow. VDI Heat Atlas, C1.
    """

    conductance: float = 1.0
    exponent: float = 0.6

    def residual(self, c: Columns) -> Values:
        """100 ln(UA / expected), %."""
        power, hot_in, hot_out, cold_in, cold_out, _, _ = (c[p] for p in self.points)
        a, b = hot_in - cold_out, hot_out - cold_in
        least = LEAST_SHARE * self.members[0].nominal
        judged = (power > least) & (a > _PINCH_K) & (b > _PINCH_K) & (self._flow(c) > LEAST_SHARE)
        a, b = np.where(judged, a, 1.0), np.where(judged, b, 1.0)
        ratio = np.where(np.abs(a / b - 1.0) < 1e-6, 1.000001, a / b)
        lmtd = b * (ratio - 1.0) / np.log(ratio)
        expected = self.conductance * np.maximum(self._flow(c), 1e-6) ** self.exponent
        return log_ratio(power / lmtd, expected, judged)

    def shape(self, c: Columns) -> tuple[tuple[Values, float], ...]:
        """The exponent is learned."""
        return ((100.0 * np.log(np.maximum(self._flow(c), 1e-3)), 0.1),)

    def _flow(self, c: Columns) -> Values:
        hot, cold = self.members[5], self.members[6]
        nominal = min(hot.nominal, cold.nominal)
        return np.minimum(c[hot.point], c[cold.point]) / nominal


@dataclass(frozen=True)
class Performance(Relation):
    """COP of a heat pump, heat / electricity, against the declared one at its temperatures.

    Members heat, electricity, condenser out, evaporator out.
    """

    cop: CarnotCop | ConstantCop | None = None

    def residual(self, c: Columns) -> Values:
        """100 ln(COP / expected), %."""
        heat, power, condenser, evaporator = (c[p] for p in self.points)
        judged = power > LEAST_SHARE * self.members[1].nominal
        return log_ratio(heat, self._expected(condenser, evaporator) * power, judged)

    def _expected(self, condenser: Values, evaporator: Values) -> Values:
        cop = self.cop
        if isinstance(cop, CarnotCop):
            hot = condenser + cop.approach_condenser + _KELVIN
            cold = evaporator - cop.approach_evaporator + _KELVIN
            return np.asarray(cop.fraction * hot / np.maximum(hot - cold, 5.0))
        return np.full(len(condenser), cop.cop if cop is not None else 1.0)


@dataclass(frozen=True)
class TowerTransfer(Relation):
    """Heat of a wet cooling tower against that of its declared approach.

    Members heat, inlet, flow, wet bulb, fan. Q = C (1 - exp(-NTU)) (T_in - T_wet), NTU = UA u / C.
    """

    conductance: float = 1.0
    floor: float = 1.0

    def residual(self, c: Columns) -> Values:
        """100 ln(Q / expected), %."""
        heat, inlet, flow, wet, fan = (c[p] for p in self.points)
        judged = (
            (heat > LEAST_SHARE * self.members[0].nominal)
            & (flow > LEAST_SHARE * self.members[2].nominal)
            & (fan > 0.05)
            & (fan < 0.999)
            & (inlet - wet > 2.0)
        )
        rate = HEAT_CAPACITY * np.where(judged, flow, 1.0)
        units = self.conductance * np.where(judged, fan, 1.0) / rate
        expected = rate * -np.expm1(-units) * (inlet - wet)
        return log_ratio(heat, expected, judged)

    def shape(self, c: Columns) -> tuple[tuple[Values, float], ...]:
        """How the transfer falls with the fan and with the flow is learned."""
        fan, flow = self.members[4], self.members[2]
        share = c[flow.point] / flow.nominal
        return (
            (100.0 * np.log(np.maximum(c[fan.point], 0.02)), 0.1),
            (100.0 * np.log(np.maximum(share, 0.02)), 0.1),
        )
