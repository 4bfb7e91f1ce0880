"""Whether a plant can be used: since when not, and since when its data are good again."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np

from rami.asset.live import LinkState
from rami.core.timegrid import NS
from rami.integration.live_settings import LiveSettings
from services.runtime.plant_side import PlantSide


class Found(Enum):
    """What a look at the plant says."""

    NOTHING = auto()
    LOST = auto()
    BACK = auto()


class PlantWatch:
    """Looks at the plant after every step. `why` says what is wrong, empty while nothing is.

    What is wrong may have begun right after the last look that found nothing; so that an alarm
    is never late it comes at the last look before the declared time is over.
    """

    def __init__(self, settings: LiveSettings) -> None:
        self._alarm_ns = round(settings.alarm_after * NS)
        self._recover_ns = round(settings.recover_after * NS)
        self._usable_ns = self._looked_ns = self._gap_ns = self._fit_ns = 0
        self.why = ""

    def look(self, plant: PlantSide, now: int, *, used: bool) -> Found:
        """LOST once a plant in use was unusable, BACK once one not in use was fit, for the
        declared times."""
        self.why = _trouble(plant)
        looked_ns, self._looked_ns = self._looked_ns or now, now
        former_ns, self._gap_ns = self._gap_ns, now - looked_ns
        if self.why:
            self._fit_ns = 0
            self._usable_ns = self._usable_ns or looked_ns
            next_ns = now + min(self._gap_ns, former_ns)
            lost = used and next_ns - self._usable_ns > self._alarm_ns
            return Found.LOST if lost else Found.NOTHING
        self._usable_ns = now
        fit = not plant.unfit() and not plant.blind()
        self._fit_ns = (self._fit_ns or now) if fit else 0
        back = not used and fit and now - self._fit_ns >= self._recover_ns
        return Found.BACK if back else Found.NOTHING

    def again(self) -> None:
        """Wait for another stretch of good data."""
        self._fit_ns = 0


def _trouble(plant: PlantSide) -> str:
    link = plant.link()
    if link.state is not LinkState.OPEN:
        return link.trouble or f"the link is {link.state.value}"
    if plant.trouble:
        return plant.trouble
    return "" if np.isfinite(plant.values).any() else "no usable value"
