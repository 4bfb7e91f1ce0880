from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from rami.core.quality import Family, Reason
from rami.core.timegrid import NS, instant
from rami.information.quality.clock import Clock, changes
from rami.information.quality.column import Column

MARK = Family.UNCERTAIN | Reason.CLOCK
BERLIN = ZoneInfo("Europe/Berlin")


def local(start: str, days: float, step_s: int) -> tuple[np.ndarray, Column]:
    """True UTC, and a column whose stamps are the zone's clock read as UTC."""
    count = int(days * 86400 / step_s)
    true = instant(start) + step_s * NS * np.arange(count, dtype=np.int64)
    ahead = [datetime.fromtimestamp(t // NS, BERLIN).utcoffset() for t in true.tolist()]
    stamps = true + NS * np.array([int(a.total_seconds()) for a in ahead if a is not None])
    return true, Column.of(stamps, np.arange(count, dtype=float))


def test_changes_of_a_zone() -> None:
    spring, autumn = changes("Europe/Berlin", 2019)
    assert spring.utc_ns == instant("2019-03-31T01:00Z")
    assert autumn.utc_ns == instant("2019-10-27T01:00Z")
    assert changes("UTC", 2019) == ()


@pytest.mark.parametrize("step", [900, 3600])
def test_a_year_of_local_time(step: int) -> None:
    true, column = local("2019-01-01T00:00Z", 365, step)
    marks = Clock().marks(column)
    repeated = 2 * 3600 // step
    assert (marks == MARK).sum() == repeated + 1
    first = int(np.flatnonzero(marks)[0])
    assert column.times[first] == instant("2019-03-31T03:00Z")
    np.testing.assert_array_equal(Clock().mended(column), true[column.values.astype(int)])


@pytest.mark.parametrize("step", [900, 3600])
def test_utc_is_left_alone(step: int) -> None:
    count = 365 * 86400 // step
    times = instant("2019-01-01T00:00Z") + step * NS * np.arange(count, dtype=np.int64)
    hole = (times < instant("2019-03-31T02:00Z")) | (times >= instant("2019-03-31T03:00Z"))
    for keep in (np.ones(count, bool), hole):
        column = Column.of(times[keep], np.zeros(int(keep.sum())))
        assert not Clock().marks(column).any()


def test_spring_alone_is_believed() -> None:
    _, column = local("2019-03-01T00:00Z", 60, 3600)
    assert Clock().marks(column).tolist().count(MARK) == 1


def test_an_hour_back_at_any_date() -> None:
    """A logger whose clock was put back by hand; sent twice alike is a duplicate instead."""
    times = instant("2019-06-01T00:00Z") + 600 * NS * np.arange(60, dtype=np.int64)
    twice = np.concatenate([times, times[12:18]])
    other = np.concatenate([np.arange(60.0), np.arange(6.0)])
    same = np.concatenate([np.arange(60.0), np.arange(12.0, 18.0)])
    assert (Clock().marks(Column.of(twice, other)) == MARK).sum() == 12
    assert not Clock().marks(Column.of(twice, same)).any()


def test_nothing_to_see() -> None:
    none = Column.of(np.empty(0, np.int64), np.empty(0))
    assert len(Clock().marks(none)) == 0
    assert len(Clock().mended(none)) == 0
