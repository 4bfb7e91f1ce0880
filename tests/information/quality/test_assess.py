"""Signals by their rules, their days, and sources behind checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rami.core.frame import Frame
from rami.core.quality import Family, Reason, good, is_bad, quality
from rami.core.signal import Rows
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.quality.assess import assess, counted
from rami.information.quality.checked_source import CheckedSource
from rami.information.quality.column import Column
from rami.information.quality.daily import DAY_NS, daily
from rami.information.quality.report import QualityReport
from rami.information.quality.resample import Combining, Resampling, resample
from rami.information.quality.rule import Rule
from rami.information.quality.rules import effective_rules
from rami.information.quality.settings import QualitySettings
from rami.information.quality.subject import Subject

START = instant("2019-01-14T00:00Z")
STEP = 900 * NS


def _rule(name: str = "a.T", quantity: str = "temperature", **declared: object) -> Rule:
    settings = QualitySettings.model_validate({"rules": {name: declared} if declared else {}})
    rules, faults = effective_rules([Subject(name, quantity)], settings)
    assert not faults
    return rules[0]


def _rows(days: int = 3, name: str = "a.T") -> Rows:
    rng = np.random.default_rng(4)
    count = 96 * days
    values = 20 + 5 * np.sin(np.arange(count) * 2 * np.pi / 96) + rng.normal(0, 0.1, count)
    return Rows.of_series(name, START + STEP * np.arange(count), values)


def _without(rows: Rows, first: int, last: int) -> Rows:
    places = np.arange(len(rows))
    return rows.where((places < first) | (places >= last))


def test_gap_spike_and_range_are_found_and_filled_raw_stays() -> None:
    rows = _without(_rows(), 100, 104)
    rows.values[50], rows.values[180] = 60.0, 900.0
    before = rows.values.copy()
    one = assess(rows, [_rule()]).signals["a.T"]
    assert counted(one.rows.status) == {"missing": 4, "range": 1, "spike": 2}
    assert np.array_equal(rows.values, before)
    assert counted(one.filled.status)["filled"] == 6
    assert one.filled.known.all() and one.filled.values.max() < 30.0


def test_a_register_that_is_reset_in_a_gap_is_filled_by_its_growth() -> None:
    readings = np.where(np.arange(96) < 43, 1000.0, 0.0) + 2.0 * (np.arange(96) % 43)
    rows = _without(Rows.of_series("m.E", START + STEP * np.arange(96), readings), 40, 48)
    rules, _ = effective_rules([Subject("m.E", "energy", True)], None)
    one = assess(rows, rules).signals["m.E"]
    assert one.filled.known.all() and (np.diff(one.filled.values) >= 0).all()
    grid = TimeGrid(START, 4 * STEP, 24)
    grown, _ = resample(one.filled, grid, Resampling(Combining.GROWTH))
    # 2 per step; of the steps around the reset what the register read after it
    assert np.nansum(grown) == pytest.approx(39 * 2.0 + readings[48] + 47 * 2.0)


def test_span_adds_rows_at_both_ends() -> None:
    rows = _rows(1)
    one = assess(rows, [_rule()], span=(START - 4 * STEP, START + 100 * STEP)).signals["a.T"]
    assert len(one.rows) == 104 and counted(one.rows.status) == {"missing": 8}


def test_signals_without_a_rule_are_left_out_and_simulated_ones_may_stand() -> None:
    still = Rows.of_series("a.T", START + STEP * np.arange(300), np.full(300, 21.5))
    assert assess(still, []).signals == {}
    assert "stuck" in counted(assess(still, [_rule()]).signals["a.T"].rows.status)
    model = replace(still, status=good(300, Reason.SIMULATED))
    assert "stuck" not in counted(assess(model, [_rule()]).signals["a.T"].rows.status)


def test_engines_and_marks_besides() -> None:
    rows = _rows()

    def everything_bad(rule: Rule, column: Column) -> Column:
        return column.graded(np.full(len(column), quality(Family.BAD, Reason.RATE), np.uint32))

    ruled = assess(rows, [replace(_rule(), engine="saqc")], engines={"saqc": everything_bad})
    assert counted(ruled.signals["a.T"].rows.status) == {"rate": len(rows)}
    mark = np.zeros(len(rows), np.uint32)
    mark[7] = quality(Family.UNCERTAIN, Reason.LIMITED)
    more = assess(rows, [_rule()], besides=lambda columns: {"a.T": mark})
    assert counted(more.signals["a.T"].rows.status) == {"limited": 1}


def test_gaps_are_filled_by_the_model_where_there_is_one() -> None:
    rows = _rows()
    rule = _rule("a.T", fill={"method": "model", "longest": "1 d"})
    model = Column.of(rows.times, rows.values.copy())
    gap = _without(rows, 100, 140)
    filled = assess(gap, [rule], models={"a.T": model}).signals["a.T"].filled
    assert filled.known.all()
    assert np.abs(filled.values[100:140] - rows.values[100:140]).max() < 0.5
    assert not assess(gap, [rule]).signals["a.T"].filled.known[100:140].any()


def test_where_no_similar_day_is_known_short_gaps_get_a_line() -> None:
    rule = _rule("x.P", "power")
    assert rule.fill == "similar_days"
    filled = assess(_without(_rows(1, "x.P"), 40, 44), [rule]).signals["x.P"].filled
    assert filled.known.all()


def test_days_count_what_is_there() -> None:
    rows = _without(_rows(), 100, 112)
    rows.values[150] = 900.0
    found = daily(assess(rows, [_rule()]).signals["a.T"], START, 3)
    assert found.days == ["2019-01-14", "2019-01-15", "2019-01-16"]
    assert found.expected.tolist() == [96, 96, 96]
    assert found.present.tolist() == [96, 84, 96]
    assert (found.good + found.uncertain + found.bad).tolist() == [96, 96, 96]
    assert found.bad.tolist() == [0, 13, 0]
    assert found.reasons["missing"].tolist() == [0, 12, 0]
    assert found.longest_gap_s.tolist() == [0.0, 3 * 3600.0, 0.0]
    assert found.known_share()[1] == pytest.approx(83 / 96)


def test_a_gap_counts_in_the_day_in_which_it_begins() -> None:
    found = daily(assess(_without(_rows(), 90, 110), [_rule()]).signals["a.T"], START, 3)
    assert found.longest_gap_s.tolist() == [5 * 3600.0, 0.0, 0.0]


def test_the_report_covers_whole_days_and_is_the_same_twice() -> None:
    rows = _without(_rows(), 100, 112)
    one, two = (QualityReport.of("x", assess(rows, [_rule()]), {}).plain() for _ in range(2))
    assert one == two
    assert one["from"] == "2019-01-14T00:00:00Z" and one["to"] == "2019-01-17T00:00:00Z"
    (signal,) = one["signals"]
    assert (signal["expected"], signal["present"], signal["unit"]) == (288, 276, "degC")
    assert signal["good_share"] == pytest.approx(276 / 288, abs=1e-6)
    assert sum(day["expected"] for day in signal["days"]) == 288


def test_a_report_of_nothing_is_empty() -> None:
    plain = QualityReport.of("x", assess(Rows.none(), []), {}).plain()
    assert plain["signals"] == [] and plain["findings"] == []


class _Source:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def describe(self) -> Mapping[str, str]:
        return self._frame.sources

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        return self._frame.select(list(names))


def test_a_checked_source_fills_what_is_bad_and_says_so() -> None:
    rows = _rows()
    values = rows.values.copy()
    values[150] = 900.0
    grid = TimeGrid(START, STEP, len(values))
    frame = Frame.of(grid, {"a.T": ("degC", values), "other": ("kW", values)}, "file.csv")
    source = CheckedSource(_Source(frame), [_rule()])
    read = source.read(["a.T", "other"], grid)
    assert read["a.T"][150] < 30.0
    assert read.quality[150, 0] == quality(
        Family.UNCERTAIN, Reason.RANGE | Reason.SPIKE | Reason.FILLED
    )
    assert read.sources == {
        "a.T": "file.csv; checked: 1 range, 1 spike, 1 filled",
        "other": "file.csv",
    }
    assert np.array_equal(read["other"], values)
    known = source.read_issued(["a.T"], grid, START)
    assert known["a.T"][150] == 900.0 and is_bad(known.quality[150, 0])


def test_a_bad_value_that_cannot_be_filled_stays_with_its_status() -> None:
    values = np.full(96, 900.0)
    grid = TimeGrid(START, STEP, 96)
    frame = Frame.of(grid, {"a.T": ("degC", values)})
    read = CheckedSource(_Source(frame), [_rule()]).read(["a.T"], grid)
    assert (read["a.T"] == 900.0).all() and is_bad(read.quality).all()


def test_days_start_at_midnight_utc() -> None:
    assert START % DAY_NS == 0
