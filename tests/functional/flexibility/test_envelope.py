"""A power within limits: against a solver of the same quadratic programme."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from rami.functional.flexibility import Envelope

POWER = np.array([5.0, 8, 9, 4, 3, 6])


def test_energy_that_is_only_deferred_comes_back() -> None:
    e = Envelope(POWER, POWER - 3, POWER + 2, 3600, ((0, 6, 35.0, 35.0),))
    change = e.answer(np.array([0, 1, 1, 0, 0, 0.5]), 0.0, np.zeros(6))
    assert change.sum() == pytest.approx(0)
    assert change[[1, 2]] == pytest.approx([-3, -3])


def test_energy_that_may_vanish_does_where_it_is_dear() -> None:
    e = Envelope(POWER, POWER - 3, POWER, 3600)
    assert e.answer(np.full(6, 0.2), 0.0, np.zeros(6)) == pytest.approx(-3)


def test_the_answer_is_the_optimum() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        price, target = rng.normal(0.1, 0.1, 6), rng.normal(0, 2, 6)
        e = Envelope(POWER, POWER - 2, POWER + 2, 3600, ((0, 3, 20.0, 21.0), (3, 6, 13.0, 13.0)))

        def cost(c, price=price, target=target):
            return price @ c + 0.1 * ((c - target) ** 2).sum()

        sums = [
            {"type": "ineq", "fun": lambda c: (POWER + c)[:3].sum() - 20},
            {"type": "ineq", "fun": lambda c: 21 - (POWER + c)[:3].sum()},
            {"type": "eq", "fun": lambda c: (POWER + c)[3:].sum() - 13},
        ]
        best = minimize(cost, np.zeros(6), bounds=[(-2, 2)] * 6, constraints=sums)
        found = e.answer(price, 0.2, target)
        assert cost(found) <= best.fun + 1e-6
        assert (POWER + found)[:3].sum() == pytest.approx(
            np.clip((POWER + found)[:3].sum(), 20, 21)
        )
