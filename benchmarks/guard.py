"""The guard's cycle over 30 inputs: without audit, beside a single write and fsync, and with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

import numpy as np

from benchmarks.row import Row, below, in_turns
from rami.asset.live import Answer, Mask, Observation, Taken, Vector
from rami.core.audit import Audit, AuditEntry
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import good
from rami.integration.audit import AuditFile
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.limits import limits_of
from rami.integration.mode import Mode

_COUNT = 30
_ROUND = 200


class _Plant:
    """Takes everything at once."""

    inputs = PointIndex(
        Point(f"pump_{i}.u", "share", Direction.ACTUATED, low=0.0, high=1.0) for i in range(_COUNT)
    )

    def __init__(self) -> None:
        self._shown = Observation(np.zeros(_COUNT), good(_COUNT), np.zeros(_COUNT, np.int64))
        self._answers = tuple(Answer(place, Taken.DONE) for place in range(_COUNT))

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        self._shown.values[chosen] = values[chosen]
        return self._answers

    def read_back(self) -> Observation:
        return self._shown


class _NoAudit:
    def record(self, entries: tuple[AuditEntry, ...]) -> None: ...

    def head(self) -> str:
        return ""


class _Clock:
    ns = 0

    def __call__(self) -> int:
        self.ns += 10_000_000
        return self.ns


def _guard(audit: Audit, clock: _Clock) -> tuple[Guard, Lease]:
    plant = _Plant()
    limits = limits_of(plant.inputs, ()).all
    guard = Guard("hts", plant, limits, audit, clock, mode=Mode.CONTROL)
    lease = guard.take("technical", "benchmark")
    assert isinstance(lease, Lease)
    return guard, lease


def _cycle(audit: Audit, moving: bool, time: Callable[[], float]) -> float:
    """Median seconds of a request and a step."""
    guard, lease = _guard(audit, _Clock())
    values = (
        np.random.default_rng(1).random((_ROUND, _COUNT)) if moving else np.ones((_ROUND, _COUNT))
    )
    taken = []
    for row in values:
        start = time()
        guard.want(lease, row)
        guard.step()
        taken.append(time() - start)
    return median(taken)


def rows(quick: bool) -> Iterator[Row]:
    repeats = 3 if quick else 9
    for moving, name in ((False, "nothing changes"), (True, "every input is written")):
        best = min(_cycle(_NoAudit(), moving, thread_time) for _ in range(repeats))
        yield below(f"guard of {_COUNT} inputs, {name}, no audit", best * 1e6, "us", 100.0)
    with TemporaryDirectory() as folder:
        audit = AuditFile(Path(folder) / "audit.jsonl", _Clock())
        plain = os.open(Path(folder) / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def bare() -> float:
            block, taken = b"x" * 12_000, []
            for _ in range(_ROUND):
                start = perf_counter()
                os.write(plain, block)
                os.fsync(plain)
                taken.append(perf_counter() - start)
            return median(taken)

        measured = in_turns(lambda: _cycle(audit, True, perf_counter), bare, repeats, 1e6)
        yield measured.at_most(
            f"guard of {_COUNT} inputs, every input is written, audited",
            "us",
            "write + fsync of as many bytes",
            None,
        )
        os.close(plain)
        audit.close()
