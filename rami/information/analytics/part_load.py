"""Part load of boilers and CHP: fuel over output, and the efficiency that follows.

Willans line: fuel = idle + slope x output. The site file's parameter is the efficiency that
gives the period's fuel from its output.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.core.frame import Frame
from rami.information.analytics.learned import LearnedCurve, LearnedParameter
from rami.information.analytics.regression import robust_fit
from rami.information.analytics.steady import FEWEST, span, steady, usable

Array = NDArray[np.float64]

#: part of the rating below which a converter counts as off, and by which it may change
_ON, _STEADY = 0.03, 0.1
_LOADS = (0.2, 0.4, 0.6, 0.8, 1.0)


def boiler_curves(path: str, boiler: Boiler, frame: Frame) -> Iterator[LearnedCurve]:
    """Fuel over heat of one boiler, columns `<path>.P_th` and `<path>.P_fuel` in kW."""
    rating = float(boiler.power)
    yield from _curve(path, frame, "P_th", rating, "efficiency", float(boiler.efficiency))


def chp_curves(path: str, chp: Chp, frame: Frame) -> Iterator[LearnedCurve]:
    """Fuel over heat and over electricity of a group of engines."""
    heat, power = chp.engines * chp.power_th, chp.engines * float(chp.power_el)
    yield from _curve(path, frame, "P_th", heat, "efficiency_th", float(chp.efficiency_th))
    yield from _curve(path, frame, "P_el", power, "efficiency_el", float(chp.efficiency_el))


def _curve(
    path: str, frame: Frame, output: str, rating: float, parameter: str, declared: float
) -> Iterator[LearnedCurve]:
    names = (f"{path}.{output}", f"{path}.P_fuel")
    if any(n not in frame for n in names):
        return
    out, fuel = frame[names[0]], frame[names[1]]
    chosen = usable(frame, names) & (out > _ON * rating) & steady(out, _STEADY * rating)
    if int(chosen.sum()) < FEWEST:
        return
    x, y = out[chosen], fuel[chosen]
    through = robust_fit(x[:, None], y)
    line = robust_fit(np.column_stack([np.ones(len(x)), x]), y)
    idle, slope = (float(c) for c in line.coefficients)
    efficiency = 1.0 / float(through.coefficients[0])
    error = float(through.errors[0]) * efficiency**2
    why_not = _why_not(efficiency, error)
    low, high, _ = span(x, "kW")
    table = _table(rating, idle, slope, low, high)
    yield LearnedCurve(
        path,
        f"part load ({output})",
        f"P_fuel = {round(idle, 1) + 0.0:.1f} kW + {slope:.4f} x {output}",
        int(chosen.sum()),
        frame.grid.count,
        {output: (low, high, "kW")},
        table,
        line.scale,
        "kW",
        line.explained,
        (LearnedParameter(f"{path}.{parameter}", declared, efficiency, error, why_not),),
        _notes(x, y, through.residuals),
    )


def _table(
    rating: float, idle: float, slope: float, low: float, high: float
) -> dict[str, tuple[float, ...]]:
    loads = [s for s in _LOADS if low <= s * rating <= high] or [low / rating, high / rating]
    fuels = [idle + slope * s * rating for s in loads]
    efficiencies = [s * rating / f for s, f in zip(loads, fuels, strict=True)]
    return {"load (1)": tuple(loads), "efficiency (1)": tuple(efficiencies)}


def _why_not(efficiency: float, error: float) -> str:
    if not 0.0 < efficiency <= 1.15:
        return f"an efficiency of {efficiency:.3f} is none; check the meters"
    if error > 0.02 * efficiency:
        return f"standard error {error / efficiency:.1%} of the value, wanted at most 2 %"
    return ""


def _notes(x: Array, y: Array, residuals: Array) -> tuple[str, ...]:
    """A residual that follows the load says that one efficiency does not describe it."""
    order = np.argsort(x)
    third = max(len(order) // 3, 1)
    low, high = residuals[order[:third]], residuals[order[-third:]]
    bend = abs(float(np.median(low)) / float(np.median(y[order[:third]]))) + abs(
        float(np.median(high)) / float(np.median(y[order[-third:]]))
    )
    if bend > 0.02:
        return (f"the efficiency depends on the load; one number fits it to about {bend:.1%}",)
    return ()
