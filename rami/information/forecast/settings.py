"""Section `forecasts` of a site file; loads no arrays."""

from __future__ import annotations

from rami.asset.component import Declared


class ForecastSettings(Declared):
    """How the series that plans need are forecast."""
