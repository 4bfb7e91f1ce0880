"""Leases, roles, clock, modes and stops in any order: the guard does what the slow model does."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.role import ROLES, Role
from tests.integration.bench import Bench, bench
from tests.integration.slow_model import SlowGuard, SlowLease

COUNT = 4
VALUES = st.sampled_from([-2.0, 0.0, 0.1, 0.3, 0.31, 0.5, 0.9, 1.0, 7.0, nan, inf])
Both = tuple[Lease, SlowLease]


class AnyOrder(RuleBasedStateMachine):
    leases = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self.bench: Bench = bench(COUNT)
        roles = tuple(r for r in ROLES if r is not Role.EXTERNAL)
        changes = [
            {"rate": 0.05, "lease": 10.0},
            {"low": 0.2, "safe": 0.4, "lease": 3.0, "on_loss": "hold"},
            {"deadband": 0.05, "roles": ROLES, "safe": 1.0, "rate": 0.2},
            {"high": 0.6, "lease": 1.0, "deadband": 0.02},
        ]
        limits = tuple(
            replace(one, **{"roles": roles, **change})  # type: ignore[arg-type]
            for one, change in zip(self.bench.limits, changes, strict=True)
        )
        b = self.bench
        self.bench.guard = Guard(
            "hts", b.plant, limits, b.audit, b.clock, outputs=b.plant.outputs, mode=Mode.CONTROL
        )
        self.slow = SlowGuard(limits, 10.0, b.clock())

    @rule(
        target=leases,
        role=st.sampled_from(ROLES),
        places=st.sets(st.integers(0, COUNT - 1), min_size=1),
    )
    def take(self, role: Role, places: set[int]) -> Both | None:
        listed = sorted(places)
        names = [self.bench.plant.inputs.names[p] for p in listed]
        got = self.bench.guard.take(role, "x", names)
        slow = self.slow.take(role, listed, self.bench.clock())
        assert isinstance(got, Lease) == (slow is not None)
        return (got, slow) if isinstance(got, Lease) and slow is not None else None

    @rule(both=leases, values=st.lists(VALUES, min_size=COUNT, max_size=COUNT))
    def want(self, both: Both | None, values: list[float]) -> None:
        if both:
            got = self.bench.guard.want(both[0], np.array(values))
            now = self.bench.clock()
            wanted = [self.slow.want(both[1], p, v, now) for p, v in enumerate(values)]
            assert got.tolist() == wanted

    @rule(both=leases, place=st.integers(0, COUNT - 1), value=VALUES)
    def want_named(self, both: Both | None, place: int, value: float) -> None:
        if both:
            name = self.bench.plant.inputs.names[place]
            got = self.bench.guard.want_named(both[0], name, value)
            assert (got is None) == self.slow.want(both[1], place, value, self.bench.clock())

    @rule(both=leases)
    def beat(self, both: Both | None) -> None:
        if both:
            assert self.bench.guard.beat(both[0]) == self.slow.beat(both[1], self.bench.clock())

    @rule(both=consumes(leases))
    def give_back(self, both: Both | None) -> None:
        if both:
            self.bench.guard.give_back(both[0])
            both[1].given_back = True

    @rule(seconds=st.sampled_from([0.0, 0.4, 1.0, 1.0, 2.5, 9.99, 40.0]))
    def step(self, seconds: float) -> None:
        self.bench.cycle(seconds)
        self.slow.step(self.bench.clock())

    @rule()
    def stop(self) -> None:
        self.bench.guard.stop("Meyer", "drill")
        self.slow.stopped = True
        self.slow.forget()

    @rule()
    def release(self) -> None:
        if self.slow.stopped:
            assert self.bench.guard.release("Meyer", "over") is None
            self.slow.stopped = False
            self.slow.forget()

    @rule(control=st.booleans())
    def mode(self, control: bool) -> None:
        self.bench.guard.set_mode(Mode.CONTROL if control else Mode.SHADOW, "Meyer", "")
        self.slow.control = control
        self.slow.forget()
        self.slow.owned = [False] * COUNT

    @rule()
    def kill_and_restore(self) -> None:
        b, old = self.bench, self.bench.guard
        b.guard = Guard("hts", b.plant, self.slow.limits, b.audit, b.clock, outputs=b.plant.outputs)
        b.guard.restore(old.save())

    @invariant()
    def the_plant_stands_where_the_model_says(self) -> None:
        assert self.bench.plant.holds.tolist() == self.slow.values
        assert self.bench.writes == self.bench.audit.count("written", "clamped")


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
