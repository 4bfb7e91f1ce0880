"""Commandable: an answer for each, only what is chosen is touched, nothing that is not finite."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest

from rami.asset.live import Answer, Taken, Vector
from rami.core.points import PointIndex
from rami.core.quality import is_good
from tests.adapters.assets.live.case import INPUTS, Case, LiveBackend, chosen, wait_until

#: set-points within the points' ranges, in canonical units
WANTED = np.array([72.5, 250.0, 0.75])
NOTHING = np.full(len(INPUTS), np.nan)


def _done(answers: tuple[Answer, ...]) -> list[tuple[int, Taken]]:
    return [(a.place, a.taken) for a in answers]


def _held_soon(case: Case, wanted: Vector) -> None:
    wait_until(
        lambda: np.allclose(case.held(), wanted, rtol=1e-6, atol=case.tolerance),
        f"the plant holds {wanted}",
    )


def test_all_inputs_reach_the_plant(case: Case, backend: LiveBackend) -> None:
    answers = backend.command(WANTED, np.ones(len(INPUTS), np.bool_))
    assert _done(answers) == [(place, Taken.DONE) for place in range(len(INPUTS))]
    _held_soon(case, WANTED)


def test_only_what_is_chosen_is_touched(case: Case, backend: LiveBackend) -> None:
    wanted = case.held()
    for place, name in enumerate(INPUTS.names):
        values = NOTHING.copy()
        values[place] = wanted[place] = WANTED[place]
        assert _done(backend.command(values, chosen(name))) == [(place, Taken.DONE)]
        _held_soon(case, wanted)


def test_answers_stand_in_the_order_of_the_inputs(case: Case) -> None:
    turned = PointIndex(INPUTS.points[::-1])
    backend = case.backend(inputs=turned)
    backend.open()
    try:
        answers = backend.command(WANTED[::-1], chosen("hex.T_set", "valve.u", inputs=turned))
        assert _done(answers) == [(0, Taken.DONE), (2, Taken.DONE)]
        _held_soon(case, np.array([WANTED[0], INPUTS.starts()[1], WANTED[2]]))
    finally:
        backend.close()


def test_nothing_chosen_is_no_write(case: Case, backend: LiveBackend) -> None:
    before = case.held()
    assert backend.command(WANTED, np.zeros(len(INPUTS), np.bool_)) == ()
    np.testing.assert_array_equal(case.held(), before)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_alone(
    case: Case, backend: LiveBackend, value: float
) -> None:
    values = WANTED.copy()
    values[1] = value
    before = case.held()
    answers = backend.command(values, np.ones(len(INPUTS), np.bool_))
    assert [a.taken for a in answers] == [Taken.DONE, Taken.REFUSED, Taken.DONE]
    assert "finite" in answers[1].why
    _held_soon(case, np.array([WANTED[0], before[1], WANTED[2]]))


def test_read_back_is_what_the_plant_holds(case: Case, backend: LiveBackend) -> None:
    before = backend.read_back()
    assert before.values.shape == (len(INPUTS),)
    np.testing.assert_allclose(before.values, case.held(), rtol=1e-6, atol=case.tolerance)
    backend.command(WANTED, chosen("hp.P_set"))
    wait_until(
        lambda: np.allclose(backend.read_back().values, case.held(), atol=case.tolerance),
        "read-back follows",
    )
    after = backend.read_back()
    assert abs(after.values[1] - WANTED[1]) <= case.tolerance + 1e-6 * WANTED[1]
    assert is_good(after.quality).all()
    assert (after.times_ns > 0).all()
    assert (after.times_ns <= case.clock()).all()


def test_a_refusal_of_the_plant_says_why(case: Case, backend: LiveBackend) -> None:
    if not case.can_refuse:
        pytest.skip("the plant refuses nothing")
    case.refuse("hp.P_set")
    before = case.held()
    answers = backend.command(WANTED, np.ones(len(INPUTS), np.bool_))
    assert [a.taken for a in answers] == [Taken.DONE, Taken.REFUSED, Taken.DONE]
    assert "hp.P_set" in answers[1].why
    _held_soon(case, np.array([WANTED[0], before[1], WANTED[2]]))


def test_several_writers_do_not_mix(case: Case, backend: LiveBackend) -> None:
    taken: dict[int, list[Taken]] = {}

    def write(number: int) -> None:
        values = WANTED - np.array([1.0, 1.0, 0.01]) * number
        answers = [backend.command(values, chosen(INPUTS.names[number])) for _ in range(10)]
        taken[number] = [a.taken for some in answers for a in some]

    threads = [Thread(target=write, args=(n,)) for n in range(len(INPUTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert taken == {n: [Taken.DONE] * 10 for n in range(len(INPUTS))}
    _held_soon(case, WANTED - np.array([0.0, 1.0, 0.02]))
