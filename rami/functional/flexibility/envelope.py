"""A power that may be moved within limits, with energy to be kept: the exact answer to a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.core.frame import Values

#: curvature (EUR/kWh per kW) where none is asked for: of equal prices none is preferred
_FLAT = 1e-6


@dataclass(frozen=True)
class Envelope:
    """Expected power (kW) with the least and most that it can be made, by step.

    `windows` are (first step, end, least kWh, most kWh) that do not overlap.
    """

    power: Values
    least: Values
    most: Values
    step_s: float
    windows: tuple[tuple[int, int, float, float], ...] = ()

    def answer(self, price: Values, penalty: float, target: Values) -> Values:
        """The change (kW) with the least price · change + penalty / 2 · (change - target)^2."""
        low, high = self.least - self.power, self.most - self.power
        curve = max(penalty, _FLAT)
        wish = target * (penalty / curve) - price / curve
        change = np.clip(wish, low, high)
        for first, end, fewest, most in self.windows:
            part = slice(first, end)
            own = self.power[part].sum()
            change[part] = _kept(
                wish[part], low[part], high[part],
                fewest * 3600 / self.step_s - own, most * 3600 / self.step_s - own,
            )  # fmt: skip
        return change


def _kept(wish: Values, low: Values, high: Values, least: float, most: float) -> Values:
    """What is nearest to a wish within limits, its sum between two others."""
    change = np.clip(wish, low, high)
    wanted = min(max(float(change.sum()), least), most)
    if abs(float(change.sum()) - wanted) < 1e-12:
        return change
    wanted = min(max(wanted, float(low.sum())), float(high.sum()))
    down, up = float((low - wish).min()), float((high - wish).max())
    for _ in range(200):
        middle = (down + up) / 2
        if float(np.clip(wish + middle, low, high).sum()) < wanted:
            down = middle
        else:
            up = middle
    return np.asarray(np.clip(wish + up, low, high))
