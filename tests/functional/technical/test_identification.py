from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.errors import ControlError
from rami.functional.technical.identification import identify
from tests.functional.technical.benches import Rows

TIMES = np.arange(1.0, 1200.0, 2.0)


def response(gain: float, delay: float, lag: float) -> Rows:
    return gain * (1 - np.exp(-np.maximum(TIMES - delay, 0.0) / lag))


@given(
    st.floats(0.05, 500).flatmap(lambda g: st.sampled_from([g, -g])),
    st.floats(0, 60),
    st.floats(10, 150),
    st.sampled_from([-3.0, 0.2, 5.0]),
)
def test_a_first_order_response_is_found(
    gain: float, delay: float, lag: float, step: float
) -> None:
    found = identify(TIMES, step * response(gain, delay, lag), step)
    assert found.gain == pytest.approx(gain, rel=0.01)
    assert found.delay == pytest.approx(delay, abs=2.5)
    assert found.lag == pytest.approx(lag, rel=0.05, abs=2.0)


@pytest.mark.parametrize("seed", range(5))
def test_noise_averages_out(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0.0, 0.05, len(TIMES))
    found = identify(TIMES, response(1.0, 20.0, 80.0) + noise, 1.0)
    assert found.gain == pytest.approx(1.0, rel=0.03)
    assert found.delay == pytest.approx(20.0, abs=12.0)
    assert found.lag == pytest.approx(80.0, rel=0.2)


def test_the_wrong_way_first_counts_as_delay() -> None:
    wrong = response(1.0, 0.0, 60.0) - 1.5 * (response(1.0, 0.0, 10.0) - response(1.0, 0.0, 25.0))
    wrong -= 0.8 * (np.exp(-TIMES / 30.0) - np.exp(-TIMES / 10.0))
    assert wrong.min() < -0.05
    found = identify(TIMES, wrong, 1.0)
    assert found.gain == pytest.approx(1.0, rel=0.01)
    assert found.delay > 10.0
    assert 30.0 < found.lag < 120.0


def test_higher_order_becomes_delay_and_lag() -> None:
    third = 1 - np.exp(-TIMES / 30) * (1 + TIMES / 30 + (TIMES / 30) ** 2 / 2)
    found = identify(TIMES, third, 1.0)
    assert found.delay + found.lag == pytest.approx(90.0, rel=0.03)
    assert 10.0 < found.delay < 45.0


def test_a_strong_overshoot_falls_back_to_the_tangent() -> None:
    early = 1 + 3.0 * np.exp(-TIMES / 60) - 4.0 * np.exp(-TIMES / 10)
    found = identify(TIMES, early, 1.0)
    assert found.gain == pytest.approx(1.0, rel=0.01)
    assert 0.0 < found.lag < 10.0


def test_no_response_is_said() -> None:
    noise = np.random.default_rng(1).normal(0.0, 1.0, len(TIMES))
    with pytest.raises(ControlError, match="no response to the step"):
        identify(TIMES, 0.01 * noise, 1.0)
    with pytest.raises(ControlError, match="5 or more samples"):
        identify(TIMES[:3], TIMES[:3], 1.0)
