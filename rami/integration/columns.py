"""Limits of all inputs as columns, and the arithmetic of a step over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Mask, Vector
from rami.core.points import PointIndex
from rami.core.timegrid import NS
from rami.integration.limits import Limit
from rami.integration.role import RANKS, ROLES

Times = NDArray[np.int64]

#: share of an input's range by which its read-back may differ from what was written
RESOLUTION = 0.005


@dataclass(frozen=True)
class Columns:
    """Limits of shape (inputs,); `allowed` of shape (roles, inputs); `at_once` is the change
    allowed in no time, `depends` holds places among the outputs, -1 for none. Times in ns.
    `free`: there are neither rates nor deadbands.
    """

    low: Vector
    high: Vector
    rate: Vector
    at_once: Vector
    safe: Vector
    deadband: Vector
    tolerance: Vector
    holds: Mask
    guarded: Mask
    allowed: Mask
    lease_ns: Times
    depends: NDArray[np.intp]
    within_ns: Times
    free: bool

    @classmethod
    def of(cls, limits: Sequence[Limit], outputs: PointIndex | None) -> Columns:
        """The limits as columns; KeyError for a measured point that `outputs` does not have."""

        def column(name: str) -> Vector:
            return np.array([getattr(one, name) for one in limits], np.float64)

        allowed = np.zeros((len(ROLES), len(limits)), np.bool_)
        for place, one in enumerate(limits):
            for role in one.roles:
                allowed[RANKS[role], place] = True
        low, high, deadband = column("low"), column("high"), column("deadband")
        with np.errstate(invalid="ignore"):
            tolerance = np.maximum(deadband, RESOLUTION * (high - low))
        return cls(
            low=low,
            high=high,
            rate=column("rate"),
            safe=column("safe"),
            deadband=deadband,
            tolerance=tolerance,
            holds=np.array([one.on_loss == "hold" for one in limits], np.bool_),
            guarded=np.asarray(allowed.any(axis=0)),
            at_once=np.where(np.isinf(column("rate")), np.inf, 0.0),
            allowed=allowed,
            lease_ns=np.array([round(one.lease * NS) for one in limits], np.int64),
            depends=_depends(limits, outputs),
            free=bool(np.isinf(column("rate")).all() and not column("deadband").any()),
            within_ns=np.array(
                [round(min(one.measured_within, 1e9) * NS) for one in limits], np.int64
            ),
        )

    def bounded(self, goal: Vector, base: Vector, seconds: float) -> tuple[Vector, Vector]:
        """The goal within the range, and the value to write: on the way there from `base`, no
        further than the rate allows in `seconds`.

        The range holds even where the input stands outside it. NaN where the rate is limited and
        the base unknown.
        """
        ranged = np.minimum(np.maximum(goal, self.low), self.high)
        reach = self.rate * seconds if seconds > 0.0 else self.at_once
        unknown = np.isnan(base) & np.isinf(reach)
        near = np.minimum(np.maximum(ranged, base - reach), base + reach)
        near = np.where(unknown, ranged, np.minimum(np.maximum(near, self.low), self.high))
        return ranged, near


def _depends(limits: Sequence[Limit], outputs: PointIndex | None) -> NDArray[np.intp]:
    found = np.full(len(limits), -1, np.intp)
    for place, one in enumerate(limits):
        if one.depends_on is not None:
            found[place] = (outputs if outputs is not None else PointIndex(()))[one.depends_on]
    return found
