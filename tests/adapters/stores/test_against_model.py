"""Any course of writes, erasures and compactions answers as a few dictionaries do."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.core.historian import Aggregation, Store
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows
from rami.core.timegrid import TimeGrid
from tests.adapters.stores.cases import DAY, EVER, HOUR, T0, Case, plain
from tests.adapters.stores.model import DictStore

NAMES = ("a", "b")
STATUS = (0, quality(Family.UNCERTAIN, Reason.SPIKE), quality(Family.BAD, Reason.RANGE))
_numbers = count(1)

# three months, so that some close; few instants, so that they meet
instants = st.builds(
    lambda day, hour: T0 + day * DAY + hour * HOUR // 2,
    st.sampled_from([0, 1, 17, 18, 50]),
    st.integers(0, 3),
)
values = st.sampled_from([0.0, 1.0, -2.5, 1e6, float("nan")])
row = st.tuples(st.sampled_from(NAMES), instants, values, st.sampled_from(STATUS))
action = st.one_of(
    st.tuples(st.just("write"), st.lists(row, max_size=12)),
    st.tuples(st.just("write"), st.lists(row, max_size=12)),
    st.tuples(st.just("erase"), st.tuples(st.sampled_from(NAMES), instants)),
    st.tuples(st.just("compact"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


def fresh(case: Case, folder: Path) -> Case:
    """The same kind of store at another place."""
    own = f"{case.settings.get('namespace', '')}_{next(_numbers)}"
    more = {"namespace": own} if case.name == "postgres" else {}
    return replace(case, settings={**case.settings, **more}, folder=folder, opened=[])


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(actions=st.lists(action, min_size=1, max_size=7))
def test_answers_as_the_model(case: Case, actions: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        own = fresh(case, Path(folder))
        try:
            follow(own, actions)
        finally:
            own.close()


def follow(case: Case, actions: list[tuple[str, Any]]) -> None:
    store, model = case.with_signals(*NAMES), DictStore(NAMES)
    for what, detail in actions:
        if what == "write":
            assert store.write(rows_of(detail)) == model.write(detail)
        elif what == "erase":
            assert store.erase([detail[0]], detail[1]) == model.erase(*detail)
        elif what == "compact":
            store.compact()
        else:
            store.close()
            store = case.open()
    compare(store, model)


def compare(store: Store, model: DictStore) -> None:
    for start, end in (EVER, (T0 + HOUR, T0 + 18 * DAY)):
        for superseded in (False, True):
            got = plain(store.rows(NAMES[::-1], start, end, superseded=superseded))
            assert repr(got) == repr(model.rows(NAMES[::-1], start, end, superseded))
    latest = {n: plain(rows)[0][1:] for n, rows in store.last(NAMES).series()}
    wanted = {n: model.last(n) for n in NAMES if model.last(n)}
    assert repr(sorted(latest.items())) == repr(sorted(wanted.items()))
    grid = TimeGrid(T0 - HOUR, 5 * HOUR, 90)
    for how in Aggregation:
        frame = store.read(NAMES, grid, how)
        for name in NAMES:
            expected = [
                model.value(name, at, at + grid.step_ns, how) for at in grid.times().tolist()
            ]
            np.testing.assert_allclose(frame[name], expected, err_msg=f"{how} of {name}")


def rows_of(listed: list[tuple[str, int, float, int]]) -> Rows:
    return Rows(
        NAMES,
        np.array([NAMES.index(n) for n, _, _, _ in listed], np.int32),
        np.array([t for _, t, _, _ in listed], np.int64),
        np.array([v for _, _, v, _ in listed], float),
        np.array([s for _, _, _, s in listed], np.uint32),
    )


def test_the_model_itself() -> None:
    model = DictStore(["a"])
    model.write([("a", 0, 1.0, 0), ("a", 10, 3.0, 0)])
    assert model.value("a", 0, 10, Aggregation.DIFFERENCE) == 2.0
    assert model.value("a", 0, 10, Aggregation.SUM) == 1.0
    with pytest.raises(KeyError):
        model.last("b")
