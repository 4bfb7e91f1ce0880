"""The desk: all series of a site at one issue, from what could be known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.forecast.calendar import DAY_NS, LocalCalendar
from rami.information.forecast.desk import ForecastDesk
from rami.information.forecast.publication import published_until
from rami.information.forecast.settings import ForecastSettings
from rami.information.forecast.unmeasured import unmeasured
from rami.information.series import Role, Series

START = instant("2019-01-07T00:00+01:00")
SERIES = {
    "temp_air": Series("temp_air", "temperature"),
    "price_da": Series("price_da", "energy_price"),
    "P_heat": Series("P_heat", "power", Role.DISTRICT, 500.0),
    "P_el": Series("P_el", "power", Role.ELECTRIC, 300.0),
}
UNITS = {"temp_air": "degC", "price_da": "EUR/kWh"}


class Source:
    """Loads by the clock and the weather; what lies at `bent_ns` or later is another future."""

    def __init__(self, bent_ns: int | None = None, begins_ns: int = START) -> None:
        self._bent_ns, self._begins_ns = bent_ns, begins_ns
        self.intervals = 0

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        if grid.start_ns < self._begins_ns:
            raise DataError("the source begins later")
        self.intervals += grid.count
        times = grid.times()
        day = (times - START) / DAY_NS
        air = 4 + 6 * np.sin(day / 3) + 3 * np.sin(2 * np.pi * (day - 0.4))
        told = {
            "temp_air": air,
            "price_da": 0.04 + 0.01 * np.sin(2 * np.pi * day),
            "P_heat": 80 + 12 * np.maximum(16 - air, 0),
            "P_el": 200 + 50 * np.sin(2 * np.pi * (day - 0.25)),
        }
        if self._bent_ns is not None:
            told = {n: np.where(times >= self._bent_ns, 77.0, v) for n, v in told.items()}
        return Frame.of(grid, {n: (UNITS.get(n, "kW"), told[n]) for n in names}, "a test")

    def describe(self) -> Mapping[str, str]:
        return dict.fromkeys(SERIES, "a test")


def _settings(**more: object) -> ForecastSettings:
    return ForecastSettings.model_validate({"weather_error": "1 K", "history": "30 d", **more})


def _at(day: int, hour: int = 0) -> tuple[int, TimeGrid]:
    issued = START + day * DAY_NS + hour * 3600 * NS
    return issued, TimeGrid(issued, 900 * NS, 96)


def test_all_series_with_provenance_and_issue_times() -> None:
    source = Source()
    desk = ForecastDesk(source, SERIES, _settings())
    issued, grid = _at(40)
    frame = desk.at(issued, grid)
    true = source.read(list(SERIES), grid)
    assert frame.names == tuple(SERIES) and frame.units == true.units
    assert np.abs(frame["P_heat"] - true["P_heat"]).mean() < 0.2 * true["P_heat"].mean()
    assert np.abs(frame["P_el"] - true["P_el"]).mean() < 0.02 * true["P_el"].mean()
    assert 0.1 < np.abs(frame["temp_air"] - true["temp_air"]).mean() < 3
    np.testing.assert_array_equal(frame["price_da"], true["price_da"])  # published the day before
    assert "ridge" in frame.sources["P_heat"] and "1 K" in frame.sources["temp_air"]
    assert (frame.issues()[:, 2] == issued).all()
    assert set(desk.forecasts(issued, grid)) == {"P_heat", "P_el"}


@pytest.mark.parametrize("hour", [0, 9, 15])
def test_another_future_changes_nothing_but_what_is_published(hour: int) -> None:
    issued, grid = _at(35, hour)
    known = published_until(issued, LocalCalendar("Europe/Berlin"))
    for bent, names in ((issued, ("P_heat", "P_el")), (known, ("price_da",))):
        frames = [
            ForecastDesk(Source(b), SERIES, _settings(weather_error=None)).at(issued, grid)
            for b in (None, bent)
        ]
        if bent == issued:  # the weather is known without error here: compare without it
            series = {n: s for n, s in SERIES.items() if n != "temp_air"}
            frames = [
                ForecastDesk(Source(b), series, _settings()).at(issued, grid) for b in (None, bent)
            ]
        for name in names:
            assert frames[0][name].tobytes() == frames[1][name].tobytes(), name


def test_prices_beyond_publication_are_forecast() -> None:
    desk = ForecastDesk(Source(), SERIES, _settings())
    issued, grid = _at(35, 9)
    frame = desk.at(issued, grid)
    place = frame.place("price_da")
    assert (frame.issues()[:60, place] != issued).all()
    assert (frame.issues()[60:, place] == issued).all()
    assert "then forecast by ridge" in frame.sources["price_da"]


def test_same_issues_same_bytes_and_nothing_read_twice() -> None:
    tables, sources = [], [Source(), Source()]
    for source in sources:
        desk = ForecastDesk(source, SERIES, _settings())
        tables.append(b"".join(desk.at(*_at(d)).values.tobytes() for d in (33, 34, 35)))
    assert tables[0] == tables[1]
    assert sources[0].intervals < (30 + 8) * 96


def test_a_source_that_begins_at_the_issue() -> None:
    issued, grid = _at(10)
    frame = ForecastDesk(Source(begins_ns=issued), SERIES, _settings()).at(issued, grid)
    assert (frame["P_el"] == 150.0).all()  # half of what the consumer has
    assert frame.sources["P_heat"].startswith("declared (ridge: 0 days of history")


def test_methods_by_name_and_by_role() -> None:
    settings = _settings(
        method="persistence", roles={"electric": "last_week"}, series={"P_heat": "seasonal_naive"}
    )
    frame = ForecastDesk(Source(), SERIES, settings).at(*_at(35))
    assert "seasonal_naive" in frame.sources["P_heat"]
    assert "last_week" in frame.sources["P_el"]


@pytest.mark.parametrize(
    ("instant_text", "until"),
    [
        ("2019-01-10T12:59+01:00", "2019-01-11T00:00+01:00"),
        ("2019-01-10T13:00+01:00", "2019-01-12T00:00+01:00"),
        ("2019-03-30T13:00+01:00", "2019-04-01T00:00+02:00"),
        ("2019-10-26T13:00+02:00", "2019-10-28T00:00+01:00"),
    ],
)
def test_publication(instant_text: str, until: str) -> None:
    calendar = LocalCalendar("Europe/Berlin")
    assert published_until(instant(instant_text), calendar) == instant(until)


def test_what_was_never_measured_follows_the_weather_where_it_heats() -> None:
    air = np.array([-12.0, 1.5, 15.0, 30.0, np.nan])
    heating = unmeasured(Role.SPACE_HEATING, 100.0, air, 5)
    np.testing.assert_allclose(heating, [100.0, 50.0, 0.0, 0.0, 50.0])
    district = unmeasured(Role.DISTRICT, 100.0, air, 5)
    np.testing.assert_allclose(district, [100.0, 55.0, 10.0, 10.0, 50.0])
    for role, known in ((Role.ELECTRIC, air), (Role.SPACE_HEATING, None)):
        assert (unmeasured(role, 100.0, known, 5) == 50.0).all()
