"""The JSON and the CSV form: what holds, what is refused, and that what is written reads back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.ems import form, table
from rami.core.frame import Frame
from rami.core.quality import is_bad, is_good
from rami.core.timegrid import TimeGrid, instant
from rami.information.external.delivery import OPEN, Delivery, on_grid
from tests.adapters.sources.ems.conftest import GRID, balances, delivery

COST = {"cost.iess.hnht": "energy_price"}


def _read(**changes: Any) -> Delivery:
    entry = {k: v for k, v in delivery(**changes).items() if v is not None}
    found = form.read(json.dumps(entry), "x", COST)
    assert not found.refused, found.refused
    return Delivery.joined(found.found["cost.iess.hnht"])


def test_values_units_times_and_issue() -> None:
    read = _read()
    values, grade, issued = on_grid(read, GRID)
    assert values[:8].tolist() == [0.03] * 4 + [0.031] * 4
    assert is_good(grade).all() and (issued == instant("2019-01-13T12:00Z")).all()


def test_without_issue_a_value_is_a_measurement_and_the_last_one_holds() -> None:
    read = _read(issued=None, start=None, step_s=None, times=["2019-01-14T00:00Z"], values=[30])
    assert read.issued.tolist() == read.times.tolist() and read.ends.tolist() == [OPEN]


def test_times_end_where_the_next_begins() -> None:
    times = ["2019-01-14T00:00+01:00", "2019-01-14T03:00+01:00"]
    read = _read(start=None, step_s=None, times=times, values=[30, None])
    assert read.ends[0] == read.times[1]
    assert np.isnan(read.values[1])


@pytest.mark.parametrize("status", ["bad", 0x80350000, ["good", "bad", 0, 0x40000000]])
def test_status_by_word_and_by_code(status: Any) -> None:
    grade = _read(status=status).status
    assert is_bad(grade).any()
    if isinstance(status, list):
        assert is_bad(grade).tolist() == [False, True, False, False]
        assert is_good(grade).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "kWh"}, "unit 'kWh' does not measure energy price"),
        ({"unit": None}, "key 'unit' is missing"),
        ({"values": ["30"]}, "'30' is not a number"),
        ({"step_s": True}, "'step_s' is True"),
        ({"step_s": 9e8, "values": [30] * 50}, "beyond the year 2262"),
        ({"values": 3}, "list of 'values'"),
        ({"issued": "2019-01-13T12:00"}, "carries no time zone"),
        ({"times": ["2019-01-14T00:00Z"]}, "do not go together"),
        ({"times": ["2019-01-14T01:00Z", "2019-01-14T00:00Z"], "values": [1, 2]}, "must ascend"),
        ({"step_s": -5}, "'step_s' is -5"),
        ({"step_s": None}, "'start' and 'step_s'"),
        ({"status": "fine"}, "wanted good, uncertain, bad"),
    ],
)
def test_what_does_not_hold_is_told(changes: dict[str, Any], words: str) -> None:
    entry = {k: v for k, v in delivery(**changes).items() if v is not None}
    found = form.read(json.dumps({"deliveries": [entry]}), "x", COST)
    ((problem,),) = found.refused.values()
    assert words in problem.what and not found.found


@pytest.mark.parametrize(
    "text", ["", "{", '[{"series": "a"', "3", '["a"]', "[{}]", "[" * 100_000, "9" * 5000]
)
def test_half_written_or_something_else(text: str) -> None:
    with pytest.raises(form.Unreadable):
        form.read(text, "x", COST)


@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1, max_size=9))
def test_what_is_written_reads_back(values: list[float]) -> None:
    grid = TimeGrid.of("2019-01-14T00:00Z", 900, len(values))
    frame = Frame.of(grid, {"cost.iess.hnht": ("EUR/kWh", np.array(values))})
    found = form.read(form.write(frame, "k"), "x", COST).found["cost.iess.hnht"]
    read, grade, issued = on_grid(Delivery.joined(found), grid)
    assert np.array_equal(read, values, equal_nan=True)
    assert is_bad(grade).tolist() == np.isnan(values).tolist()
    assert {int(i) for i, bad in zip(issued, is_bad(grade), strict=True) if not bad} <= {
        grid.end_ns
    }


def test_equal_frames_give_equal_texts() -> None:
    assert form.write(balances(), "k") == form.write(balances(), "k")
    assert form.write(balances(), "k") != form.write(balances(6.0), "k")


TABLE = """series;unit;issued;time;until;value;status
cost.iess.hnht;EUR/MWh;2019-01-13T12:00Z;2019-01-14T00:00Z;;30;good
other;kW;;2019-01-14T00:00Z;;1;
cost.iess.hnht;EUR/MWh;2019-01-13T12:00Z;2019-01-14T02:00Z;2019-01-14T03:00Z;31;
"""


def test_a_table() -> None:
    found = table.read(TABLE, "x", COST)
    values, _, issued = on_grid(Delivery.joined(found.found["cost.iess.hnht"]), GRID)
    assert values[:8].tolist() == [0.03] * 8
    assert values[8:12].tolist() == [0.031] * 4
    assert np.isnan(values[12:]).all()
    assert issued[0] == instant("2019-01-13T12:00Z")
    commas = table.read(TABLE.replace(";", ","), "x", COST)
    assert commas.found["cost.iess.hnht"][0].values.tolist() == [0.03, 0.031]


def test_a_table_that_is_half_written_or_wrong() -> None:
    with pytest.raises(form.Unreadable, match="half written"):
        table.read(TABLE[:-3], "x", COST)
    with pytest.raises(form.Unreadable, match="lacks the columns unit"):
        table.read("series;time;value\n", "x", COST)
    wrong = TABLE.replace("31", "31,5").replace("EUR/MWh", "kWh", 1)
    (problems,) = table.read(wrong, "x", COST).refused.values()
    assert [p.where for p in problems] == ["x:2", "x:4"]
