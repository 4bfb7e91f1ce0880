"""Merit order of running converters: minimum loads first, then the cheapest."""

from __future__ import annotations

from collections.abc import Sequence


def allocate(
    required: float, low: Sequence[float], high: Sequence[float], order: Sequence[int]
) -> list[float]:
    """Heat per converter (kW) that covers `required` between the limits.

    Every running converter gives its minimum; what is missing comes from `order`'s first on.
    """
    heat = list(low)
    missing = required - sum(heat)
    for i in order:
        if missing <= 0.0:
            break
        more = min(missing, high[i] - heat[i])
        if more > 0.0:
            heat[i] += more
            missing -= more
    return heat
