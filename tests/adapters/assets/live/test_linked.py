"""Linked: opened, closed, lost and had again; nothing is left behind."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import numpy as np
import pytest

from rami.asset.live import LinkState, Taken
from rami.core.errors import ConfigurationError, UnreachableError
from rami.core.quality import Reason, is_bad, is_good
from tests.adapters.assets.live.case import INPUTS, Case, LiveBackend, tells, wait_until
from tests.adapters.assets.live.test_commanded import WANTED

EVERY = np.ones(len(INPUTS), np.bool_)


def _descriptors() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def test_open_and_closed(case: Case) -> None:
    backend = case.backend()
    assert backend.link().state is LinkState.CLOSED
    before = case.clock()
    backend.open()
    link = backend.link()
    assert (link.state, link.losses) == (LinkState.OPEN, 0)
    assert before <= link.since_ns <= case.clock()
    backend.close()
    assert backend.link().state is LinkState.CLOSED


def test_close_is_idempotent_and_ends_threads(case: Case) -> None:
    before = set(threading.enumerate())
    never_opened = case.backend()
    never_opened.close()
    backend = case.backend()
    backend.open()
    backend.close()
    backend.close()
    wait_until(lambda: set(threading.enumerate()) <= before, "threads end")


def test_a_closed_backend_takes_no_commands(case: Case) -> None:
    backend = case.backend()
    backend.open()
    backend.close()
    before = case.held()
    answers = backend.command(WANTED, EVERY)
    assert [a.taken for a in answers] == [Taken.LOST] * len(INPUTS)
    assert all(a.why for a in answers)
    np.testing.assert_array_equal(case.held(), before)


def test_it_can_be_opened_again(case: Case) -> None:
    backend = case.backend()
    backend.open()
    backend.close()
    case.reset()
    backend.open()
    try:
        wait_until(lambda: tells(backend, case.told(), case.tolerance), "values after reopening")
        answers = backend.command(WANTED, EVERY)
        assert [a.taken for a in answers] == [Taken.DONE] * len(INPUTS)
    finally:
        backend.close()


def test_every_missing_point_is_told_at_once(case: Case) -> None:
    if not case.missing:
        pytest.skip("no point can be missing")
    with pytest.raises(ConfigurationError) as caught:
        backend = case.lacking()
        backend.open()
    assert len(case.missing) > 1
    for name in case.missing:
        assert name in str(caught.value)


def test_a_plant_that_is_not_there(case: Case) -> None:
    backend = case.absent()
    if backend is None:
        pytest.skip("there is always one")
    before = set(threading.enumerate())
    with pytest.raises(UnreachableError):
        backend.open()
    assert backend.link().state is not LinkState.OPEN
    backend.close()
    wait_until(lambda: set(threading.enumerate()) <= before, "threads end")


def test_lost_and_had_again(case: Case, backend: LiveBackend) -> None:
    if not case.can_be_cut:
        pytest.skip("the link cannot be lost")
    before = backend.observe()
    case.cut()
    wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
    lost = backend.link()
    assert lost.losses == 1
    assert lost.trouble
    kept = backend.observe()
    np.testing.assert_array_equal(kept.values, before.values)
    answers = backend.command(WANTED, EVERY)
    assert [a.taken for a in answers] == [Taken.LOST] * len(INPUTS)
    case.mend()
    wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
    case.change(backend)
    wait_until(lambda: tells(backend, case.told(), case.tolerance), "values after the loss")
    wait_until(lambda: bool(is_good(backend.observe().quality).all()), "good again")
    assert (backend.observe().times_ns >= before.times_ns).all()
    answers = backend.command(WANTED, EVERY)
    assert [a.taken for a in answers] == [Taken.DONE] * len(INPUTS)
    wait_until(lambda: np.allclose(case.held(), WANTED, atol=case.tolerance), "commands arrive")


def test_what_is_old_is_told_as_stale(case: Case, backend: LiveBackend) -> None:
    if not case.can_be_cut or case.stale_after_s is None:
        pytest.skip("values do not grow old")
    case.cut()
    wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
    case.clock.forward(case.stale_after_s + 1.0)
    old = backend.observe()
    assert np.isfinite(old.values).all()
    assert is_bad(old.quality).all()
    assert (old.quality & Reason.STALE).all()
    assert (case.clock() - old.times_ns >= case.stale_after_s * 1e9).all()
    case.mend()
    wait_until(lambda: bool(is_good(backend.observe().quality).all()), "good again")


def test_losses_do_not_add_up(case: Case, backend: LiveBackend) -> None:
    if not case.can_be_cut:
        pytest.skip("the link cannot be lost")
    threads = 0
    descriptors = 0
    for number in range(6):
        case.cut()
        wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
        case.mend()
        wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
        assert backend.link().losses == number + 1
        if number == 2:
            threads, descriptors = threading.active_count(), _descriptors()
    wait_until(lambda: threading.active_count() <= threads, "threads stay as many")
    wait_until(lambda: _descriptors() <= descriptors + 1, "descriptors stay as many")


def test_threads_and_descriptors_stay_flat(case: Case) -> None:
    threads = 0
    descriptors = 0
    for number in range(30):
        backend = case.backend()
        backend.open()
        backend.observe()
        backend.close()
        if number == 4:
            threads, descriptors = threading.active_count(), _descriptors()
    wait_until(lambda: threading.active_count() <= threads, "threads stay as many")
    wait_until(lambda: _descriptors() <= descriptors, "descriptors stay as many")
