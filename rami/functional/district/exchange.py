"""Exchange ADMM: prices for a balance that many share, each knowing his own cost alone.

    min sum_i f_i(x_i)   with   sum_i x_i + load = 0        in every step

Round k, with weights w_i that add up to one:

    x_i      = argmin f_i(x) + price x + penalty_i / 2 (x - target_i)^2
    residual = sum_i x_i + load
    target_i = x_i - w_i residual,    penalty_i = rho / w_i
    price    = price + rho residual

Boyd et al., Distributed optimization and statistical learning via the ADMM, Foundations and
Trends in Machine Learning 3 (2011), section 7.3.2 (exchange), with a metric of w_i: however many
share a weight, they move as one, so that rounds do not grow with their number. rho follows the
residuals (section 3.4.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rami.core.frame import Values

_RATIO, _FACTOR = 6.0, 1.6


@dataclass
class Exchange:
    """State of the prices: `load` and `price` (steps,) kW, EUR/kWh; `rho` EUR/kWh per kW."""

    load: Values
    price: Values
    rho: float
    residual: Values = field(default_factory=lambda: np.zeros(0))
    moved: float = np.inf
    before: Values | None = None

    def weigh(self, total: Values, step: int) -> None:
        """Take the sum of all x (steps,) of a round; set price and residual anew."""
        self.residual = total + self.load
        moved = total if self.before is None else total - self.before
        self.before = total
        self.moved = float(np.sqrt((moved**2).mean()))
        self.price = self.price + self.rho * self.residual
        off = float(np.sqrt((self.residual**2).mean()))
        if step < 30:
            if off > _RATIO * self.moved:
                self.rho *= _FACTOR
            elif self.moved > _RATIO * off:
                self.rho /= _FACTOR

    def error(self) -> float:
        """Root mean square of the residual over that of the load."""
        return float(np.sqrt((self.residual**2).mean() / max((self.load**2).mean(), 1e-12)))

    def unsettled(self) -> float:
        """How much the answers still move, over the load."""
        return self.moved / max(float(np.sqrt((self.load**2).mean())), 1e-9)
