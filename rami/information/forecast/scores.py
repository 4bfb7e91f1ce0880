"""How good forecasts were: error, bands, and the same per lead time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rami.core.frame import Values

#: the band whose coverage is told
BAND = (0.1, 0.9)


@dataclass(frozen=True)
class Scores:
    """`nmae` and `nrmse` are shares of the mean of |measured|, `bias` of it too (forecast high: +).

    `pinball` is the mean loss over all levels, in the unit of the series; `coverage` the share of
    values inside the 80 % band, `width` its mean width as a share of the mean. NaN where
    nothing could be compared.
    """

    count: int
    nmae: float
    nrmse: float
    bias: float
    mae: float
    pinball: float
    coverage: float
    width: float


def scores(
    measured: Values, values: Values, levels: tuple[float, ...], quantiles: Values
) -> Scores:
    """Of values (n,) and quantiles (n, levels); pairs without a measured value do not count."""
    good = np.isfinite(measured) & np.isfinite(values)
    y, error, bands = measured[good], (values - measured)[good], quantiles[good]
    if not len(y):
        nan = float("nan")
        return Scores(0, nan, nan, nan, nan, nan, nan, nan)
    mean = float(np.abs(y).mean()) or float("nan")
    known = np.isfinite(bands).all(axis=1)
    pinball = coverage = width = float("nan")
    if known.any():
        y, bands = y[known], bands[known]
        miss = y[:, None] - bands
        level = np.array(levels)
        pinball = float(np.maximum(level * miss, (level - 1) * miss).mean())
        if set(BAND) <= set(levels):
            low, high = (bands[:, levels.index(a)] for a in BAND)
            tiny = 1e-9 * mean if mean == mean else 0.0
            coverage = float(((y >= low - tiny) & (y <= high + tiny)).mean())
            width = float((high - low).mean()) / mean
    mae = float(np.abs(error).mean())
    return Scores(
        int(good.sum()),
        mae / mean,
        float(np.sqrt((error**2).mean())) / mean,
        float(error.mean()) / mean,
        mae,
        pinball,
        coverage,
        width,
    )


def as_json(found: Scores) -> Mapping[str, float | int | None]:
    """Figures by name; null for what does not exist."""
    return {name: None if figure != figure else figure for name, figure in vars(found).items()}
