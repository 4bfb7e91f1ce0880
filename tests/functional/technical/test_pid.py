from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.functional.technical import Gains, PidBank
from rami.functional.technical.pid import FILTER
from tests.functional.technical.benches import FirstOrder

ONE, ZERO = np.ones(1), np.zeros(1)
FREE = np.array([-1e9])


def bank(kp: float, ti: float = np.inf, td: float = 0.0, high: float = 1e9) -> PidBank:
    return PidBank(Gains.of((kp, ti, td)), 1.0, np.array([high]))


def one(loop: PidBank, y: float, w: float, ff: float = 0.0, low: float = -1e9) -> float:
    return float(
        loop.step(np.array([y]), np.array([w]), np.array([ff]), ONE, None, np.array([low]))[0]
    )


def test_equation_24_term_by_term() -> None:
    loop = bank(2.0, 10.0)
    outputs = [one(loop, 0.0, 1.0) for _ in range(4)]
    assert outputs == pytest.approx([2.0, 2.2, 2.4, 2.6])


def test_derivative_acts_on_the_measurement_and_dies_out() -> None:
    loop = bank(1.0, np.inf, 8.0)
    assert one(loop, 0.0, 0.0) == 0.0
    assert one(loop, 0.0, 5.0) == pytest.approx(5.0)  # no kick from the set-point
    first = one(loop, 1.0, 5.0)
    assert first == pytest.approx(4.0 - 8.0 / (8.0 / FILTER + 1.0))
    for _ in range(60):
        last = one(loop, 1.0, 5.0)
    assert last == pytest.approx(4.0, abs=1e-9)


def test_derivative_damps() -> None:
    def swing(td: float) -> float:
        plant, loop = FirstOrder(1.0, 5.0, 50.0, 1.0), bank(7.0, 30.0, td)
        return max(plant.step(one(loop, plant.value, 1.0)) for _ in range(400))

    assert swing(2.0) < swing(0.0) - 0.1


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=60),
    st.floats(0.01, 20),
    st.floats(1, 500),
    st.floats(0, 20),
)
def test_output_never_leaves_its_limits(
    steps: list[tuple[float, float]], kp: float, ti: float, td: float
) -> None:
    loop = bank(kp, ti, td, high=1.0)
    assert all(0.1 <= one(loop, y, w, 0.3, 0.1) <= 1.0 for y, w in steps)


@given(st.floats(0.1, 5.0), st.floats(2.0, 100.0), st.integers(1, 400))
def test_integrator_does_not_wind_up(kp: float, ti: float, stuck: int) -> None:
    loop = bank(kp, ti, high=1.0)
    for _ in range(stuck):
        one(loop, 0.0, 50.0, low=0.0)
    # with the error turned round it leaves the limit within a few integral times
    for _ in range(int(5 * ti) + 5):
        output = one(loop, 0.0, -1.0, low=0.0)
    assert output < 1.0


@given(st.floats(0.1, 3.0), st.floats(5.0, 200.0), st.floats(-2.0, 2.0), st.floats(0.1, 3.0))
def test_gains_change_without_a_bump(kp: float, ti: float, error: float, new: float) -> None:
    loop = bank(kp, ti)
    before = [one(loop, 0.0, error) for _ in range(5)][-1]
    loop.retune(Gains.of((new, ti, 0.0)))
    after = one(loop, 0.0, error)
    assert abs(after - before) <= abs(error) * max(kp, new) / ti * 1.01 + 1e-12


@given(st.floats(0.1, 3.0), st.floats(5.0, 200.0), st.floats(-2.0, 2.0), st.floats(-3.0, 3.0))
def test_manual_to_automatic_without_a_bump(
    kp: float, ti: float, error: float, held: float
) -> None:
    loop = bank(kp, ti)
    one(loop, 0.0, error)
    loop.manual(0, held)
    assert [one(loop, 0.0, error, ff=0.5) for _ in range(20)] == [held] * 20
    loop.automatic(0)
    assert one(loop, 0.0, error, ff=0.5) == pytest.approx(held, abs=1e-9)


def test_off_is_zero_and_a_start_begins_at_the_feedforward() -> None:
    loop = bank(0.5, 10.0, high=1.0)
    for _ in range(50):
        one(loop, 0.0, 1.0)
    assert loop.step(ZERO, ONE, ONE * 0.4, ZERO)[0] == 0.0
    assert one(loop, 1.0, 1.0, ff=0.4) == pytest.approx(0.4)


def test_correction_is_bounded() -> None:
    loop = PidBank(Gains.of((5.0, 10.0, 0.0)), 1.0, np.array([100.0]), np.array([0.2]))
    for _ in range(100):
        assert one(loop, 0.0, 1.0, ff=3.0) == pytest.approx(3.2)
    # and does not wind up either
    outputs = [one(loop, 1.0, 0.9, ff=3.0) for _ in range(40)]
    assert min(outputs) < 2.9


def test_scale_makes_one_tuning_hold_for_every_gain() -> None:
    loops = PidBank(Gains.of((1.0, 20.0, 0.0), (1.0, 20.0, 0.0)), 1.0, np.full(2, 1e9))
    small, large = FirstOrder(1.0, 0.0, 20.0, 1.0), FirstOrder(50.0, 0.0, 20.0, 1.0)
    for _ in range(100):
        y = np.array([small.value, large.value])
        u = loops.step(
            y, np.ones(2), np.zeros(2), np.ones(2), np.array([1.0, 1 / 50]), np.full(2, -1e9)
        )
        small.step(float(u[0]))
        large.step(float(u[1]))
        assert small.value == pytest.approx(large.value, abs=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.integers(1, 29))
def test_a_restored_bank_has_the_same_future(values: list[float], cut: int) -> None:
    first, second = bank(1.3, 12.0, 3.0, 1.0), bank(1.3, 12.0, 3.0, 1.0)
    cut = min(cut, len(values) - 1)
    for v in values[:cut]:
        one(first, v, 1.0)
    second.restore(first.save())
    assert [one(first, v, 1.0) for v in values[cut:]] == [one(second, v, 1.0) for v in values[cut:]]
