"""StatusCodes of what the site refuses to write."""

from __future__ import annotations

from collections.abc import Mapping

from asyncua import ua

from rami.communication.live_site import Reply
from rami.integration.refusal import Reason

_SC = ua.StatusCodes
_CODES: Mapping[Reason, int] = {
    Reason.TYPE: _SC.BadTypeMismatch,
    Reason.NOT_FINITE: _SC.BadOutOfRange,
    Reason.UNKNOWN: _SC.BadNotWritable,
    Reason.FORBIDDEN: _SC.BadUserAccessDenied,
    Reason.UNIT: _SC.BadTypeMismatch,
    Reason.STALE: _SC.BadTimeout,
    Reason.LEASE: _SC.BadResourceUnavailable,
    Reason.HELD: _SC.BadResourceUnavailable,
    Reason.MODE: _SC.BadInvalidState,
    Reason.STOP: _SC.BadInvalidState,
    Reason.MEASUREMENT: _SC.BadNoDataAvailable,
    Reason.POSITION: _SC.BadNoDataAvailable,
    Reason.LINK: _SC.BadNoCommunication,
}


def refused_by(reply: Reply) -> int:
    """By the first reason, which begins with the guard's word for it; what has none is not
    allowed."""
    word = reply.why[0].partition(":")[0] if reply.why else ""
    return int(_CODES[Reason(word)] if word in set(Reason) else _SC.BadRequestNotAllowed)
