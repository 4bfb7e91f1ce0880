"""Which corrections fit the installed asyncua, found out once before a server is made."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import version

from rami.core.errors import ConfigurationError, Problem
from services.opcua.corrections import (
    attributes,
    browsing,
    calls,
    channel,
    decoding,
    framing,
    logins,
    notifying,
    ownership,
    sessions,
)
from services.opcua.corrections.written_for import Correction

MINOR = "2.1"
_MODULES = (
    decoding,
    framing,
    channel,
    sessions,
    logins,
    attributes,
    browsing,
    calls,
    ownership,
    notifying,
)
CORRECTIONS: tuple[Correction, ...] = tuple(m.CORRECTION for m in _MODULES)
_logger = logging.getLogger(__name__)


@cache
def fits() -> tuple[bool, bool]:
    """Whether those of security fit, and those of speed; each that does not is told in the log."""
    found = {True: True, False: True}
    for correction in CORRECTIONS:
        misfits = correction.misfits()
        if misfits:
            found[correction.security] = False
            _logger.warning(
                "asyncua %s is not the %s this was written for: '%s' stays open (%s differ)",
                version("asyncua"),
                MINOR,
                correction.hole,
                ", ".join(misfits),
            )
    return found[True], found[False]


def demand_security() -> None:
    """ConfigurationError where the holes of asyncua stay open."""
    if fits()[0]:
        return
    holes = [c.hole for c in CORRECTIONS if c.security and c.misfits()]
    raise ConfigurationError(
        [
            Problem(
                "asyncua",
                f"version {version('asyncua')} is not the {MINOR} whose holes are closed here, "
                f"open are: {'; '.join(holes)}",
                f"pip install 'asyncua~={MINOR}.0'",
            )
        ]
    )
