"""The replay backend: maps of columns, units, parts of a recording, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.replay.configuration import ReplayConfiguration
from rami.core.errors import ConfigurationError
from rami.core.signal import Rows, Signal
from tests.adapters.assets.replay.recorded import (
    INPUTS,
    OUTPUTS,
    PLAIN,
    T0,
    Clock,
    Kept,
    Opened,
)


def test_a_part_of_it(opened: Opened) -> None:
    backend = opened(optional=["*"], start="2023-05-02T08:01Z", end="2023-05-02T08:02Z")
    assert backend.observe().values[0] == 51.0
    with pytest.raises(ConfigurationError, match="no rows between 2024"):
        opened(optional=["*"], start="2024-05-02T08:01Z")


def test_names_with_the_twins_own_before_them(opened: Opened) -> None:
    backend = opened({f"hts.{n}": s for n, s in PLAIN.items()}, optional=["hx.u"])
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]


def test_what_is_missing_or_measures_something_else(opened: Opened) -> None:
    series = {"hx.T": ("power", [(0, 1.0, 0)]), "hx.P": PLAIN["hx.P"]}
    with pytest.raises(ConfigurationError) as caught:
        opened(series)
    assert "hx.T measures power, wanted temperature" in str(caught.value)
    assert "2 points are not in the recording: hx.u, hx.E" in str(caught.value)


def test_a_map_of_columns(opened: Opened) -> None:
    series = {
        "hx.T": ("unknown", [(0, 323.15, 0)]),
        "hx.P": ("unknown", [(0, 5.0, 0)]),
        "hx.E": ("unknown", [(0, 2.0, 0)]),
    }
    columns = (
        "point,column,unit,scale,offset\nhx.T,T1 [K],,,\nhx.P,Q,W,1000,-500\nhx.E,W (MWh),,,\n"
    )
    backend = opened(series, columns, file="recorded.csv", run=None, optional=["hx.u"])
    np.testing.assert_allclose(backend.observe().values, [50.0, 4.5, 2000.0])


def test_all_problems_of_a_map_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.csv").touch()
    (tmp_path / "columns.yaml").write_text(
        "hx.T: {column: T, unit: kW}\nhx.P: {unit: W}\nhx.Q: Q\nhx.E: {column: E, scale: big}\n",
        encoding="utf-8",
    )
    declared = ReplayConfiguration.model_validate({"file": "r.csv", "columns": "columns.yaml"})
    points = [*INPUTS.points, *OUTPUTS.points]
    problems, _ = declared.check_points(tmp_path, points)
    told = "\n".join(map(str, problems))
    for words in (
        "columns.yaml:1: hx.T: unit 'kW' does not measure temperature",
        "columns.yaml:2: hx.P: has no column",
        "columns.yaml:3: the twin has no point 'hx.Q'",
        "columns.yaml:4: hx.E: scale is 'big'",
        "1 points are not in a column map: hx.u",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "either `file` or `run`"),
        ({"file": "a.csv", "run": ""}, "either `file` or `run`"),
        ({"run": "", "form": {"zone": "UTC"}}, "`form` is of a file"),
        ({"run": "", "speed": 0}, "greater than 0"),
        ({"run": "", "start": "2023-05-03T00:00Z", "end": "2023-05-02T00:00Z"}, "not after"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ReplayConfiguration.model_validate(settings)


def test_a_title_whose_unit_is_not_known_is_told(opened: Opened) -> None:
    """Not taken for the point's own unit."""
    columns = "point,column,unit\nhx.T,T [R],\nhx.P,Q [-],W\n"
    with pytest.raises(ConfigurationError) as caught:
        opened({}, columns, file="recorded.csv", run=None, optional=["*"])
    assert str(caught.value).startswith("columns.csv:2: hx.T: the unit in 'T [R]' is not known")


def test_fahrenheit(opened: Opened) -> None:
    series = {"hx.T": ("unknown", [(0, 212.0, 0), (1, 32.0, 0)])}
    columns = "point,column\nhx.T,T [°F]\n"
    backend = opened(series, columns, file="recorded.csv", run=None, optional=["*"])
    assert backend.observe().values[0] == pytest.approx(100.0)


def test_a_recording_that_begins_at_zero(clock: Clock, tmp_path: Path) -> None:
    """Seconds since its begin: the row at 0 is told too."""

    class FromZero(Kept):
        def _rows(self, series: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:  # type: ignore[override]
            signals, rows = Kept._rows(series)
            return signals, replace(rows, times=rows.times - T0)

    declared = ReplayConfiguration.model_validate({"run": "", "optional": ["hx.u"]})
    backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock, FromZero(PLAIN))
    backend.open()
    assert backend.observe().values.tolist() == [50.0, 10.0, 100.0]
    assert backend.observe().times_ns.tolist() == [clock.now] * 3
