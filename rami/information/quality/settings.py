"""Section `quality` of a site file; loads no arrays."""

from __future__ import annotations

from rami.asset.component import Declared


class QualitySettings(Declared):
    """How signals are checked, filled and resampled."""
