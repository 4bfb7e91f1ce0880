"""Rows of several appends as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.core.signal import Rows


def together(parts: Sequence[Rows]) -> Rows:
    """All rows, in the order of the parts; names of all of them."""
    if len(parts) == 1:
        return parts[0]
    names = parts[0].names
    if all(p.names is names for p in parts):
        places = [p.places for p in parts]
    else:
        place: dict[str, int] = {}
        for part in parts:
            for name in part.names:
                place.setdefault(name, len(place))
        names = tuple(place)
        places = [np.array([place[n] for n in p.names], np.int32)[p.places] for p in parts]
    return Rows(
        names,
        np.concatenate(places),
        np.concatenate([p.times for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.status for p in parts]),
    )
