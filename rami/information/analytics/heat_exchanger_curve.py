"""UA of a heat exchanger from its temperatures and flows.

Counterflow effectiveness solved for NTU (VDI Heat Atlas, C1); UA = UA0 (Cmin / Cnom)^n as in
the model, fitted in logarithms. The site file's parameter is the area reserve.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.water import HEAT_CAPACITY
from rami.core.frame import Frame
from rami.information.analytics.learned import LearnedCurve, LearnedParameter
from rami.information.analytics.regression import robust_fit
from rami.information.analytics.steady import FEWEST, span, steady, usable

Array = NDArray[np.float64]

_ON, _STEADY = 0.05, 0.1
#: effectiveness beyond which NTU says more of the sensors than of the exchanger
_CERTAIN = 0.97
#: ratio of largest to smallest flow from which the exponent can be told apart
_WIDE = 1.5
_POINTS = ("T_hot_in", "T_cold_in", "m_hot", "m_cold", "P")


def heat_exchanger_curves(
    path: str, exchanger: HeatExchanger, frame: Frame
) -> Iterator[LearnedCurve]:
    """UA over the smaller capacity rate; columns of `<path>` by point name, canonical units."""
    names = [f"{path}.{n}" for n in _POINTS]
    if any(n not in frame for n in names):
        return
    hot_in, cold_in, m_hot, m_cold, power = (frame[n] for n in names)
    rating = float(exchanger.design.power)
    c_hot, c_cold = HEAT_CAPACITY * m_hot, HEAT_CAPACITY * m_cold
    low, high = np.minimum(c_hot, c_cold), np.maximum(c_hot, c_cold)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        effectiveness = power / (low * (hot_in - cold_in))
    chosen = usable(frame, names) & (power > _ON * rating) & steady(power, _STEADY * rating)
    chosen &= (effectiveness > 0.02) & (effectiveness < _CERTAIN)
    if int(chosen.sum()) < FEWEST:
        return
    ua = conductance(effectiveness[chosen], low[chosen], high[chosen])
    nominal = HEAT_CAPACITY * min(exchanger.flow_hot, exchanger.flow_cold)
    flow = np.log(low[chosen] / nominal)
    wide = float(np.ptp(np.percentile(flow, [5, 95]))) > np.log(_WIDE)
    if wide:
        fit = robust_fit(np.column_stack([np.ones(len(flow)), flow]), np.log(ua))
        exponent = float(fit.coefficients[1])
    else:
        exponent = float(exchanger.flow_exponent)
        fit = robust_fit(np.ones((len(flow), 1)), np.log(ua) - exponent * flow)
    ua0 = float(np.exp(fit.coefficients[0]))
    error = ua0 * float(fit.errors[0])
    declared = float(exchanger.conductance)
    reserve = float(exchanger.area_reserve) * ua0 / declared
    flows = np.percentile(low[chosen] / HEAT_CAPACITY, [5, 25, 50, 75, 95])
    parameters = [
        LearnedParameter(
            f"{path}.area_reserve",
            float(exchanger.area_reserve),
            reserve,
            reserve * error / ua0,
            _why_not(reserve, error / ua0),
        )
    ]
    if wide:
        parameters.append(
            LearnedParameter(
                f"{path}.flow_exponent",
                float(exchanger.flow_exponent),
                exponent,
                float(fit.errors[1]),
                "" if 0 <= exponent <= 1 else "outside 0 to 1; check flows and temperatures",
            )
        )
    yield LearnedCurve(
        path,
        "UA",
        f"UA = {ua0:.1f} kW/K x (Cmin / {nominal:.1f} kW/K)^{exponent:.3f}",
        int(chosen.sum()),
        frame.grid.count,
        {
            "smaller flow": span(low[chosen] / HEAT_CAPACITY, "kg/s"),
            "P": span(power[chosen], "kW"),
            "effectiveness": span(effectiveness[chosen], "1"),
        },
        {
            "smaller flow (kg/s)": tuple(float(f) for f in flows),
            "UA (kW/K)": tuple(
                float(ua0 * (HEAT_CAPACITY * f / nominal) ** exponent) for f in flows
            ),
        },
        fit.scale,
        "1 (of UA)",
        fit.explained,
        tuple(parameters),
        () if wide else ("flows too alike to learn the exponent; the declared one is kept",),
    )


def conductance(effectiveness: Array, low: Array, high: Array) -> Array:
    """UA in kW/K from effectiveness and the smaller and larger capacity rate in kW/K."""
    ratio = low / high
    apart = 1.0 - ratio
    alike = apart < 1e-6
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ntu = np.log((1 - effectiveness * ratio) / (1 - effectiveness)) / np.where(alike, 1, apart)
    return np.where(alike, effectiveness / (1 - effectiveness), ntu) * low


def _why_not(reserve: float, error: float) -> str:
    if reserve < 1.0:
        return "the exchanger falls short of its design point (fouled?); clean it or declare less"
    if reserve > 3.0:
        return f"an area reserve of {reserve:.2f} is above 3; check the design point"
    if error > 0.05:
        return f"standard error {error:.1%} of the value, wanted at most 5 %"
    return ""
