"""Peak charge: the highest 15-min mean of the grid import, billed per year."""

from __future__ import annotations

import numpy as np

from rami.core.timegrid import TimeGrid
from rami.information.prices import Array

WINDOW_S = 900.0
YEAR_S = 8760 * 3600.0


def window_means(import_kwh: Array, grid: TimeGrid) -> Array:
    """Mean import in kW per 15-min window; per step where steps are longer."""
    per = max(round(WINDOW_S / grid.step_s), 1)
    whole = grid.count // per * per
    means = import_kwh[:whole].reshape(-1, per).sum(axis=1) / (per * grid.step_h)
    rest = import_kwh[whole:]
    if rest.size:
        means = np.append(means, rest.sum() / (rest.size * grid.step_h))
    return np.asarray(means)


def peak_import(import_kwh: Array, grid: TimeGrid) -> float:
    """Highest window mean in kW, 0 without any import."""
    return float(window_means(import_kwh, grid).max(initial=0.0))


def peak_so_far(import_kwh: Array, grid: TimeGrid) -> Array:
    """Highest mean import per step in kW of the steps before each step, shape (T,); first 0."""
    so_far = np.maximum.accumulate(import_kwh / grid.step_h)
    return np.concatenate([[0.0], so_far[:-1]]) if grid.count else so_far


def peak_charge(peak_kw: float, price: float, grid: TimeGrid) -> float:
    """EUR for the grid's span, pro rata of a year of 8760 h; `price` in EUR/kW/a."""
    return peak_kw * price * grid.duration_s / YEAR_S
