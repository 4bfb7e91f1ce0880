"""Weather: reference year, forecasts from files, forecasts made from the truth."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from adapters.sources.weather.configuration import ForecastError, WeatherConfiguration
from adapters.sources.weather.reference_year import ReferenceYear
from adapters.sources.weather.synthetic import forecast_error
from rami.core.errors import ConfigurationError, DataError
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Reason, is_bad, is_good, reasons
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.source import DataSource, Issued, foresight

SYNTHETIC = {"kind": "synthetic", "seed": 7}
START = "2019-01-14T00:00Z"
DAYS = TimeGrid.of(START, 3600, 72)


def _open(folder: Path, **options: object) -> Any:
    source = WeatherConfiguration.model_validate(options).open(folder, {})
    assert isinstance(source, DataSource)
    assert isinstance(source, Issued)
    return source


def test_forecasts_made_from_the_truth(tmp_path: Path) -> None:
    source = _open(tmp_path, truth=SYNTHETIC, error={"sd_24h": "1.5 K", "seed": 3})
    truth = source.read(["temp_air"], DAYS)["temp_air"]
    at = instant("2019-01-15T07:30Z")
    frame = source.read_issued(["temp_air", "price_da"], DAYS, at)
    assert frame["temp_air"][:31] == pytest.approx(truth[:31])  # ended by 07:00: measured
    issued = frame.issues()[:, 0]
    assert issued[:31].tolist() == (DAYS.times()[:31] + DAYS.step_ns).tolist()
    assert (issued[31:] == instant("2019-01-15T06:00Z")).all()
    error = frame["temp_air"][31:] - truth[31:]
    assert np.abs(error).max() > 0.3
    assert np.diff(error).std() < 0.5 * error.std()
    assert (reasons(frame.quality[31:, 0]) & int(Reason.SYNTHETIC)).all()
    assert "SYNTHETIC forecast: error of 1.5 K at 24 h, seed 3" in frame.sources["temp_air"]
    assert foresight(frame) == ("price_da",)
    again = source.read_issued(["temp_air"], DAYS.part(40, 10), at)
    assert again["temp_air"] == pytest.approx(frame["temp_air"][40:50])
    other = source.read_issued(["temp_air"], DAYS, at + 6 * 3600 * NS)
    assert not np.allclose(other["temp_air"][40:], frame["temp_air"][40:])


def test_the_horizon_ends(tmp_path: Path) -> None:
    source = _open(tmp_path, truth=SYNTHETIC, error={"horizon": "24 h"})
    frame = source.read_issued(["temp_air"], DAYS, DAYS.start_ns)
    assert np.isfinite(frame["temp_air"]).sum() == 25
    assert is_bad(frame.quality[25:]).all()
    assert (frame.issues()[25:] == NO_ISSUE).all()


def test_error_has_the_declared_deviation_and_grows_smoothly() -> None:
    settings = ForecastError(sd_24h="1.5 K", seed=1)  # type: ignore[arg-type]
    paths = np.array([forecast_error(settings, "temp_air", i * 6 * 3600 * NS) for i in range(2000)])
    deviation = paths.std(axis=0)
    assert deviation[0] == 0.0
    assert deviation[24] == pytest.approx(1.5, rel=0.06)
    assert deviation[6] == pytest.approx(0.75, rel=0.06)
    assert deviation[96] == pytest.approx(3.0, rel=0.06)
    assert abs(paths[:, 24].mean()) < 0.12
    level = paths[:, 1:] / np.sqrt(np.arange(1, paths.shape[1]))
    assert np.corrcoef(level[:, 11], level[:, 35])[0, 1] == pytest.approx(np.exp(-1), abs=0.07)
    assert np.corrcoef(paths[:-1, 30], paths[1:, 24])[0, 1] == pytest.approx(0, abs=0.07)


def _mosmix(path: Path) -> None:
    """Issues at 00 and 06 UTC, hourly for 12 h, then each 3 h; kelvin; the value tells which."""
    rows = ["issued;valid;TTT;FF"]
    for issue in (0, 6):
        first = datetime.fromisoformat("2019-01-14T00:00+00:00") + timedelta(hours=issue)
        for lead in (*range(12), 12, 15, 18):
            valid = first + timedelta(hours=lead)
            rows.append(f"{first:%Y-%m-%dT%H:%MZ};{valid:%Y-%m-%dT%H:%MZ};{273.15 + issue};2")
    path.write_text("\n".join(rows) + "\n")


MOSMIX = {
    "file": "mosmix.csv",
    "issued": "issued",
    "time": "valid",
    "columns": {"temp_air": {"column": "TTT", "unit": "K"}},
}


def test_forecasts_from_a_file(tmp_path: Path) -> None:
    _mosmix(tmp_path / "mosmix.csv")
    forecast = {"kind": "csv", "files": [{**MOSMIX, "gaps": {"longest": "3 h"}}]}
    source = _open(tmp_path, truth=SYNTHETIC, forecast=forecast)
    grid = TimeGrid.of(START, 3600, 26)
    truth = source.read(["temp_air"], grid)["temp_air"]
    frame = source.read_issued(["temp_air"], grid, instant("2019-01-14T05:59Z"))
    assert frame["temp_air"][:5] == pytest.approx(truth[:5])
    assert frame["temp_air"][5:19] == pytest.approx([0.0] * 14)
    assert np.isnan(frame["temp_air"][19:]).all()  # the last value holds for its hour
    later = source.read_issued(["temp_air"], grid, instant("2019-01-14T06:00Z"))
    assert later["temp_air"][6:25] == pytest.approx([6.0] * 19)
    assert (later.issues()[6:25] == instant("2019-01-14T06:00Z")).all()
    short = _open(tmp_path, truth=SYNTHETIC, forecast={"kind": "csv", "files": [MOSMIX]})
    hourly = short.read_issued(["temp_air"], grid, instant("2019-01-14T06:00Z"))["temp_air"]
    assert np.isfinite(hourly[6:19]).all()
    assert np.isnan(hourly[[19, 20, 22]]).all()  # three hours apart, and no gap is declared


def test_forecasts_in_long_form(tmp_path: Path) -> None:
    rows = ["issued,valid,name,value,unit"]
    for issue in (0, 1):
        for hour in range(issue, 4):
            at = f"2019-01-14T0{issue}:00Z,2019-01-14T0{hour}:00Z"
            rows += [f"{at},temp_air,{10 * issue + hour},°C", f"{at},ghi,{hour},W/m²"]
    (tmp_path / "f.csv").write_text("\n".join(rows) + "\n")
    long = {"signal": "name", "value": "value", "unit": "unit"}
    file = {"file": "f.csv", "issued": "issued", "time": "valid", "long": long}
    source = _open(tmp_path, truth=SYNTHETIC, forecast={"kind": "csv", "files": [file]})
    grid = TimeGrid.of(START, 1800, 8)
    first = source.read_issued(["ghi", "temp_air"], grid, instant("2019-01-14T00:20Z"))
    assert first["temp_air"] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3, 3])
    assert first["ghi"] * 1000 == pytest.approx([0, 0, 1, 1, 2, 2, 3, 3])
    assert first.units == ("kW/m2", "degC")
    second = source.read_issued(["temp_air"], grid, instant("2019-01-14T01:00Z"))
    assert second["temp_air"][2:] == pytest.approx([11, 11.5, 12, 12.5, 13, 13])


class Ramp:
    """Hours since the file's beginning, over one year."""

    begin = instant("2018-12-31T23:00Z")

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        hours = (grid.times() - self.begin) / (3600 * NS)
        if hours[0] < 0 or hours[-1] >= 8760:
            raise DataError("not covered")
        return Frame.of(grid, {n: ("degC", np.floor(hours)) for n in names}, "ramp")

    def describe(self) -> Mapping[str, str]:
        return {"temp_air": "ramp"}


