"""StatusCodes of OPC UA (Part 4, 7.39; Part 8, annex) in our words of quality."""

from __future__ import annotations

from rami.core.quality import Family, Reason, quality

_FAMILY, _CODE = 0xC000_0000, 0xFFFF_0000
#: limit bits of a data value's info bits: low 1, high 2, constant 3
_LIMIT, _DATA_VALUE = 0x0000_0300, 0x0000_0C00

_REASONS = {
    0x4090_0000: Reason.STALE,  # UncertainLastUsableValue
    0x408F_0000: Reason.STALE,  # UncertainNoCommunicationLastUsableValue
    0x4091_0000: Reason.FILLED,  # UncertainSubstituteValue
    0x4092_0000: Reason.ESTIMATED,  # UncertainInitialValue
    0x4093_0000: Reason.INCONSISTENT,  # UncertainSensorNotAccurate
    0x4094_0000: Reason.RANGE,  # UncertainEngineeringUnitsExceeded
    0x4095_0000: Reason.ESTIMATED,  # UncertainSubNormal
    0x803C_0000: Reason.RANGE,  # BadOutOfRange
    0x8089_0000: Reason.INCONSISTENT,  # BadConfigurationError
}

MISSING = quality(Family.BAD, Reason.MISSING)
RANGE = quality(Family.BAD, Reason.RANGE)


def quality_of(code: int) -> int:
    """Our quality of a value that came with this StatusCode."""
    family = Family(min(code & _FAMILY, Family.BAD))
    default = Reason.MISSING if family is Family.BAD else Reason.NONE
    reason = _REASONS.get(code & _CODE, default)
    if code & _DATA_VALUE == 0x0400 and code & _LIMIT in (0x0100, 0x0200):
        reason |= Reason.LIMITED
    return quality(family, reason)


def is_bad(code: int) -> bool:
    """Whether nothing can be made of a value or an answer with this StatusCode."""
    return (code & _FAMILY) >= 0x8000_0000
