"""A guarded plant without a plant: records every command; clock, link and audit by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.audit import AuditEntry
from rami.core.errors import RunError
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Family, Reason, good, quality
from rami.core.timegrid import NS
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.limits import Limit, limits_of
from rami.integration.mode import Mode
from rami.integration.role import Role
from rami.integration.settings import GuardSettings

START_NS = 1_547_424_000 * NS
LOST = np.uint32(quality(Family.BAD, Reason.STALE))


@dataclass
class HandClock:
    """Moves when told."""

    ns: int = START_NS

    def __call__(self) -> int:
        return self.ns

    def pass_(self, seconds: float) -> None:
        self.ns += round(seconds * NS)


@dataclass
class ListAudit:
    """Entries in a list; `broken` is why nothing can be recorded."""

    entries: list[AuditEntry] = field(default_factory=list)
    broken: str = ""
    batches: int = 0

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        if self.broken:
            raise RunError(self.broken)
        self.batches += bool(entries)
        self.entries += entries

    def head(self) -> str:
        return str(len(self.entries))

    def of(self, *outcomes: str) -> list[AuditEntry]:
        return [e for e in self.entries if e.outcome in outcomes]

    def count(self, *outcomes: str) -> int:
        return sum(e.times for e in self.of(*outcomes))


class Recorder:
    """A plant that takes what it is told; `commands` holds every (values, chosen)."""

    def __init__(self, inputs: PointIndex, outputs: PointIndex, clock: HandClock) -> None:
        self.inputs, self.outputs, self._clock = inputs, outputs, clock
        self.holds = inputs.starts()
        self.known = np.ones(len(inputs), np.bool_)
        self.measured = np.zeros(len(outputs))
        self.measured_at = np.full(len(outputs), clock(), np.int64)
        self.commands: list[tuple[Vector, Mask]] = []
        self.answers: dict[int, Taken] = {}
        self.state = LinkState.OPEN
        self.before: list[int] = []
        self.audit: ListAudit | None = None

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        self.commands.append((values.copy(), chosen.copy()))
        if self.audit is not None:
            self.before.append(len(self.audit.entries))
        told = []
        for place in np.flatnonzero(chosen).tolist():
            taken = self.answers.get(place, Taken.DONE)
            if taken is Taken.DONE:
                self.holds[place] = values[place]
            told.append(Answer(place, taken, "" if taken is Taken.DONE else "as told"))
        return tuple(told)

    def read_back(self) -> Observation:
        q = np.where(self.known, good(len(self.inputs)), LOST).astype(np.uint32)
        times = np.full(len(self.inputs), self._clock(), np.int64)
        return Observation(np.where(self.known, self.holds, np.nan), q, times)

    def observe(self) -> Observation:
        return Observation(self.measured.copy(), good(len(self.outputs)), self.measured_at.copy())

    def open(self) -> None:
        self.state = LinkState.OPEN

    def close(self) -> None:
        self.state = LinkState.CLOSED

    def link(self) -> Link:
        return Link(self.state, 0)


def inputs(count: int) -> PointIndex:
    return PointIndex(
        Point(f"pump_{i}.u", "share", Direction.ACTUATED, low=0.0, high=1.0) for i in range(count)
    )


OUTPUTS = PointIndex([Point("hp.T", "temperature"), Point("hp.P_el", "power")])


@dataclass
class Bench:
    """A guard with everything around it."""

    guard: Guard
    plant: Recorder
    audit: ListAudit
    clock: HandClock
    limits: tuple[Limit, ...]
    told: list[str]

    def cycle(self, seconds: float = 1.0) -> None:
        """Time passes, then the guard steps on what the plant shows."""
        self.clock.pass_(seconds)
        self.guard.step(self.plant.observe())

    def vector(self, value: float) -> Vector:
        return np.full(len(self.plant.inputs), value)

    @property
    def writes(self) -> int:
        return sum(int(np.count_nonzero(chosen)) for _, chosen in self.plant.commands)


def bench(
    count: int = 3,
    settings: GuardSettings | None = None,
    mode: Mode = Mode.CONTROL,
    **changes: object,
) -> Bench:
    """A bench of shares; `changes` to every limit."""
    clock, audit, told = HandClock(), ListAudit(), []  # type: ignore[var-annotated]
    plant = Recorder(inputs(count), OUTPUTS, clock)
    plant.audit = audit
    found = limits_of(plant.inputs, OUTPUTS.points, settings)
    assert not found.wrong
    limits = tuple(replace(one, **changes) for one in found.all)  # type: ignore[arg-type]
    guard = Guard(
        "hts", plant, limits, audit, clock, settings=settings, outputs=OUTPUTS, mode=mode,
        tell=told.append,
    )  # fmt: skip
    return Bench(guard, plant, audit, clock, limits, told)


def taken(b: Bench, role: Role = Role.TECHNICAL, holder: str = "pid", *names: str) -> Lease:
    lease = b.guard.take(role, holder, names or None)
    assert isinstance(lease, Lease), lease
    return lease
