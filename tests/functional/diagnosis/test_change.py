"""Cumulative sums: how seldom they alarm, and what they forget."""

from __future__ import annotations

import numpy as np
import pytest

from rami.functional.diagnosis.change import Sums, threshold


def blocks_to_alarm(height: float, shift: float, draws: int = 400) -> float:
    """Mean blocks until one of `draws` independent sums alarms, capped."""
    draw = np.random.default_rng(3)
    sums = Sums(draws, 0.5)
    first = np.full(draws, np.nan)
    for block in range(1, 20_000):
        sums.add(draw.normal(shift, 1.0, draws))
        first[np.isnan(first) & (sums.height > height)] = block
        sums.rest(sums.height > height)
        if not np.isnan(first).any():
            break
    return float(np.mean(first))


def test_the_threshold_gives_the_rate_of_false_alarms_that_was_asked_for() -> None:
    asked = 500.0
    assert blocks_to_alarm(threshold(asked, 0.5), 0.0) == pytest.approx(asked, rel=0.15)


def test_a_shift_is_found_much_sooner() -> None:
    assert blocks_to_alarm(threshold(500.0, 0.5), 1.0) < 12.0


def test_a_relation_that_is_not_judged_keeps_its_sum() -> None:
    sums = Sums(2, 0.5)
    sums.add(np.array([3.0, 3.0]))
    sums.add(np.array([np.nan, 3.0]))
    assert sums.height.tolist() == [2.5, 5.0]
    assert sums.since.tolist() == [2.0, 2.0]


def test_one_wild_block_is_not_enough() -> None:
    sums = Sums(1, 0.5)
    sums.add(np.array([1e6]))
    assert sums.height[0] < threshold(1000.0, 0.5)
