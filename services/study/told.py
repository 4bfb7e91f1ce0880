"""What others tell, laid over what a plan would know by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.series import AIR_TEMPERATURE, WET_BULB

#: series as they are told by an instant (UTC ns) on a grid; NaN where nobody says anything
Told = Callable[[int, TimeGrid], Frame]


def laid_over(own: Frame, told: Frame) -> Frame:
    """Values that are told in place of own ones, with what was told of further series beside them.

    The wet bulb goes where the air temperature is told: it follows from it.
    """
    values, marks, issued = own.values.copy(), own.quality.copy(), own.issues().copy()
    sources = dict(own.sources)
    for name in told.names:
        if name not in own:
            continue
        j, k = own.place(name), told.place(name)
        known = np.isfinite(told.values[:, k])
        if not known.any():
            continue
        values[known, j], marks[known, j] = told.values[known, k], told.quality[known, k]
        issued[known, j] = told.issues()[known, k]
        said = told.sources.get(name, "")
        rest = f", then {own.sources.get(name, '')}" if not known.all() else ""
        sources[name] = f"{said}{rest}"
    laid = replace(own, values=values, quality=marks, sources=sources, issued_ns=issued)
    further = [n for n in told.names if n not in own]
    laid = laid.joined([told.select(further)]) if further else laid
    if AIR_TEMPERATURE in told and WET_BULB in laid:
        laid = laid.select([n for n in laid.names if n != WET_BULB])
    return laid
