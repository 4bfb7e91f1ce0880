"""Prominence of narrow peaks: morphological top-hat, the workings of the spike check.

Opening by a flat element of w + 1 samples removes peaks of at most w samples and nothing else
(Serra 1982); what it removes is their prominence over the higher of their two flanks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values


def lowest(values: Values, length: int) -> Values:
    """Minimum over each `length` neighbouring values, shape (n - length + 1,)."""
    span, low = 1, values
    while span < length:
        step = min(span, length - span)
        low = np.minimum(low[:-step], low[step:])
        span += step
    return low


def opened(values: Values, width: int, breaks: NDArray[np.intp]) -> Values:
    """Values without peaks of at most `width` samples.

    At both ends and before each place in `breaks` (ascending) the series counts as cut: what
    lies beyond is unknown, so that a value there stands out only if it does on its known side
    and has another side.
    """
    count = len(values)
    cuts = np.repeat(np.concatenate([[0], breaks, [count]]), width)
    padded = np.insert(values, cuts, np.inf)
    eroded = lowest(padded, width + 1)
    back = -lowest(-eroded, width + 1)
    own = np.arange(count) + width * np.searchsorted(breaks, np.arange(count), "right")
    return back[own] if len(breaks) else back[:count]


def prominence(values: Values, width: int, breaks: NDArray[np.intp]) -> tuple[Values, Values]:
    """How far each value stands out upwards and downwards, both >= 0, shape (n,)."""
    return values - opened(values, width, breaks), -opened(-values, width, breaks) - values
