"""The prepared season files and the real prices of 2019."""

from pathlib import Path

import pytest

from adapters.sources.csv.ready import price_file, season_file
from rami.core.errors import DataError
from rami.core.timegrid import TimeGrid
from rami.information.overlay import overlay

STARTS = {
    "winter": "2019-01-14T00:00+01:00",
    "spring": "2019-04-01T00:00+02:00",
    "summer": "2019-07-08T00:00+02:00",
    "fall": "2019-10-07T00:00+02:00",
}
LOADS = ("P_th_dem_HNHT", "P_th_dem_HNLT", "P_c_dem_CN", "P_el_factory", "P_th_dem_DHS")


@pytest.mark.parametrize("season", STARTS)
def test_season_and_real_prices_agree(shared_data: Path, season: str) -> None:
    grid = TimeGrid.of(STARTS[season], 900, 1344)
    own = season_file(shared_data, season)
    real = price_file(shared_data / "price_day_ahead_de_lu_2019_hourly.csv")
    frame = overlay(own, real, ["price_da"]).read(["price_da", "temp_air", *LOADS], grid)
    assert frame["price_da"] == pytest.approx(own.read(["price_da"], grid)["price_da"], abs=1e-12)
    assert "price_day_ahead_de_lu_2019_hourly.csv" in frame.sources["price_da"]
    assert frame["P_el_factory"].mean() == pytest.approx(6900, rel=0.02)


def test_missing_season_and_period(shared_data: Path) -> None:
    with pytest.raises(DataError, match=r"no data file of season 'winte'.*site_synthetic_winter"):
        season_file(shared_data, "winte")
    with pytest.raises(DataError, match="covers 2019-01-13T23:00:00Z to 2019-01-27T23:00:00Z"):
        season_file(shared_data, "winter").read(
            ["price_da"], TimeGrid.of("2020-01-14T00:00+01:00", 900, 96)
        )


def test_price_file_of_another_shape(tmp_path: Path) -> None:
    text = "".join(f"2021-05-01 0{h}:00,{h}0,1\n" for h in range(4))
    (tmp_path / "p.csv").write_text("time_utc,Day-ahead (EUR/MWh),load_kW\n" + text)
    grid = TimeGrid.of("2021-05-01T00:00Z", 3600, 4)
    frame = price_file(tmp_path / "p.csv").read(["price_da"], grid)
    assert frame["price_da"] == pytest.approx([0.0, 0.01, 0.02, 0.03])
    (tmp_path / "q.csv").write_text("time_utc,a_EUR_per_MWh,b_EUR_per_MWh\n" + text)
    with pytest.raises(DataError, match="wanted one column of prices, found a_EUR_per_MWh, b_"):
        price_file(tmp_path / "q.csv")
