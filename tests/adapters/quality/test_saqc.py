"""SaQC behind our status: its tests as a rule's engine, and a configuration of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.signal import Rows
from rami.information.quality.assess import assess
from rami.information.quality.column import Column
from rami.information.quality.rule import Rule
from rami.information.quality.subject import Subject
from services.assemble.engines import besides, engines

#: SaQC sets an option that pandas 3 has deprecated when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:The .mode.chained_assignment. option")
STEP = 900 * 10**9


@pytest.fixture
def column() -> Column:
    """A day pattern with a spike, a value out of range, a stuck span, a gap, a repetition."""
    rng = np.random.default_rng(0)
    times = STEP * np.arange(400, dtype=np.int64)
    values = 20 + 5 * np.sin(np.arange(400) * 2 * np.pi / 96) + rng.normal(0, 0.1, 400)
    values[50], values[100], values[200:260], values[300] = 60.0, 200.0, 21.5, np.nan
    return Column.of(np.append(times, times[10]), np.append(values, values[10]))


@pytest.fixture
def rule() -> Rule:
    return Rule(
        Subject("x.T", "temperature"),
        low=0.0,
        high=100.0,
        spike=6.0,
        spike_least=5.0,
        stuck_s=6 * 3600.0,
        engine="saqc",
    )


def test_a_rule_is_carried_out_by_saqc(
    peer: Callable[[str], Any], column: Column, rule: Rule
) -> None:
    peer("saqc")
    ours = engines([rule])["saqc"](rule, column)
    assert len(ours) == len(column) and np.array_equal(ours.values, column.values, equal_nan=True)
    at = {t: i for i, t in enumerate(ours.times.tolist())}
    for place, reason in ((50, Reason.SPIKE), (100, Reason.RANGE), (230, Reason.STUCK)):
        status = ours.status[at[place * STEP]]
        assert is_bad(np.array([status]))[0] and status & np.uint32(reason), (place, reason)
    assert ours.status[at[300 * STEP]] == quality(Family.BAD, Reason.MISSING)
    assert (ours.status & np.uint32(Reason.DUPLICATE)).any()
    assert is_good(ours.status).mean() > 0.8


def test_an_assessment_uses_the_engine(
    peer: Callable[[str], Any], column: Column, rule: Rule
) -> None:
    peer("saqc")
    rows = Rows.of_series("x.T", column.times, column.values)
    found = assess(rows, [rule], engines=engines([rule])).signals["x.T"]
    assert (found.rows.status & np.uint32(Reason.SPIKE)).any()


def test_a_configuration_of_the_users_own(
    peer: Callable[[str], Any], column: Column, tmp_path: Path
) -> None:
    peer("saqc")
    file = tmp_path / "saqc.csv"
    file.write_text(
        "varname;test\nx.T;flagRange(min=0,max=100)\n'.*T';flagConstants(window='6h',thresh=0.0)\n"
    )
    run = besides(file)
    assert run is not None
    marks = run({"x.T": column})["x.T"]
    assert (marks == quality(Family.BAD, Reason.RANGE)).sum() == 1
    assert (marks == quality(Family.BAD, Reason.STUCK)).sum() == 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("varname;test\nx.T;flagRnge(min=0)\n", "unknown function 'flagRnge'"),
        ("varname;test\ny.T;flagRange(min=0)\n", "y.T"),
        ("", "empty"),
    ],
)
def test_what_saqc_refuses_is_one_line(
    peer: Callable[[str], Any], column: Column, tmp_path: Path, text: str, words: str
) -> None:
    peer("saqc")
    file = tmp_path / "saqc.csv"
    file.write_text(text)
    run = besides(file)
    assert run is not None
    with pytest.raises(ConfigurationError, match="SaQC refuses") as caught:
        run({"x.T": column})
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_package_names_the_command(
    monkeypatch: pytest.MonkeyPatch, column: Column, rule: Rule
) -> None:
    monkeypatch.setitem(sys.modules, "saqc", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'rami-twins\[saqc\]'"):
        engines([rule])["saqc"](rule, column)


def test_nothing_is_loaded_where_nobody_asks_for_it(rule: Rule) -> None:
    from dataclasses import replace

    assert engines([replace(rule, engine="own")]) == {} and besides(None) is None
