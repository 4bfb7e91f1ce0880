"""Values at instants that a client names (Part 11, 6.5.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from services.opcua.history.between import AT_ONCE, ONE_BY_ONE, interpolated
from services.opcua.history.encoded import history_data
from services.opcua.history.past import Past


@dataclass(frozen=True)
class AtTimeRead:
    """Instants of a node that are left; `most` at once. A value between two rows is on the line
    between them, that of a word (`words`) the last one."""

    name: str
    instants: tuple[int, ...]
    most: int
    words: bool = False

    def run(self, past: Past) -> tuple[Any, AtTimeRead | None]:
        """HistoryData, and what is left then."""
        now = np.array(self.instants[: self.most], np.int64)
        if len(now) > ONE_BY_ONE and int(now.max()) - int(now.min()) > AT_ONCE:
            now = now[:ONE_BY_ONE]
        values, status = interpolated(past, self.name, now, stepped=self.words)
        left = self.instants[len(now) :]
        data = history_data(now, values, status, words=self.words)
        return data, replace(self, instants=left) if left else None
