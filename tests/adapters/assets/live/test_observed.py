"""Observable: names and order, units, quality, times; what is not known is told as such."""

from __future__ import annotations

import numpy as np
import pytest

from rami.asset.live import Commandable, Linked, Observable, Paced
from rami.core.points import PointIndex
from rami.core.quality import Reason, is_bad, is_good
from tests.adapters.assets.live.case import (
    INPUTS,
    OUTPUTS,
    Case,
    LiveBackend,
    tells,
    wait_until,
)


def test_capabilities(case: Case) -> None:
    backend = case.backend()
    for capability in (Observable, Commandable, Linked):
        assert isinstance(backend, capability)


def test_names_and_order(case: Case, backend: LiveBackend) -> None:
    assert backend.outputs.names == OUTPUTS.names
    assert backend.inputs.names == INPUTS.names
    other = case.backend(PointIndex(INPUTS.points[::-1]), PointIndex(OUTPUTS.points[::-1]))
    other.open()
    try:
        wait_until(lambda: tells(other, case.told()[::-1], case.tolerance), "the other order")
        assert other.outputs.names == OUTPUTS.names[::-1]
        wait_until(
            lambda: np.allclose(other.read_back().values, case.held()[::-1], atol=case.tolerance),
            "inputs in the other order",
        )
    finally:
        other.close()


def test_nothing_is_known_before_the_first_value(case: Case) -> None:
    seen = case.backend().observe()
    assert seen.values.shape == seen.quality.shape == seen.times_ns.shape == (len(OUTPUTS),)
    assert np.isnan(seen.values).all()
    assert is_bad(seen.quality).all()
    assert (seen.quality & Reason.MISSING).all()
    assert not seen.times_ns.any()


def test_values_are_canonical_and_good(case: Case, backend: LiveBackend) -> None:
    seen = backend.observe()
    np.testing.assert_allclose(seen.values, case.told(), rtol=1e-6, atol=case.tolerance)
    assert seen.values.dtype == np.float64
    assert seen.quality.dtype == np.uint32
    assert seen.times_ns.dtype == np.int64
    assert is_good(seen.quality).all()


def test_times_do_not_go_back_nor_ahead(case: Case, backend: LiveBackend) -> None:
    first = backend.observe()
    assert (first.times_ns > 0).all()
    case.change(backend)
    wait_until(lambda: tells(backend, case.told(), case.tolerance), "the change")
    second = backend.observe()
    assert (second.times_ns >= first.times_ns).all()
    assert (second.times_ns <= case.clock()).all()
    assert (second.values != first.values).all()


def test_an_observation_stays_as_it_was(case: Case, backend: LiveBackend) -> None:
    seen = backend.observe()
    kept = seen.values.copy(), seen.quality.copy(), seen.times_ns.copy()
    case.change(backend)
    wait_until(lambda: tells(backend, case.told(), case.tolerance), "the change")
    backend.observe()
    for now, before in zip((seen.values, seen.quality, seen.times_ns), kept, strict=True):
        np.testing.assert_array_equal(now, before)


def test_time_moved_on_gives_the_same_twice(case: Case) -> None:
    courses = []
    for _ in range(2):
        backend = case.backend()
        if not isinstance(backend, Paced):
            pytest.skip("its time is not ours to move on")
        case.reset()
        backend.open()
        course = [backend.observe().values]
        for _ in range(5):
            backend.advance(60.0)
            course.append(backend.observe().values)
        backend.close()
        courses.append(np.array(course))
    np.testing.assert_array_equal(courses[0], courses[1])
    assert (np.ptp(courses[0], axis=0) > 0).any()
