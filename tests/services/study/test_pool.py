"""Jobs in processes of their own: results, errors with their origin, workers that die."""

from __future__ import annotations

import os
import signal

import pytest

from rami.core.errors import RunError
from services.study.pool import run_jobs, tick


def _work(number: int, job: str) -> str:
    tick(number, 0.5)
    if job == "wrong":
        raise ValueError("this job is wrong")
    if job == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return job.upper()


def test_every_job_is_done_and_told() -> None:
    told: list[tuple[int, float]] = []
    done = dict(run_jobs(_work, ["a", "b", "c"], lambda n, s: told.append((n, s)), workers=2))
    assert done == {0: "A", 1: "B", 2: "C"}
    assert sorted(told) == [(0, 0.5), (1, 0.5), (2, 0.5)]


def test_an_error_says_where_in_the_worker_it_came_from() -> None:
    with pytest.raises(ValueError, match="this job is wrong") as caught:
        list(run_jobs(_work, ["wrong", "a"], lambda n, s: None, workers=1))
    assert any("in _work" in note for note in caught.value.__notes__)


def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(RunError, match="exit code -9"):
        list(run_jobs(_work, ["dies"], lambda n, s: None, workers=1))
