"""Faults of graded sizes, put into a series that is taken to be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Reason
from rami.core.signal import Times
from rami.core.timegrid import NS
from rami.information.quality.clock import changes
from rami.information.quality.column import Column
from rami.information.quality.rule import Rule

ZONE = "Europe/Berlin"
#: rows between two faults at least
_APART = 30


@dataclass(frozen=True)
class Fault:
    """From `first` to `last` instant (ns) rows should carry `reason`; `size` says how bad."""

    first: int
    last: int
    reason: Reason
    size: str


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what marks it, the sizes that count towards the goal and the smaller ones
    that are shown beside them, and how a series gets it."""

    name: str
    reason: Reason
    sizes: tuple[float, ...]
    small: tuple[float, ...]
    unit: str
    seed: Callable[[Seeding], tuple[Column, list[Fault]]]
    fits: Callable[[Rule], bool]


@dataclass
class Seeding:
    """A copy of a series being spoilt."""

    column: Column
    rule: Rule
    sizes: tuple[float, ...]
    reason: Reason
    unit: str
    rng: np.random.Generator
    count: int

    def __post_init__(self) -> None:
        self.times: Times = self.column.times.copy()
        self.values: Values = self.column.values.copy()
        known = self.column.values[self.column.known]
        low, high = np.quantile(known, (0.01, 0.99))
        self.spread = float(high - low)

    def places(self, length: Callable[[float], int]) -> list[tuple[int, int, float]]:
        """(first row, rows, size) of faults that lie well apart, sizes in turn."""
        chosen = [self.sizes[k % len(self.sizes)] for k in range(self.count)]
        lengths = [length(size) for size in chosen]
        room = len(self.values) - 2 * _APART - sum(n + _APART for n in lengths)
        cuts = np.sort(self.rng.integers(0, room, self.count))
        out, used = [], _APART
        for cut, size, rows in zip(cuts, chosen, lengths, strict=True):
            out.append((int(cut) + used, rows, size))
            used += rows + _APART
        return out

    def fault(self, first: int, rows: int, size: float) -> Fault:
        """The rows from `first` on are wrong."""
        label = f"{size:g} {self.unit}".strip()
        return Fault(int(self.times[first]), int(self.times[first + rows - 1]), self.reason, label)

    def done(
        self, faults: list[Fault], keep: np.ndarray | None = None
    ) -> tuple[Column, list[Fault]]:
        """The spoilt copy."""
        rows = np.ones(len(self.values), bool) if keep is None else keep
        return Column.of(self.times[rows], self.values[rows]), faults


def gaps(s: Seeding) -> tuple[Column, list[Fault]]:
    """Rows left out (every second gap: present without a value)."""
    keep, faults = np.ones(len(s.values), bool), []
    for k, (first, rows, size) in enumerate(s.places(int)):
        faults.append(s.fault(first, rows, size))
        if k % 2:
            s.values[first : first + rows] = np.nan
        else:
            keep[first : first + rows] = False
    return s.done(faults, keep)


def stale(s: Seeding) -> tuple[Column, list[Fault]]:
    """Rows left out; those after the limit of three periods count."""
    keep, faults = np.ones(len(s.values), bool), []
    for first, rows, size in s.places(int):
        faults.append(s.fault(first + 3, rows - 3, size))
        keep[first : first + rows] = False
    return s.done(faults, keep)


def spikes(s: Seeding) -> tuple[Column, list[Fault]]:
    """One to three values too high or too low by `size` times the range P1 to P99."""
    faults = []
    for first, _, size in s.places(lambda _: 3):
        rows = int(s.rng.integers(1, 4))
        sign = s.rng.choice([-1.0, 1.0])
        s.values[first : first + rows] += sign * size * s.spread * s.rng.uniform(0.9, 1.1, rows)
        faults.append(s.fault(first, rows, size))
    return s.done(faults)


def stuck(s: Seeding) -> tuple[Column, list[Fault]]:
    """A value that repeats for `size` rows."""
    faults = []
    for first, rows, size in s.places(int):
        while any(s.values[first] == rest for rest in s.rule.resting):
            first += 1
        s.values[first : first + rows] = s.values[first]
        faults.append(s.fault(first, rows, size))
    return s.done(faults)


