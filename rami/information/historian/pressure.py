"""How much waits for the store, and what became of what was appended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["running", "retrying", "closed", "stopped"]


@dataclass(frozen=True)
class Pressure:
    """Counts of rows since the historian was opened, seconds of the clock it was given.

    `queued` rows wait or are being written; `dropped` ones met a full queue; `failed` ones the
    store will not take at all. `written` and what follows is what the store says. While `state`
    is `retrying` nothing is lost: `trouble` tells why the store does not take rows.
    """

    state: State
    queued: int
    most_queued: int
    dropped: int
    failed: int
    written: int
    duplicates: int
    corrections: int
    late: int
    refused: Mapping[str, int] = field(default_factory=dict)
    batches: int = 0
    retries: int = 0
    longest_wait_s: float = 0.0
    longest_write_s: float = 0.0
    trouble: str = ""
