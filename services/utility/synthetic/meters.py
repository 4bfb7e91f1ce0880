"""Meters of a made-up town: registers by the hour with the faults that real ones have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values

#: resolution of a register, kWh
STEP = 0.1


@dataclass(frozen=True)
class FaultShares:
    """Share of meters that begin a fault on a day: `silent` all day, `gap` of 1 to 12 hours,
    `stuck` 24 to 60 hours, `reset` to zero, `wrong` single reading, `repeated` rows, `late` hours
    that come with the next day's file."""

    silent: float = 0.003
    gap: float = 0.01
    stuck: float = 0.001
    reset: float = 0.0002
    wrong: float = 0.002
    repeated: float = 0.005
    late: float = 0.003

    @classmethod
    def none(cls) -> FaultShares:
        """Meters that never fail."""
        return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Read:
    """A day's readings (meters, 24) at the ends of its hours, NaN where a file has none; which
    of them are written twice; and readings of the last day's last hours that come now."""

    values: Values
    twice: NDArray[np.bool_]
    late: Values
    energy: Values


class MeterPark:
    """All meters of a town; `group` is each meter's group. Days are asked for in their order."""

    def __init__(
        self, group: NDArray[np.intp], dwellings: Values, seed: int, faults: FaultShares
    ) -> None:
        random = np.random.Generator(np.random.PCG64([seed, 31]))
        count = len(group)
        size = np.exp(0.35 * random.standard_normal(count))
        total = np.bincount(group, size, len(dwellings))
        self.group, self.seed, self.faults = group, seed, faults
        #: share of its group's demand that a meter has
        self.share = size / total[group]
        self.register = np.floor(random.uniform(1e3, 9e4, count) / STEP) * STEP
        self.offset = np.zeros(count)
        self.stuck_h = np.zeros(count, np.int64)
        self.held = self.register.copy()
        self.coming = np.full((count, 24), np.nan)
        # the first file begins with the reading at its midnight
        self.coming[:, 23] = self.register

    @property
    def count(self) -> int:
        """Number of meters."""
        return len(self.group)

    def day(self, number: int, demand: Values) -> Read:
        """Readings of a day whose groups draw `demand` (groups, 24) kW."""
        random = np.random.Generator(np.random.PCG64([self.seed, 37, number]))
        habit = np.maximum(1.0 + 0.5 * random.uniform(-1, 1, (self.count, 24)), 0.0)
        energy = demand[self.group] * self.share[:, None] * habit
        true = self.register[:, None] + np.cumsum(energy, axis=1)
        self.register = true[:, -1].copy()
        shown = np.floor((true - self._offsets(random, true)) / STEP + 1e-6) * STEP
        shown = self._stick(random, shown)
        shown = self._mistake(random, shown)
        late, self.coming = self.coming, np.full((self.count, 24), np.nan)
        self._leave_out(random, shown)
        twice = np.zeros(shown.shape, bool)
        for m in self._some(random, self.faults.repeated):
            hour = int(random.integers(0, 22))
            twice[m, hour : hour + 3] = True
        return Read(shown, twice & np.isfinite(shown), late, energy)

    def _some(self, random: np.random.Generator, share: float) -> list[int]:
        return np.flatnonzero(random.uniform(size=self.count) < share).tolist()

    def _offsets(self, random: np.random.Generator, true: Values) -> Values:
        """What a register that restarted at zero shows less."""
        offsets = np.repeat(self.offset[:, None], 24, axis=1)
        for m in self._some(random, self.faults.reset):
            hour = int(random.integers(1, 24))
            offsets[m, hour:] = true[m, hour - 1]
            self.offset[m] = true[m, hour - 1]
        return offsets

    def _stick(self, random: np.random.Generator, shown: Values) -> Values:
        """The last reading sent again and again, then the true one."""
        out = shown.copy()
        for m in np.flatnonzero(self.stuck_h > 0).tolist():
            hours = min(int(self.stuck_h[m]), 24)
            out[m, :hours] = self.held[m]
            self.stuck_h[m] -= hours
        for m in self._some(random, self.faults.stuck):
            if self.stuck_h[m]:
                continue
            hour, length = int(random.integers(1, 24)), int(random.integers(24, 61))
            self.held[m] = out[m, hour - 1]
            out[m, hour:] = self.held[m]
            self.stuck_h[m] = length - (24 - hour)
        return out

    def _mistake(self, random: np.random.Generator, shown: Values) -> Values:
        for m in self._some(random, self.faults.wrong):
            hour = int(random.integers(0, 24))
            factor = 0.1 if random.uniform() < 0.5 else 10.0
            shown[m, hour] = np.floor(shown[m, hour] * factor / STEP) * STEP
        return shown

    def _leave_out(self, random: np.random.Generator, shown: Values) -> None:
        for m in self._some(random, self.faults.late):
            hours = int(random.integers(1, 7))
            self.coming[m, 24 - hours :] = shown[m, 24 - hours :]
            shown[m, 24 - hours :] = np.nan
        for m in self._some(random, self.faults.gap):
            hour, length = int(random.integers(0, 24)), int(random.integers(1, 13))
            shown[m, hour : hour + length] = np.nan
        for m in self._some(random, self.faults.silent):
            shown[m] = np.nan
