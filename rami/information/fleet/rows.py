"""Rows of many meters in one table, and what of a meter's register counts."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Qualities
from rami.core.signal import Rows, Times
from rami.core.timegrid import NS

Meters = NDArray[np.int64]
Mask = NDArray[np.bool_]

_HOUR_NS = 3600 * NS


@dataclass(frozen=True)
class FleetRows:
    """Readings of `count` meters: `meters` (0 to count - 1) never falls, `times` (UTC ns) rises
    within a meter, `values` in canonical units."""

    count: int
    meters: Meters
    times: Times
    values: Values
    status: Qualities

    @classmethod
    def of(cls, rows: Rows) -> FleetRows:
        """Rows by place, then time, as a store gives them."""
        return cls(
            len(rows.names), rows.places.astype(np.int64), rows.times, rows.values, rows.status
        )


@dataclass(frozen=True)
class FleetRules:
    """How registers of a fleet are judged.

    `stuck_ns`: a reading that is repeated so long does not count; `longest_ns`: a gap over which
    the growth is shared out by a straight line; `period_ns`: usual distance of readings;
    `tolerance`, `rate_max`, `unusual` as in `quality.register.Register`.
    """

    stuck_ns: int = 24 * _HOUR_NS
    longest_ns: int = 7 * 24 * _HOUR_NS
    period_ns: int = _HOUR_NS
    tolerance: float = 0.0
    rate_max: float = inf
    unusual: float = 10.0
