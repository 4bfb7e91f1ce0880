"""The embedded generator: its statistics, its determinism, and what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.sources.synthetic.configuration import SyntheticConfiguration
from adapters.sources.synthetic.noise import autocorrelated
from adapters.sources.synthetic.source import REFERENCE_LOADS, SyntheticSource
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.quality import Reason, is_good
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.series import Role, Series

NAMES = ["temp_air", "price_da", *REFERENCE_LOADS]


def _read(start: str, count: int, step: float = 900, seed: int = 2019) -> Frame:
    source = SyntheticSource(SyntheticConfiguration(seed=seed))
    return source.read(NAMES, TimeGrid.of(start, step, count))


@pytest.fixture(scope="module")
def year() -> Frame:
    return _read("2019-01-01T00:00Z", 35040)


@pytest.mark.parametrize(("start", "hours"), [("2019", 8760), ("2020", 8784), ("2031", 8760)])
@pytest.mark.parametrize("seed", [1, 2019])
def test_price_has_the_statistics_of_2019(start: str, hours: int, seed: int) -> None:
    source = SyntheticSource(SyntheticConfiguration(seed=seed))
    grid = TimeGrid.of(f"{start}-01-01T00:00Z", 3600, hours)
    price = source.read(["price_da"], grid)["price_da"] * 1000
    assert price.mean() == pytest.approx(37.67, abs=0.1)
    assert price.std() == pytest.approx(15.52, rel=0.015)
    assert (price.min(), price.max()) == pytest.approx((-90.01, 121.46))
    assert (price < 0).sum() == pytest.approx(211, abs=1)


def test_price_has_the_shape_of_a_market(year: Frame) -> None:
    price = year["price_da"][::4] * 1000
    apart = price - price.mean()
    lag = {k: float((apart[:-k] * apart[k:]).mean() / apart.var()) for k in (1, 12, 24, 168)}
    # 2019: 0.95, 0.48, 0.52, 0.44
    assert lag[1] == pytest.approx(0.947, abs=0.03)
    assert lag[24] == pytest.approx(0.521, abs=0.08)
    assert lag[168] == pytest.approx(0.438, abs=0.12)
    weekday = (np.arange(8760) // 24 + 1) % 7  # 1 January 2019 was a Tuesday
    assert price[weekday == 6].mean() < price[weekday < 5].mean() - 6
    days = price.reshape(-1, 24)
    assert (days.max(axis=1) - days.min(axis=1)).mean() > 15


def test_windy_hours_are_cheap(year: Frame) -> None:
    from adapters.sources.synthetic.weather import weather

    wind = weather(2019, 2019, "Europe/Berlin").wind
    price = year["price_da"][::4]
    assert price[wind > 1].mean() < price[wind < -1].mean() - 0.01


def test_loads_have_the_reference_sites_magnitudes(year: Frame) -> None:
    bounds = {  # mean, low, high in kW of the prepared season files
        "P_th_dem_HNHT": (2000, 700, 3500),
        "P_c_dem_CN": (1770, 700, 2600),
        "P_el_factory": (6900, 3000, 10000),
    }
    for name, (mean, low, high) in bounds.items():
        assert year[name].mean() == pytest.approx(mean, rel=0.02)
        assert low <= year[name].min() < year[name].max() <= high
    assert 4000 <= year["P_th_dem_DHS"].min() < 4500
    assert 15000 < year["P_th_dem_DHS"].max() <= 20000
    assert 4000 < year["P_th_dem_HNLT"].max() <= 7000


def test_weekday_season_and_cold_count(year: Frame) -> None:
    hours = np.arange(35040) // 4 + 1  # local winter time
    weekday, hour = (hours // 24 + 1) % 7, hours % 24
    factory = year["P_el_factory"]
    assert factory[(weekday == 2) & (hour == 12)].mean() == pytest.approx(8500, rel=0.03)
    assert factory[weekday == 6].mean() == pytest.approx(4500, rel=0.05)
    july = slice(35040 * 7 // 12 - 2000, 35040 * 7 // 12)
    assert year["P_th_dem_HNLT"][july].max() == 0.0
    for name in ("P_th_dem_HNLT", "P_th_dem_DHS"):
        assert np.corrcoef(year["temp_air"], year[name])[0, 1] < -0.85


def test_temperature_of_a_mild_climate(year: Frame) -> None:
    air = year["temp_air"]
    assert air.mean() == pytest.approx(11.1, abs=1.0)
    assert -18 < air.min() < 0 < 25 < air.max() < 40
    assert np.abs(np.diff(air)).max() < 2.0


def test_every_value_is_marked(year: Frame) -> None:
    assert is_good(year.quality).all()
    assert (year.quality == int(Reason.SYNTHETIC)).all()
    assert year.units == ("degC", "EUR/kWh", *("kW",) * 5)
    assert "seed 2019" in year.sources["P_el_factory"]


def test_no_seam_at_new_year() -> None:
    frame = _read("2018-12-31T12:00Z", 96)
    jump = np.abs(np.diff(frame["temp_air"]))
    assert jump[46:50].max() < 1.0
    for name in ("P_th_dem_DHS", "P_th_dem_HNLT"):
        level = frame[name]
        assert np.abs(np.diff(level))[46:50].max() < 0.1 * level.mean()


def test_noise_meets_the_next_year() -> None:
    path = autocorrelated(1, 2019, "x", 500, 1.0, 20.0)
    after = autocorrelated(1, 2020, "x", 500, 1.0, 20.0)
    assert path[-1] == pytest.approx(after[0])
    assert autocorrelated(1, 2019, "y", 500, 1.0, 20.0)[0] != path[0]


offsets = st.integers(0, 35040 * 2 - 100)


@given(offsets, st.integers(1, 96))
def test_any_window_of_the_same_year(first: int, count: int) -> None:
    whole = _window(0, 35040 * 2)
    start = instant("2019-01-01T00:00Z") + first * 900 * NS
    source = SyntheticSource(SyntheticConfiguration())
    part = source.read(NAMES, TimeGrid(start, 900 * NS, count))
    assert part.values.tobytes() == whole.part(first, count).values.tobytes()


_windows: dict[tuple[int, int], Frame] = {}


def _window(first: int, count: int) -> Frame:
    if (first, count) not in _windows:
        _windows[first, count] = _read("2019-01-01T00:00Z", count)
    return _windows[first, count]


def test_seeds_differ_and_repeat() -> None:
    a, b, c = (_read("2019-03-01T00:00Z", 96, seed=s) for s in (1, 1, 2))
    assert a.values.tobytes() == b.values.tobytes()
    assert all((a[n] != c[n]).any() for n in NAMES)


def test_other_steps() -> None:
    quarter, hour = _read("2019-05-01T00:00Z", 96), _read("2019-05-01T00:00Z", 24, 3600)
    assert hour["P_el_factory"] == pytest.approx(
        quarter["P_el_factory"].reshape(24, 4).mean(axis=1)
    )
    minute = _read("2019-05-01T00:00Z", 60, 60)
    assert minute["P_el_factory"][0] == minute["P_el_factory"][14] == quarter["P_el_factory"][0]
    assert 0 < abs(minute["temp_air"][0] - minute["temp_air"][14]) < 2


def test_loads_of_another_site() -> None:
    settings = SyntheticConfiguration.model_validate(
        {"profiles": {"hall": {"role": "space_heating", "power": "800 kW"}}}
    )
    source = SyntheticSource(settings, {"mill": Series("mill", "power", Role.PRODUCTION, 700.0)})
    frame = source.read(["hall", "mill"], TimeGrid.of("2019-01-14T00:00Z", 900, 96))
    assert 0 < frame["hall"].max() <= 800
    assert 0 < frame["mill"].max() <= 700
    with pytest.raises(DataError, match="no series 'P_el_factory'"):
        source.read(["P_el_factory"], TimeGrid.of("2019-01-14T00:00Z", 900, 96))


def test_bad_settings_and_years() -> None:
    with pytest.raises(ValidationError, match="no time zone 'Berlin'"):
        SyntheticConfiguration(zone="Berlin")
    with pytest.raises(DataError, match="wanted 1900 to 2200"):
        _read("1850-01-01T00:00Z", 4)


def test_local_time_of_another_zone() -> None:
    source = SyntheticSource(SyntheticConfiguration(zone="UTC"))
    berlin = _read("2019-06-04T00:00Z", 96)["P_el_factory"]
    utc = source.read(["P_el_factory"], TimeGrid.of("2019-06-04T00:00Z", 900, 96))["P_el_factory"]
    # shift begins at 6 local time: two hours earlier in UTC for Berlin's summer
    assert np.argmax(np.diff(berlin)) + 1 == 16
    assert np.argmax(np.diff(utc)) + 1 == 24
