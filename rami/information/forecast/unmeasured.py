"""What a consumer may draw of whom nothing was ever measured: its power, by role and weather."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.information.series import Role

#: share of its power that a consumer draws as far as nothing else is known
USUAL = 0.5
#: outdoor temperatures from which on is heated, and at which heating needs its power (EN 12831
#: has -8 to -16 degC for Central Europe)
_LIMIT, _DESIGN = 15.0, -12.0
#: share of a district's power that hot water and losses take in any weather
_ALWAYS = 0.1


def unmeasured(role: Role | None, power: float, temperature: Values | None, count: int) -> Values:
    """Load in the unit of `power`, shape (count,); `temperature` (count,) in degC as expected."""
    usual = np.full(count, USUAL * power)
    if temperature is None or role not in (Role.SPACE_HEATING, Role.DISTRICT):
        return usual
    heating = np.clip((_LIMIT - temperature) / (_LIMIT - _DESIGN), 0.0, 1.0)
    if role is Role.DISTRICT:
        heating = _ALWAYS + (1 - _ALWAYS) * heating
    return np.where(np.isfinite(heating), power * heating, usual)
