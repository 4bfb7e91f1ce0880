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
    if days.sum() < LEAST_D:
        return np.full((len(point), len(levels)), np.nan)
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
    offsets = _grouped(residuals / scale, weights, np.clip(asked, 0.0, 1.0), per, half)
    wide = point[:, None] + offsets[np.arange(len(point)) // per] * now[:, None]
    return wide if floor is None else np.maximum(wide, floor)


def _grouped(residuals: Values, weights: Values, levels: Values, per: int, half: int) -> Values:
    """Quantiles of residuals (days, count) whose days carry weights, shape (groups, levels).

    A group is `per` leads and `half` on either side; NaN for a group without residuals.
    """
    days, count = residuals.shape
    groups = -(-count // per)
    edge = np.full((days, half), np.nan)
    rest = np.full((days, groups * per - count), np.nan)
    padded = np.concatenate([edge, residuals, rest, edge], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, per + 2 * half, axis=1)[:, ::per]
    sample = windows.transpose(1, 0, 2).reshape(groups, -1)
    good = np.isfinite(sample)
    weight = np.where(good, np.repeat(weights, per + 2 * half)[None, :], 0.0)
    order = np.argsort(np.where(good, sample, np.inf), axis=1, kind="stable")
    sample = np.take_along_axis(sample, order, axis=1)
    weight = np.take_along_axis(weight, order, axis=1)
    share = np.cumsum(weight, axis=1) - 0.5 * weight
    found = np.full((groups, len(levels)), np.nan)
    for group, known in enumerate(good.sum(axis=1).tolist()):
        if known:
            total = weight[group, :known].sum()
            found[group] = np.interp(levels, share[group, :known] / total, sample[group, :known])
    return found
