"""Drawn fleets of registers with everything that goes wrong."""

from __future__ import annotations

import numpy as np

from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.fleet.rows import FleetRows

HOUR = 3600 * NS
T0 = instant("2019-01-14T00:00Z")


def fleet(seed: int, count: int, hours: int = 96) -> FleetRows:
    """Registers by the hour, some minutes off, with faults of all kinds; some meters silent."""
    random = np.random.default_rng(seed)
    meters, times, values, status = [], [], [], []
    for m in range(count):
        kind = random.uniform()
        power = random.uniform(0.2, 4.0) * random.uniform(0.2, 1.8, hours + 1)
        if kind < 0.08:
            power[:] = 0.0
        x = np.round(random.uniform(0, 5e3) + np.cumsum(power), 1)
        t = T0 + HOUR * np.arange(hours + 1, dtype=np.int64)
        if kind > 0.8:
            t = t + random.integers(-1200, 1200, len(t)) * NS
        for _ in range(int(random.integers(0, 4))):
            at, length = int(random.integers(0, hours)), int(random.integers(1, 40))
            what = int(random.integers(0, 7))
            if what == 0:
                x[at : at + length] = x[at]
            elif what == 1:
                x[at:] -= x[at]
            elif what == 2:
                x[at] *= 10.0
            elif what == 3:
                x[at] *= 0.1
            elif what == 4:
                x[at:] += random.uniform(-2e3, 2e3)
            elif what == 5:
                x[at] = random.choice([-5.0, np.nan])
            else:
                x[at:] -= 0.3
        keep = random.uniform(size=len(x)) > random.choice([0.0, 0.02, 0.3])
        if random.uniform() < 0.3:
            first = int(random.integers(0, hours))
            keep[first : first + int(random.integers(1, 60))] = False
        if random.uniform() < 0.05:
            keep[:] = False
        q = np.zeros(len(x), np.uint32)
        q[random.uniform(size=len(x)) < 0.01] = quality(Family.BAD, Reason.RANGE)
        q[~np.isfinite(x)] = quality(Family.BAD, Reason.MISSING)
        order = np.argsort(t, kind="stable")
        keep = keep[order]
        meters.append(np.full(int(keep.sum()), m))
        times.append(t[order][keep])
        values.append(x[order][keep])
        status.append(q[order][keep])
    return FleetRows(
        count, np.concatenate(meters), np.concatenate(times), np.concatenate(values),
        np.concatenate(status),
    )  # fmt: skip


def day(rows_hours: int = 96) -> TimeGrid:
    """The last day of a fleet."""
    return TimeGrid(T0 + (rows_hours - 24) * HOUR, HOUR, 24)
