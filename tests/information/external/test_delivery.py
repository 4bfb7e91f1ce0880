"""Deliveries on a grid, against a reading of the rules one elementary instant at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.frame import NO_ISSUE
from rami.core.quality import Family, Reason, is_bad, quality
from rami.core.timegrid import TimeGrid
from rami.information.external import Delivery, on_grid
from rami.information.external.delivery import OPEN

STEP = 4
GRID = TimeGrid(100, STEP, 6)
GOOD, DOUBTFUL, BAD = 0, quality(Family.UNCERTAIN, Reason.FILLED), quality(Family.BAD)

_row = st.tuples(
    st.integers(90, 130),
    st.one_of(st.integers(-2, 20), st.none()),
    st.integers(60, 140),
    st.one_of(st.integers(-3, 9).map(float), st.just(float("nan"))),
    st.sampled_from([GOOD, DOUBTFUL, BAD]),
)


def _delivery(rows: list[tuple[int, int | None, int, float, int]]) -> Delivery:
    return Delivery(
        np.array([r[0] for r in rows], np.int64),
        np.array([OPEN if r[1] is None else r[0] + r[1] for r in rows], np.int64),
        np.array([r[2] for r in rows], np.int64),
        np.array([r[3] for r in rows], float),
        np.array([r[4] for r in rows], np.uint32),
    )


def _slow(
    rows: list[tuple[int, int | None, int, float, int]], at: int | None
) -> list[tuple[float, int, int]]:
    """Value, quality and issue of each interval, one nanosecond after the other."""
    found = []
    for begin in range(GRID.start_ns, GRID.end_ns, STEP):
        chosen = []
        for instant in range(begin, begin + STEP):
            usable = [
                (r[2], r[0], k)
                for k, r in enumerate(rows)
                if r[0] <= instant
                and (r[1] is None or instant < r[0] + r[1])
                and np.isfinite(r[3])
                and r[4] != BAD
                and (at is None or r[2] <= at)
            ]
            chosen.append(rows[max(usable)[2]] if usable else None)
        if any(c is None for c in chosen):
            found.append((float("nan"), quality(Family.BAD, Reason.MISSING), NO_ISSUE))
            continue
        whole = [c for c in chosen if c is not None]
        grade = DOUBTFUL if any(c[4] == DOUBTFUL for c in whole) else GOOD
        found.append((sum(c[3] for c in whole) / STEP, grade, min(c[2] for c in whole)))
    return found


@given(st.lists(_row, max_size=12), st.one_of(st.none(), st.integers(60, 140)))
def test_equals_the_slow_reading(
    rows: list[tuple[int, int | None, int, float, int]], at: int | None
) -> None:
    values, grade, issued = on_grid(_delivery(rows), GRID, at)
    slow = _slow(rows, at)
    assert np.allclose(values, [s[0] for s in slow], equal_nan=True, rtol=1e-12, atol=1e-12)
    assert grade.tolist() == [s[1] for s in slow]
    assert issued.tolist() == [s[2] for s in slow]


def test_a_value_comes_through_exactly() -> None:
    values, _, _ = on_grid(_delivery([(0, None, 0, 0.1 + 0.2, GOOD)]), GRID)
    assert (values == 0.1 + 0.2).all()


def test_a_newer_bad_value_does_not_hide_an_older_good_one() -> None:
    rows = [(90, None, 90, 5.0, GOOD), (104, None, 104, 7.0, BAD)]
    values, grade, issued = on_grid(_delivery(rows), GRID)
    assert (values == 5.0).all() and not is_bad(grade).any() and (issued == 90).all()


def test_nothing_delivered_is_missing() -> None:
    values, grade, issued = on_grid(Delivery.none(), GRID)
    assert np.isnan(values).all() and is_bad(grade).all() and (issued == NO_ISSUE).all()
    assert len(Delivery.joined([]).times) == 0


@pytest.mark.parametrize("at", [99, 120])
def test_only_what_was_issued_counts(at: int) -> None:
    rows = [(100, 24, 50, 1.0, GOOD), (100, 24, 110, 2.0, GOOD)]
    assert on_grid(_delivery(rows), GRID, at)[0][0] == (1.0 if at < 110 else 2.0)
