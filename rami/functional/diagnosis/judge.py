"""What a block says against the healthy plant: deviations, alarms, and who is behind them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.change import Sums
from rami.functional.diagnosis.hypothesis import Signatures
from rami.functional.diagnosis.isolation import Candidate, Evidence, rank
from rami.functional.diagnosis.record import Records
from rami.functional.diagnosis.reference import Healthy

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: deviations that are no change, in standard deviations; blocks remembered; blocks within
#: `_QUIET` standard deviations after which an alarm ends
SLACK, REMEMBERED, _RECENT, _QUIET = 0.5, 112, 8, 1.0


class Judge:
    """Change detection over the relations of a twin, and isolation when it alarms."""

    def __init__(self, records: Records, signatures: Signatures, height: float) -> None:
        self.records, self.signatures, self.height = records, signatures, height
        count = len(records.relations)
        self.healthy: list[Healthy | None] = [None] * count
        self.sums = Sums(count, SLACK)
        self.alarmed = np.zeros(count, np.bool_)
        self.memory: deque[Evidence] = deque(maxlen=REMEMBERED)

    def add(self, record: Values) -> None:
        """Judge a block."""
        evidence = self._against_healthy(record)
        self.memory.append(evidence)
        self.sums.add(evidence.deviation / evidence.sigma)
        self.alarmed |= self.sums.height > self.height
        for k in np.flatnonzero(self.alarmed):
            if self._is_quiet(int(k)):
                self.alarmed[k] = False
                self.sums.rest(np.arange(len(self.alarmed)) == k)

    def explain(self) -> list[tuple[list[Candidate], Mask, int]]:
        """Alarms in groups: candidates, the relations of the group, blocks since it began."""
        found: list[tuple[list[Candidate], Mask, int]] = []
        left, used = self.alarmed.copy(), np.ones(len(self.alarmed), np.bool_)
        while left.any():
            since = int(min(max(self.sums.since[left].max(), 1.0), len(self.memory)))
            blocks = list(self.memory)[-since:]
            candidates = rank(self.signatures, blocks, left, used)
            if not candidates:
                break
            touched = self.signatures.touches[candidates[0].fault]
            group = np.asarray(left & touched, np.bool_)
            since_group = int(min(max(self.sums.since[group].max(), 1.0), len(self.memory)))
            found.append((candidates, group, since_group))
            used &= ~touched
            left &= ~touched
        return found

    def recent(self, fault: int, touched: Mask) -> float:
        """Size of a fault by the last blocks alone."""
        ranked = rank(self.signatures, list(self.memory)[-_RECENT:], touched, touched)
        return next((c.size for c in ranked if c.fault == fault), float("nan"))

    def judged(self, component: str) -> int:
        """Remembered blocks in which a relation with a fault of the component was judged."""
        faults = self.signatures.faults
        own = [i for i, f in enumerate(faults) if f.component == component and not f.point]
        either = own or [i for i, f in enumerate(faults) if f.component == component]
        touched = self.signatures.touches[either].any(axis=0)
        return sum(bool(np.isfinite(e.deviation[touched]).any()) for e in self.memory)

    def mean(self, k: int) -> float:
        """Mean deviation of a relation over the last blocks in which it was judged."""
        seen = [e.deviation[k] for e in self.memory if np.isfinite(e.deviation[k])][-_RECENT:]
        return float(np.mean(seen)) if seen else float("nan")

    def _is_quiet(self, k: int) -> bool:
        seen = [e.deviation[k] / e.sigma[k] for e in self.memory if np.isfinite(e.deviation[k])][
            -_RECENT:
        ]
        return len(seen) == _RECENT and abs(float(np.mean(seen))) < _QUIET

    def _against_healthy(self, record: Values) -> Evidence:
        count = len(self.records.relations)
        deviation, sigma = np.full(count, np.nan), np.ones(count)
        for k, healthy in enumerate(self.healthy):
            seen = self.records.seen(record, k)
            if healthy is not None and seen is not None:
                expected, sigma[k] = healthy.expected(seen)
                deviation[k] = seen.residual - expected
        return Evidence(deviation, sigma, self._entries(record))

    def _entries(self, record: Values) -> Values:
        return np.array(
            [
                -1.0 if member < 0 else record[self.records.members[relation].start + member]
                for relation, member in zip(
                    self.signatures.relation.tolist(), self.signatures.member.tolist(), strict=True
                )
            ]
        )

    def arrays(self) -> dict[str, Values]:
        """State of sums, alarms and memory."""
        stacked: Sequence[Values] = [
            np.concatenate([e.deviation, e.sigma, e.entries]) for e in self.memory
        ]
        width = 2 * len(self.alarmed) + len(self.signatures.relation)
        return {
            "sums": np.array([self.sums.up, self.sums.down]),
            "since": np.array([self.sums.up_since, self.sums.down_since]),
            "alarmed": self.alarmed.astype(np.float64),
            "memory": np.array(stacked).reshape(len(stacked), width),
        }

    def take(self, arrays: dict[str, Values]) -> None:
        """Go back to such a state; what is healthy is learned anew by who holds the records."""
        self.sums.up, self.sums.down = arrays["sums"].copy()
        self.sums.up_since, self.sums.down_since = arrays["since"].copy()
        self.alarmed = arrays["alarmed"] > 0.5
        n = len(self.alarmed)
        self.memory.clear()
        for row in arrays["memory"]:
            self.memory.append(Evidence(row[:n], row[n : 2 * n], row[2 * n :]))
