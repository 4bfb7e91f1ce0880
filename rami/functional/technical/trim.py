"""What a trim of a circuit's heat is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trim:
    """Works a surplus or lack of heat off within about `hours`.

    It changes a source's power by at most `share` of what is scheduled. With `content` (a
    storage's content in kWh, measured and scheduled for the end of each step) it follows the
    schedule; without, it keeps the lines of `network` at their temperatures.
    """

    network: str
    hours: float
    share: float
    content: str | None = None


#: without a storage nothing else takes what sources and sinks differ by
CIRCUIT_HOURS, CIRCUIT_SHARE = 0.1, 0.3


def circuit_trim(network: str) -> Trim:
    """The trim of a circuit without a storage."""
    return Trim(network, CIRCUIT_HOURS, CIRCUIT_SHARE)