def out_of_range(s: Seeding) -> tuple[Column, list[Fault]]:
    """One to five values beyond a bound of the rule by `size` times the range P1 to P99."""
    bounds = [(b, sign) for b, sign in ((s.rule.low, -1), (s.rule.high, 1)) if isfinite(b)]
    faults = []
    for k, (first, rows, size) in enumerate(s.places(lambda _: int(s.rng.integers(1, 6)))):
        bound, sign = bounds[k % len(bounds)]
        s.values[first : first + rows] = bound + sign * size * s.spread
        faults.append(s.fault(first, rows, size))
    return s.done(faults)


def jumps(s: Seeding) -> tuple[Column, list[Fault]]:
    """A level that jumps by `size` times what the rule's rate allows and stays for 12 rows."""
    most = s.rule.rate * s.column.period_ns / NS
    middle = float(np.median(s.values))
    faults = []
    for first, rows, size in s.places(lambda _: 12):
        sign = -1.0 if s.values[first - 1] > middle else 1.0  # so that it stays in range
        own = s.values[first] - s.values[first - 1]
        s.values[first : first + rows] += sign * size * most - own
        faults.append(s.fault(first, 1, size))
        end = s.fault(first + rows, 1, size)
        if abs(s.values[first + rows] - s.values[first + rows - 1]) > most:
            faults.append(end)
    return s.done(faults)


def duplicates(s: Seeding) -> tuple[Column, list[Fault]]:
    """`size` rows sent twice, every second time with other values."""
    faults, again, other = [], [], []
    for k, (first, rows, size) in enumerate(s.places(int)):
        again.append(s.times[first : first + rows])
        other.append(s.values[first : first + rows] + (k % 2) * 0.01 * s.spread)
        faults.append(s.fault(first, rows, size))
    times, values = np.concatenate([s.times, *again]), np.concatenate([s.values, *other])
    return Column.of(times, values), faults


def local_time(s: Seeding) -> tuple[Column, list[Fault]]:
    """All stamps by the clock of a zone, written as if they were UTC."""
    years = sorted({1970 + int(t) // (31_556_952 * NS) for t in s.times[[0, -1]]})
    every = [c for y in range(years[0], years[-1] + 1) for c in changes(ZONE, y)]
    offset = np.full(len(s.times), every[0].before_ns)
    faults = []
    for change in every:
        offset[s.times >= change.utc_ns] = change.after_ns
        if s.times[0] < change.utc_ns < s.times[-1]:
            low, high = change.walls
            forward = change.after_ns > change.before_ns
            span = (high, high) if forward else (low, high - s.column.period_ns)
            faults.append(Fault(*span, s.reason, "skipped" if forward else "repeated"))
    return Column.of(s.times + offset, s.values), faults


def resets(s: Seeding) -> tuple[Column, list[Fault]]:
    """A register that starts again at zero, or goes on at `size` times its level."""
    faults = []
    for first, _, size in s.places(lambda _: 1):
        target = size * s.values[first - 1]
        own = s.column.values[first] - s.column.values[first - 1]
        s.values[first:] += target + own - s.values[first]
        faults.append(s.fault(first, 1, size))
    return s.done(faults)


KINDS = (
    Kind("gap", Reason.MISSING, (1, 3, 12, 72), (), "rows", gaps, lambda _: True),
    Kind("spike", Reason.SPIKE, (0.5, 1, 2, 4), (0.25,), "ranges", spikes,
         lambda r: r.spike is not None),
    Kind("stuck", Reason.STUCK, (12, 24, 48), (6,), "rows", stuck, lambda r: isfinite(r.stuck_s)),
    Kind("counter reset", Reason.RESET, (0, 0.5, 1.5), (0.99, 1.01), "of its level", resets,
         lambda r: r.cumulative),
    Kind("range", Reason.RANGE, (0.01, 0.1, 1), (), "ranges", out_of_range,
         lambda r: isfinite(r.low) or isfinite(r.high)),
    Kind("rate", Reason.RATE, (1.2, 2), (0.8,), "of the limit", jumps, lambda r: isfinite(r.rate)),
    Kind("stale", Reason.STALE, (6, 24, 72), (), "rows", stale, lambda _: True),
    Kind("duplicate", Reason.DUPLICATE, (1, 24), (), "rows", duplicates, lambda _: True),
    Kind("clock change", Reason.CLOCK, (1,), (), "", local_time, lambda _: True),
)  # fmt: skip
