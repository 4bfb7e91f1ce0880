"""What a site file says of missing values; loads no arrays."""

from __future__ import annotations

from typing import Literal

from rami.asset.component import Declared
from rami.core.quantity import Duration


class Gaps(Declared):
    """What to do with missing values: fill up to `longest`, longer ones are an error.

    Example: `gaps: {longest: 2 h, fill: linear}`. Filled values carry the quality FILLED.
    """

    longest: Duration
    fill: Literal["hold", "linear"] = "linear"
