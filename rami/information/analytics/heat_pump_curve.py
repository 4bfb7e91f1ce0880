"""COP of a heat pump: the share of Carnot's that its heat and electricity show (eq. 5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rami.asset.heat_pump import CarnotCop, HeatPump
from rami.core.frame import Frame
from rami.information.analytics.learned import LearnedCurve, LearnedParameter
from rami.information.analytics.regression import robust_fit
from rami.information.analytics.steady import FEWEST, span, steady, usable

_KELVIN = 273.15
_ON, _STEADY = 0.05, 0.1
_LIFTS = (30.0, 40.0, 50.0, 60.0, 70.0)


def heat_pump_curves(path: str, pump: HeatPump, frame: Frame) -> Iterator[LearnedCurve]:
    """P_th over P_el times Carnot's COP at the outlet temperatures with their approaches.

    Columns `<path>.P_th`, `.P_el` in kW, `.T_condenser_out`, `.T_evaporator_out` in degC. A pump
    declared with a constant COP is fitted as one.
    """
    names = [f"{path}.{n}" for n in ("P_th", "P_el", "T_condenser_out", "T_evaporator_out")]
    if any(n not in frame for n in names):
        return
    heat, power, warm, cold = (frame[n] for n in names)
    rating = float(pump.power_el_max)
    chosen = usable(frame, names) & (power > _ON * rating) & steady(power, _STEADY * rating)
    if int(chosen.sum()) < FEWEST:
        return
    cop = pump.cop
    lift = warm - cold
    if isinstance(cop, CarnotCop):
        hot = warm + float(cop.approach_condenser) + _KELVIN
        between = lift + float(cop.approach_condenser) + float(cop.approach_evaporator)
        ideal = hot / np.maximum(between, 5.0)
        field, declared, what = "cop.fraction", cop.fraction, "fraction x Carnot's COP x P_el"
    else:
        ideal = np.ones(frame.grid.count)
        field, declared, what = "cop.cop", cop.cop, "COP x P_el"
    fit = robust_fit((power * ideal)[chosen][:, None], heat[chosen])
    learned, error = float(fit.coefficients[0]), float(fit.errors[0])
    yield LearnedCurve(
        path,
        "COP",
        f"P_th = {learned:.4f} of {what}" if "Carnot" in what else f"P_th = {learned:.3f} P_el",
        int(chosen.sum()),
        frame.grid.count,
        {
            "P_el": span(power[chosen], "kW"),
            "lift": span(lift[chosen], "K"),
            "T_condenser_out": span(warm[chosen], "degC"),
        },
        _table(pump, learned, warm[chosen], lift[chosen]),
        fit.scale,
        "kW",
        fit.explained,
        (LearnedParameter(f"{path}.{field}", declared, learned, error, _why_not(learned, error)),),
    )


def _table(
    pump: HeatPump, learned: float, warm: np.ndarray, lift: np.ndarray
) -> dict[str, tuple[float, ...]]:
    low, high = float(lift.min()), float(lift.max())
    lifts = [x for x in _LIFTS if low <= x <= high] or [low, high]
    if isinstance(pump.cop, CarnotCop):
        typical = float(np.median(warm))
        fitted = pump.cop.model_copy(update={"fraction": learned})
        cops = [fitted.value(typical, typical - x) for x in lifts]
    else:
        cops = [learned for _ in lifts]
    return {"lift (K)": tuple(lifts), "COP (1)": tuple(cops)}


def _why_not(learned: float, error: float) -> str:
    if learned <= 0:
        return "no heat for electricity; check the meters"
    if error > 0.02 * learned:
        return f"standard error {error / learned:.1%} of the value, wanted at most 2 %"
    return ""
