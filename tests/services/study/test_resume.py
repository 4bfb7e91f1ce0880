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
from rami.core.timegrid import TimeGrid, instant
from services import assemble
from services.loop.closed_loop import ClosedLoop, LoopSteps
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


@pytest.fixture(scope="module")
def make(reference: ReadySite) -> Make:
    """Sets the same run up again, plants and all."""
    site = reference.site
    grid = TimeGrid(instant(site.clock.start), round(900e9), INTERVALS)
    data = read_season(site, "run", grid, DataOptions())
    prices = site_prices(site.business, site.topology, data)
    planner = InProcessPlanner(assemble.strategy(site))

    def made() -> SeasonRun:
        control = assemble.controllers(site, reference.tunings)
        loop = ClosedLoop(
            assemble.open_plant(site, reference.fmus),
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
def whole(make: Make) -> bytes:
    """The last state of the uninterrupted run: everything it recorded is in it."""
    run = make()
    run.run()
    assert run.timings.plans == 3
    return run.save()


def _to(run: SeasonRun, interval: int, sample: int) -> None:
    """Drive a run up to a point, as a runtime does: exchange step by exchange step."""
    while (run.interval, run.sample) < (interval, sample):
        if not run.begun:
            run.begin_interval(run.interval)
        run.loop.run_samples(run.interval, run.sample, run.sample + 1)
        run.sample += 1
        if run.sample == SAMPLES:
            run.end_interval(run.interval)


@settings(max_examples=5, deadline=None)
@given(
    stops=st.lists(
        st.tuples(st.integers(0, INTERVALS - 1), st.integers(0, SAMPLES - 1)),
        min_size=1,
        max_size=2,
    )
)
def test_a_resumed_run_equals_the_uninterrupted_one(
    make: Make, whole: bytes, stops: list[tuple[int, int]]
) -> None:
    run = make()
    for interval, sample in sorted(stops):
        _to(run, interval, sample)
        state = run.save()
        run = make()
        run.restore(state)
        assert run.save() == state
    run.run()
    assert run.save() == whole


def test_rows_may_be_kept_beside_the_state(make: Make, whole: bytes) -> None:
    run, pieces = make(), []
    _to(run, 11, 7)
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
    _to(other, 6, 3)
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
    _to(run, PERIOD, 0)
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
