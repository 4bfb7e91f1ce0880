"""Drawn columns: absent values, bad rows, irregular times, equal instants."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS
from rami.information.quality.column import Column

_VALUES = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 2.5]),
    st.floats(-100, 100, width=32).map(float),
    st.just(float("nan")),
)
_BAD = quality(Family.BAD, Reason.RANGE)
_ODD = quality(Family.UNCERTAIN, Reason.ESTIMATED)


@st.composite
def columns(
    draw: st.DrawFn,
    min_size: int = 0,
    max_size: int = 60,
    steps: tuple[int, ...] = (0, 1, 2, 3, 10, 25),
    usual: int = 2,
) -> Column:
    """A column whose steps (s) are mostly the usual one."""
    count = draw(st.integers(min_size, max_size))
    values = draw(st.lists(_VALUES, min_size=count, max_size=count))
    gaps = draw(
        st.lists(
            st.one_of(st.just(usual), st.just(usual), st.sampled_from(steps)),
            min_size=count,
            max_size=count,
        )
    )
    status = draw(
        st.lists(st.sampled_from([0, 0, 0, 0, _BAD, _ODD]), min_size=count, max_size=count)
    )
    times = (1_000_000 + np.cumsum(np.array(gaps, np.int64))) * NS
    return Column.of(times, np.array(values, np.float64), np.array(status, np.uint32))


def regular(values: np.ndarray, step_s: int = 3600, start: int = 1_546_300_800) -> Column:
    """Good rows one step apart; 2019-01-01 by default."""
    times = (start + step_s * np.arange(len(values), dtype=np.int64)) * NS
    return Column.of(times, np.asarray(values, np.float64))
