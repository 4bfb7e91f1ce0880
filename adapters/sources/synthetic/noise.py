"""Autocorrelated noise that is generated year by year and has no seam at New Year."""

from __future__ import annotations

from itertools import accumulate
from math import exp, sqrt

import numpy as np

from rami.core.frame import Values


def _generator(seed: int, year: int, stream: str) -> np.random.Generator:
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, year, *stream.encode()]))
    )


def autocorrelated(
    seed: int, year: int, stream: str, count: int, step_h: float, time_constant_h: float
) -> Values:
    """First-order noise of unit variance, shape (count + 1,): the last value is next year's first.

    Each year starts from a draw of its own; the end of a year is bent towards the start of
    the next over about one time constant.
    """
    keep = exp(-step_h / time_constant_h)
    draws = _generator(seed, year, stream).standard_normal(count + 1)
    draws[1:] *= sqrt(1 - keep * keep)
    path = np.fromiter(
        accumulate(draws.tolist(), lambda level, push: keep * level + push), float, count + 1
    )
    target = _generator(seed, year + 1, stream).standard_normal()
    before_end = np.arange(count, -1, -1)
    return np.asarray(path + (target - path[-1]) * keep**before_end)