@pytest.mark.parametrize(
    ("at", "hour"),
    [
        ("2019-01-01T00:00Z", 1),
        ("2024-01-01T00:00Z", 1),
        ("2023-12-31T22:00Z", 8759),
        ("2023-12-31T23:00Z", 0),
        ("2024-02-28T05:00Z", 58 * 24 + 6),
        ("2024-02-29T05:00Z", 58 * 24 + 6),
        ("2024-03-01T05:00Z", 59 * 24 + 6),
        ("2023-03-01T05:00Z", 59 * 24 + 6),
        ("2024-12-31T22:00Z", 8759),
    ],
)
def test_a_reference_year_holds_for_every_year(at: str, hour: int) -> None:
    source = ReferenceYear(Ramp(), Ramp.begin)
    frame = source.read(["temp_air"], TimeGrid.of(at, 3600, 1))
    assert frame["temp_air"].tolist() == [hour]
    assert frame.sources["temp_air"] == "ramp, reference year"
    quarters = source.read(["temp_air"], TimeGrid.of(at, 900, 4))
    assert quarters["temp_air"].tolist() == [hour] * 4


def test_reference_year_of_the_upper_rhine(tmp_path: Path, shared_data: Path) -> None:
    name = "weather_try2010_zone12_mannheim_hourly.csv"
    truth = {"kind": "csv", "files": [str(shared_data / name)]}
    source = _open(tmp_path, truth=truth, reference_year="2018-12-31T23:00Z", error={})
    grid = TimeGrid.of("2023-12-20T00:00+01:00", 3600, 24 * 20)
    frame = source.read(["temp_air", "wet_bulb"], grid)
    same = source.read(["temp_air"], TimeGrid.of("2019-01-01T00:00+01:00", 3600, 24 * 8))
    assert frame["temp_air"][24 * 12 :] == pytest.approx(same["temp_air"])
    assert is_good(frame.quality).all()
    known = source.read_issued(["temp_air"], grid, grid.start_ns)["temp_air"]
    assert np.isfinite(known).sum() == 236  # issued at 18 UTC, five hours before


def test_what_does_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        WeatherConfiguration.model_validate(
            {"truth": SYNTHETIC, "forecast": SYNTHETIC, "error": {}}
        )
    with pytest.raises(ValidationError, match="29 February"):
        WeatherConfiguration.model_validate(
            {"truth": SYNTHETIC, "reference_year": "2020-02-29T00:00Z"}
        )
    with pytest.raises(ValidationError, match="entsoe"):
        WeatherConfiguration.model_validate({"truth": {"kind": "entsoe", "zone": "FR"}})
    with pytest.raises(ConfigurationError, match="no issue times"):
        _open(tmp_path, truth=SYNTHETIC, forecast=SYNTHETIC)
    plain = WeatherConfiguration.model_validate({"truth": SYNTHETIC}).open(tmp_path, {})
    assert isinstance(plain, Issued)
    assert foresight(plain.read_issued(["temp_air"], DAYS, DAYS.start_ns)) == ("temp_air",)
    with pytest.raises(DataError, match="no series 'temp_ari'"):
        _open(tmp_path, truth=SYNTHETIC, error={}).read_issued(["temp_ari"], DAYS, 0)
