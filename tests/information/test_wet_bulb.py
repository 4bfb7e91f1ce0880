import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.timegrid import TimeGrid
from rami.information.wet_bulb import daily_minimum, relative_humidity, wet_bulb


def test_example_of_the_paper() -> None:
    assert float(wet_bulb(np.array(20.0), np.array(50.0))) == pytest.approx(13.7, abs=0.05)


@given(st.floats(-15, 45), st.floats(5, 99))
def test_never_above_the_air(air: float, humidity: float) -> None:
    assert float(wet_bulb(np.array(air), np.array(humidity))) <= air


def test_humidity_at_the_dew_point() -> None:
    assert relative_humidity(np.array([20.0]), np.array([20.0])) == pytest.approx([100.0])
    assert relative_humidity(np.array([20.0]), np.array([9.3])) == pytest.approx([50.0], abs=0.5)


def test_minimum_by_day_and_a_last_part() -> None:
    grid = TimeGrid.of("2019-01-01T00:00Z", 6 * 3600, 10)
    air = np.array([4.0, 3, 2, 1, 8, 7, 6, 5, 0, 9])
    assert daily_minimum(air, grid).tolist() == [1.0] * 4 + [0.0] * 6


def test_against_the_reference_year(shared_data: Path) -> None:
    with (shared_data / "weather_try2010_zone12_mannheim_hourly.csv").open() as file:
        rows = list(csv.DictReader(file))
    air, humidity, measured = (
        np.array([float(r[c]) for r in rows])
        for c in ("temp_air_degC", "rel_humidity_pct", "wet_bulb_degC")
    )
    assert np.abs(wet_bulb(air, humidity) - measured).max() < 1.0
    grid = TimeGrid.of("2018-12-31T23:00Z", 3600, len(air))
    guess = wet_bulb(air, relative_humidity(air, daily_minimum(air, grid)))
    error = guess - measured
    assert abs(error.mean()) < 1.0
    assert np.sqrt((error**2).mean()) < 2.0
