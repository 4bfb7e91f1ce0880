"""Our quality as a StatusCode (Part 4, 7.39): the family is kept, the reason becomes a subcode.

Info bits of a good or uncertain value: `Calculated` (0x0401) marks what is simulated or synthetic,
`Interpolated` (0x0402) what was filled. They stand beside any subcode.
"""

from __future__ import annotations

import numpy as np

from rami.core.quality import Family, Qualities, Reason

_MASK = 0xC000_0000
SIMULATED, INTERPOLATED = 0x0401, 0x0402

#: the first reason that holds gives the subcode
_SUBCODES: dict[Family, tuple[tuple[Reason, int], ...]] = {
    Family.GOOD: ((Reason.LIMITED, 0x0030_0000),),  # GoodClamped
    Family.UNCERTAIN: (
        (Reason.STALE, 0x4090_0000),  # UncertainLastUsableValue
        (Reason.INCONSISTENT, 0x4093_0000),  # UncertainSensorNotAccurate
        (Reason.RANGE, 0x4094_0000),  # UncertainEngineeringUnitsExceeded
        (Reason.FILLED, 0x4091_0000),  # UncertainSubstituteValue
        (Reason.ESTIMATED, 0x4095_0000),  # UncertainSubNormal
    ),
    Family.BAD: (
        (Reason.STALE, 0x8031_0000),  # BadNoCommunication
        (Reason.RANGE, 0x803C_0000),  # BadOutOfRange
        (Reason.STUCK, 0x808C_0000),  # BadSensorFailure
        (Reason.MISSING, 0x809B_0000),  # BadNoData
    ),
}
_known: dict[int, int] = {}


def status_code(quality: int) -> int:
    """The StatusCode of a quality."""
    known = _known.get(quality)
    if known is None:
        known = _known[quality] = _status(quality)
    return known


def status_codes(qualities: Qualities) -> Qualities:
    """Of a vector; most vectors hold few different ones."""
    different, places = np.unique(qualities, return_inverse=True)
    codes = np.array([status_code(int(q)) for q in different], np.uint32)
    return np.asarray(codes[places].reshape(qualities.shape))


def _status(quality: int) -> int:
    family, reason = Family(min(quality & _MASK, Family.BAD)), Reason(quality & 0xFFFF)
    code = next((c for why, c in _SUBCODES[family] if why & reason), int(family))
    if family is Family.BAD:
        return code
    if reason & (Reason.SIMULATED | Reason.SYNTHETIC):
        return code | SIMULATED
    return code | INTERPOLATED if reason & Reason.FILLED else code
