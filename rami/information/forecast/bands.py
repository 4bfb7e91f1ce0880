"""Split-conformal quantiles from what earlier forecasts of the same lead got wrong.

Residuals of rolling-origin forecasts are exchangeable only roughly: seasons change. So newer ones
weigh more (Barber, Candes, Ramdas, Tibshirani, Annals of Statistics 51 (2023) 816), and residuals
of demands are divided by the root of the demand predicted, which follows the season.
"""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.information.forecast.calendar import HOUR_NS
from rami.information.forecast.forecast import Errors

#: days of residuals that count, and the days after which one counts half
WINDOW_D = 60
HALF_LIFE_D = 21.0
#: intervals this near in lead are one group
GROUP_H = 1.0
#: days of residuals below which nothing is said
LEAST_D = 3
#: a demand is not taken for smaller than this share of the mean when residuals are scaled
_LEAST_SHARE = 0.1


def quantiles(
    point: Values, errors: Errors, levels: tuple[float, ...], step_ns: int, floor: float | None
) -> Values:
    """Quantiles around `point` (count,), shape (count, levels), ascending; NaN without errors.

    Level a of n days (by effective weight) is widened to 0.5 + (a - 0.5) (1 + 1/n), the finite
    sample correction of split conformal prediction.
    """
    known = errors.last(WINDOW_D)
    days = np.isfinite(known.residuals).any(axis=1)
    wide = np.full((len(point), len(levels)), np.nan)
    if days.sum() < LEAST_D:
        return wide
    residuals, points = known.residuals[days], known.points[days]
    age = (known.issues[-1] - known.issues[days]) / (24 * HOUR_NS)
    weights = 0.5 ** (age / HALF_LIFE_D)
    scale, now = np.ones_like(residuals), np.ones_like(point)
    if floor is not None:
        level = float(np.nanmean(np.abs(points - floor)))
        least = max(_LEAST_SHARE * level, 1e-12)
        scale = np.sqrt(np.maximum(np.nan_to_num(points) - floor, least))
        now = np.sqrt(np.maximum(point - floor, least))
    effective = weights.sum() ** 2 / (weights**2).sum()
    asked = 0.5 + (np.array(levels) - 0.5) * (1 + 1 / effective)
    half = max(int(GROUP_H * HOUR_NS // step_ns), 0)
    per = max(int(HOUR_NS // step_ns), 1)
    scaled = residuals / scale
    for first in range(0, len(point), per):
        near = slice(max(first - half, 0), first + per + half)
        offsets = _weighted(scaled[:, near], weights, np.clip(asked, 0.0, 1.0))
        part = slice(first, first + per)
        wide[part] = point[part, None] + offsets * now[part, None]
    return wide if floor is None else np.maximum(wide, floor)


def _weighted(sample: Values, weights: Values, levels: Values) -> Values:
    """Quantiles of a sample (days, some) whose days carry weights; monotone in the level."""
    good = np.isfinite(sample)
    if not good.any():
        return np.full(levels.shape, np.nan)
    values = sample[good]
    weight = np.broadcast_to(weights[:, None], sample.shape)[good]
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    share = (share - 0.5 * weight[order]) / share[-1]
    return np.asarray(np.interp(levels, share, values[order]))
