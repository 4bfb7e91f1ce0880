"""What went wrong with a worker and what was done about it: told, counted, bounded."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

#: called with a sentence and what is in it by key
OnTrouble = Callable[[str, Mapping[str, Any]], None]


def log(text: str, _: Mapping[str, Any]) -> None:
    """What is done with trouble that nobody listens to."""
    logging.getLogger(__name__).warning("%s", text)


@dataclass(frozen=True)
class Limits:
    """Times in s; `memory` in bytes beyond Python's own; `restarts` allowed `within_s`."""

    step_s: float = 10.0
    load_s: float = 60.0
    memory: int = 4 << 30
    restarts: int = 3
    within_s: float = 3600.0


@dataclass
class Counts:
    """How often a worker was started anew; of these, how often its state was lost."""

    restarts: int = 0
    states_lost: int = 0


class Budget:
    """Restarts that are still allowed; counted by the wall clock, which no result depends on."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._times: deque[float] = deque()

    def take(self) -> bool:
        """Whether one more restart is within the limit; counts it if so."""
        now = monotonic()
        while self._times and now - self._times[0] > self._limits.within_s:
            self._times.popleft()
        if len(self._times) >= self._limits.restarts:
            return False
        self._times.append(now)
        return True
