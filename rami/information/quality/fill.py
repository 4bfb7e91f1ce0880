"""Filling gaps by a declared method, up to a declared length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rami.core.frame import Values
from rami.information.quality.column import Column

Method = Literal["none", "hold", "linear", "similar_days", "model"]


@dataclass(frozen=True)
class Filling:
    """How rows that are not known get a value.

    `limit_ns`: longer gaps stay bad (a gap lasts from the end of the last known period to the
    next known row). `days`: how far similar days are looked for, both ways. `offset_ns`: clock
    time of days and weekdays ahead of UTC. `edge`: known rows on each side that set the level.
    `cumulative`: fill the differences, so that the growth over the gap is what was read.
    """

    method: Method = "linear"
    limit_ns: int = 2 * 3600 * 10**9
    days: int = 28
    offset_ns: int = 0
    edge: int = 3
    cumulative: bool = False


def fill(column: Column, filling: Filling, model: Values | None = None) -> Column:
    """A column with its gaps filled: uncertain, FILLED with the reason that each had.

    The rows must be complete (`Gap.completed`). `model` (shape of the column) is for method
    `model`, shifted to meet the known values on both edges. Values of known rows stay as they
    are. ValueError when a model is wanted and not given.
    """
    raise NotImplementedError
