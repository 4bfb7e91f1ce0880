"""Largest permissible errors of heat meters, EN 1434-1 (section 9): relative, of new meters."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values

#: smallest temperature difference that meters are built for, K
DIFFERENCE_MIN = 3.0
#: class -> (base, slope of q_p/q, most) of the flow sensor, per cent
_FLOW = {1: (1.0, 0.01, 3.5), 2: (2.0, 0.02, 5.0), 3: (3.0, 0.05, 5.0)}


def flow_error(accuracy_class: int, flow: Values, nominal: float) -> Values:
    """E_f = a + b q_p / q, at most c; relative, shape of `flow` (unit of `nominal`)."""
    base, slope, most = _FLOW[accuracy_class]
    at_least = np.maximum(np.abs(flow), 1e-3 * nominal)
    return np.asarray(np.minimum(base + slope * nominal / at_least, most) / 100.0)


def meter_error(accuracy_class: int, flow: Values, nominal: float, difference: Values) -> Values:
    """Arithmetic sum of flow sensor, sensor pair (0.5 + 3 d_min/d) and calculator (0.5 + d_min/d).

    `difference` in K, counted as `DIFFERENCE_MIN` where it is smaller.
    """
    ratio = DIFFERENCE_MIN / np.maximum(np.abs(difference), DIFFERENCE_MIN)
    return np.asarray(flow_error(accuracy_class, flow, nominal) + (1.0 + 4.0 * ratio) / 100.0)
