"""A run that goes on from a saved state equals the one that was never stopped, byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.business.ownership import owner_of_twins
from rami.business.pricing import site_prices
from rami.core.errors import DataError
from rami.core.points import Direction
from rami.core.timegrid import TimeGrid, instant
from services import assemble
from services.loop.arbitrated import Arbitrated
from services.loop.closed_loop import ClosedLoop, LoopSteps
from services.loop.cosimulation import Cosimulation, PlantBackend
from services.planning.planner import InProcessPlanner
from services.study import run_state
from services.study.evaluation import evaluate
from services.study.flow_temperature import watched
from services.study.limits_seen import LoopLimits
from services.study.season_data import DataOptions, read_season
from services.study.season_run import SeasonRun
from tests.services.conftest import ReadySite

INTERVALS, PERIOD, HORIZON, SAMPLES = 14, 5, 8, 15

Make = Callable[[], SeasonRun]


def set_up(reference: ReadySite, plant: Callable[[], Cosimulation]) -> Make:
    """Sets the same run up again and again, plants and all."""
    site = reference.site
    grid = TimeGrid(instant(site.clock.start), round(900e9), INTERVALS)
    data = read_season(site, "run", grid, DataOptions())
    prices = site_prices(site.business, site.topology, data)
    planner = InProcessPlanner(assemble.strategy(site))

    def made() -> SeasonRun:
        control = assemble.controllers(site, reference.tunings)
        loop = ClosedLoop(
            plant(),
            control,
            assemble.automation(site, 60.0),
            LoopSteps(10.0, 60.0, 900.0),
            data,
            watched(site.topology),
        )
        limits = {t: LoopLimits(c, INTERVALS) for t, c in control.items()}
        owners = owner_of_twins(site.topology, site.business.owners)
        return SeasonRun(loop, data, prices, owners, planner, None, PERIOD, HORIZON, limits=limits)

    return made


@pytest.fixture(scope="module")
def make(reference: ReadySite) -> Make:
    return set_up(reference, lambda: assemble.open_plant(reference.site, reference.fmus))


@pytest.fixture(scope="module")
def whole(make: Make) -> bytes:
    """The last state of the uninterrupted run: everything it recorded is in it."""
    run = make()
    run.run()
    assert run.timings.plans == 3
    return run.save()


def drive(run: SeasonRun, interval: int, sample: int) -> None:
    """Drive a run up to a point, as a runtime does: exchange step by exchange step."""
    while (run.interval, run.sample) < (interval, sample):
        if not run.begun:
            run.begin_interval(run.interval)
        run.loop.run_samples(run.interval, run.sample, run.sample + 1)
        run.sample += 1
        if run.sample == SAMPLES:
            run.end_interval(run.interval)


STOPS = st.lists(
    st.tuples(st.integers(0, INTERVALS - 1), st.integers(0, SAMPLES - 1)), min_size=1, max_size=2
)


def resumed(make: Make, stops: list[tuple[int, int]]) -> bytes:
    """The last state of a run that was stopped and set up anew at each of `stops`."""
    run = make()
    for interval, sample in sorted(stops):
        drive(run, interval, sample)
        state = run.save()
        run = make()
        run.restore(state)
        assert run.save() == state
    run.run()
    return run.save()


@settings(max_examples=5, deadline=None)
@given(stops=STOPS)
def test_a_resumed_run_equals_the_uninterrupted_one(
    make: Make, whole: bytes, stops: list[tuple[int, int]]
) -> None:
    assert resumed(make, stops) == whole


@pytest.mark.soak
@settings(max_examples=100, deadline=None)
@given(stops=STOPS)
def test_wherever_it_is_stopped(make: Make, whole: bytes, stops: list[tuple[int, int]]) -> None:
    assert resumed(make, stops) == whole


def test_rows_may_be_kept_beside_the_state(make: Make, whole: bytes) -> None:
    run, pieces = make(), []
    drive(run, 11, 7)
    pieces = [run_state.rows(run, first, first + 3) for first in (0, 3, 6)]
    state = run.save(since=9)
    assert len(state) < len(run.save()) - sum(map(len, pieces)) // 2
    run = make()
    for piece in pieces:
        run_state.refill(run, piece)
    run.restore(state)
    run.run()
    assert run.save() == whole


def test_its_figures_are_the_same(make: Make, reference: ReadySite) -> None:
    run = make()
    run.run()
    other = make()
    drive(other, 6, 3)
    state = other.save()
    other = make()
    other.restore(state)
    other.run()
    one, two = (evaluate(reference.site, r, r.prices, dict(r.limits)) for r in (run, other))
    assert repr(one.settlement) == repr(two.settlement)
    assert repr(one.tracking) == repr(two.tracking)
    assert one.means.values.tobytes() == two.means.values.tobytes()
    assert one.closure.holds
    assert two.closure.holds


class Shared:
    """A plant that a person holds for a while, behind a guard that halves one opening."""

    def __init__(self, plant: PlantBackend, limited: str) -> None:
        self.inputs, self.outputs = plant.inputs, plant.outputs
        self._plant, self._limited = plant, self.inputs[limited]
        actuated = np.array([p.direction is Direction.ACTUATED for p in self.inputs.points])
        self._by_hand = actuated
        self._given = self.inputs.starts()
        self.written: list[np.ndarray] = []
        self.time = 0.0

    def _in_hand(self) -> bool:
        return 3 * 3600 / 4 <= self.time < 7 * 3600 / 4

    def held(self) -> tuple[np.ndarray, np.ndarray] | None:
        if not self._in_hand():
            return None
        return np.full(len(self.inputs), 0.25), self._by_hand

    def landed(self) -> np.ndarray | None:
        found = self._given.copy()
        found[self._limited] = min(found[self._limited], 0.5)
        return None if np.array_equal(found, self._given) else found

    def step(self, inputs: np.ndarray, seconds: float) -> np.ndarray:
        self._given = inputs.copy()
        landed = self.landed()
        self.written.append(self._given if landed is None else landed)
        self.time += seconds
        return self._plant.step(self.written[-1], seconds)

    def read(self) -> np.ndarray:
        return self._plant.read()

    def write(self, values: np.ndarray) -> None:
        self._plant.write(values)

    def save(self) -> bytes:
        return np.float64(self.time).tobytes() + self._plant.save()

    def restore(self, state: bytes) -> None:
        self.time = float(np.frombuffer(state[:8])[0])
        self._plant.restore(state[8:])


def test_it_holds_while_others_drive(reference: ReadySite) -> None:
    """By hand for an hour, at a guard's limit else: resumed amid all of it, still the same."""
    limited = {"hts": "hex_hnlt_valve.u", "iess": "boiler_hnlt.u", "dhs": "boiler.u"}

    def plant() -> Cosimulation:
        opened = assemble.open_backends(reference.site, reference.fmus)
        shared = {t: Shared(b, limited[t]) for t, b in opened.items()}
        return Cosimulation(reference.site.topology, shared)

    make = set_up(reference, plant)
    run = make()
    run.run()
    assert isinstance(run.loop.plant.backends["hts"], Arbitrated)
    for twin, backend in run.loop.plant.backends.items():
        assert isinstance(backend, Shared)
        controlled = backend._by_hand
        per_hour = len(backend.written) * 2 // 7
        rows = np.array(backend.written)[:, controlled]
        begin, end = per_hour * 3 // 4, per_hour * 7 // 4
        assert np.array_equal(rows[begin:end], np.full_like(rows[begin:end], 0.25)), twin
        whole = [
            n.endswith("engines_on")
            for n, c in zip(backend.inputs.names, controlled, strict=True)
            if c
        ]
        assert (rows[end] == 0.25)[~np.array(whole)].all(), twin
    other = make()
    for interval, sample in ((1, 14), (4, 2), (7, 0), (7, 1), (9, 5)):
        drive(other, interval, sample)
        state = other.save()
        other = make()
        other.restore(state)
    other.run()
    assert other.save() == run.save()


def test_a_state_of_another_run_is_refused(make: Make) -> None:
    run = make()
    state = run.save()
    run.period += 1
    with pytest.raises(DataError, match="belongs to another run"):
        run.restore(state)
    with pytest.raises(DataError, match="damaged"):
        run.restore(state[:-1] + bytes([state[-1] ^ 1]))
    with pytest.raises(DataError, match="no saved state"):
        run.restore(b"nothing")


def test_a_late_plan_leaves_what_was_executed(make: Make) -> None:
    run = make()
    drive(run, PERIOD, 0)
    before = run.schedules.rows(0, PERIOD + 2).copy()
    job = run.job(PERIOD)
    for _ in range(2):
        run.begin_interval(run.interval, plan=False)
        run.loop.run_samples(run.interval, 0, SAMPLES)
        run.end_interval(run.interval)
    assert run.planner is not None
    run.take(run.planner.planned(job), PERIOD + 2)
    assert np.array_equal(run.schedules.rows(0, PERIOD + 2), before)
    run.run()
    assert run.schedule is not None
