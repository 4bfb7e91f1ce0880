"""How much the control socket lets anybody have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of the server as a whole, and of one connection.

    Work for clients is done in rounds of at least `round_s`, in each of which at most `requests`
    are answered and `round_bytes` read, so that no client takes the processor from the loop.
    """

    connections: int = 64
    watchers: int = 16
    line_bytes: int = 16 << 10
    idle_s: float = 30.0
    stalled_s: float = 30.0
    ask_most_s: float = 600.0
    round_s: float = 0.005
    requests: int = 8
    round_bytes: int = 32 << 10
    frame_s: float = 0.01
    events: int = 100
