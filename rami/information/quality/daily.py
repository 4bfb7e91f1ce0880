"""Figures of a signal's quality, in total and for each day (UTC)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Reason, is_bad, is_good
from rami.core.timegrid import NS, iso
from rami.information.quality.assess import Assessed
from rami.information.quality.column import Column

DAY_NS = 86400 * NS
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Daily:
    """One row per day from `first_ns` (a midnight UTC) on.

    `expected` rows (given and absent), `present` (with a value), and of the expected the `good`,
    `uncertain` and `bad`; `filled` of them; `reasons` maps each reason to its rows;
    `longest_gap_s` is the longest run of rows without a value or with a bad one that begins in
    the day.
    """

    first_ns: int
    expected: Counts
    present: Counts
    good: Counts
    uncertain: Counts
    bad: Counts
    filled: Counts
    reasons: dict[str, Counts]
    longest_gap_s: NDArray[np.float64]

    @property
    def days(self) -> list[str]:
        """Dates."""
        return [iso(self.first_ns + i * DAY_NS)[:10] for i in range(len(self.expected))]

    def known_share(self) -> NDArray[np.float64]:
        """Good and uncertain rows per expected one; NaN where none was expected."""
        known = self.good + self.uncertain
        out = np.full(len(known), np.nan)
        np.divide(known, self.expected, out=out, where=self.expected > 0)
        return out


def daily(signal: Assessed, first_ns: int, days: int) -> Daily:
    """The figures of a signal over `days` days from a midnight on."""
    rows = signal.rows
    day = (rows.times - first_ns) // DAY_NS
    inside = (day >= 0) & (day < days)

    def count(where: NDArray[np.bool_]) -> Counts:
        return np.bincount(day[where & inside], minlength=days).astype(np.int64)

    every = np.ones(len(rows), bool)
    good, bad = is_good(rows.status), is_bad(rows.status)
    filled = ~rows.known & signal.filled.known if len(rows) == len(signal.filled) else ~every
    reasons = {
        reason.name.lower(): found
        for reason in Reason
        if reason.name and (found := count((rows.status & np.uint32(reason)) != 0)).any()
    }
    return Daily(
        first_ns,
        count(every),
        count(np.isfinite(rows.values)),
        count(good),
        count(~good & ~bad),
        count(bad),
        count(filled),
        reasons,
        _longest(rows, day, inside, days),
    )


def _longest(
    rows: Column, day: NDArray[np.int64], inside: NDArray[np.bool_], days: int
) -> NDArray[np.float64]:
    """Longest span without a known value per day in which it begins, s."""
    longest = np.zeros(days)
    edges = np.diff(np.concatenate([[False], ~rows.known, [False]]).astype(np.int8))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if len(begins):
        after = np.where(ends < len(rows), ends, len(rows) - 1)
        period = rows.period_ns
        until = np.where(ends < len(rows), rows.times[after], rows.times[-1] + period)
        spans = (until - rows.times[begins]) / NS
        keep = inside[begins]
        np.maximum.at(longest, day[begins][keep], spans[keep])
    return longest
