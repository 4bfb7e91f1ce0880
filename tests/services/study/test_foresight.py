"""A run on forecasts: nothing of the future in a plan, its cost and errors told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rami.core.timegrid import TimeGrid, instant
from services.progress import silent
from services.report.foresight import foresight
from services.report.results import contents
from services.study.foresight import Foresight, errors
from services.study.run import run_study
from services.study.season_data import DataOptions, open_source, read_season
from twins.site.loading import load_site


@pytest.fixture(scope="module")
def site_file(tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path) -> Path:
    file = tmp_path_factory.mktemp("foresight") / "site.yaml"
    text = reference_site_file.read_text()
    file.write_text(text.replace("  method: ridge\n", "  method: ridge\n  history: 20 d\n", 1))
    return file


@pytest.fixture(scope="module")
def outcome(site_file: Path):
    out = site_file.parent / "out"
    return run_study(load_site(site_file), out, silent, seasons=("winter",), days=2), out


def test_the_run_on_forecasts_stands_beside_the_one_that_knows(outcome) -> None:
    found, out = outcome
    season = found.seasons["winter"]
    assert list(season.runs) == ["baseline", "average", "marginal", "forecast"]
    run = season.runs["forecast"]
    assert run.forecast is not None
    assert np.isfinite(run.forecast.values).all()
    told = foresight(season)
    for owner, eur in told["cost"]["benefit_eur"].items():
        perfect = season.figures["marginal"]["delta"]["benefit_eur"][owner]
        real = season.figures["forecast"]["delta"]["benefit_eur"][owner]
        assert eur == pytest.approx(perfect - real)
    assert contents(found)["seasons"]["winter"]["foresight"]["errors"].keys() >= {
        "P_th_dem_DHS",
        "temp_air",
    }
    # day-ahead prices are published before midnight
    assert "price_da" not in told["errors"]
    page = (out / "report.html").read_text()
    assert "What imperfect foresight costs" in page
    assert "no forecast error is in any figure" not in page


def test_money_closes_in_the_run_on_forecasts_too(outcome) -> None:
    season = outcome[0].seasons["winter"]
    run = season.runs["forecast"]
    assert run.closure["energy_rel"] < 1e-9
    assert run.closure["money_eur"] < 1e-6
    gap = season.figures["forecast"]["plan_gap"]
    causes = season.decomposition["forecast"]
    realised = season.figures["forecast"]["delta"]["benefit_eur"]["iess"]
    planned = season.figures["forecast"]["planned_eur"]["iess"]
    assert sum(causes.values()) == pytest.approx(realised - planned, abs=1e-6)
    assert abs(causes["forecast error"]) > 0.0
    assert gap


def test_a_forecast_holds_nothing_of_the_future(site_file: Path) -> None:
    """Two sources that agree until the issue give the same forecast, bit for bit."""
    site = load_site(site_file)
    options = DataOptions(None, None)
    grid = TimeGrid.of(instant("2019-02-05T00:00+01:00"), 900, 192)
    source = open_source(site, "winter", options)
    data = read_season(site, "winter", grid, options)

    class Changed:
        """The same until the second day, tripled loads from then on."""

        def read(self, names, asked):
            frame = source.read(names, asked)
            later = asked.times() >= grid.start_ns + 96 * grid.step_ns
            loads = np.array([n.startswith("P_") for n in frame.names])
            frame.values[np.ix_(later, loads)] *= 3.0
            return frame

        def describe(self):
            return source.describe()

    one = Foresight(site, source, grid).at(96, 96, 96)[0]
    two = Foresight(site, Changed(), grid).at(96, 96, 96)[0]
    loads = [n for n in one.names if n.startswith("P_")]
    assert loads
    for name in loads:
        assert np.array_equal(one[name], two[name]), name
        assert 0.0 < np.mean(np.abs(one[name] - data[name][96:])) < 0.5 * data[name].mean()


def test_a_restored_foresight_forecasts_the_same(site_file: Path) -> None:
    """What was learned before the interruption is learned again, at the same issues."""
    short = site_file.with_name("short.yaml")
    short.write_text(site_file.read_text().replace("history: 20 d", "history: 15 d"))
    site = load_site(short)
    grid = TimeGrid.of(instant("2019-02-05T00:00+01:00"), 900, 192)

    def made() -> Foresight:
        return Foresight(site, open_source(site, "winter", DataOptions(None, None)), grid)

    one = made()
    one.at(0, 48, 96)
    state = one.save()
    two = made()
    two.restore(state, 48)
    assert two.save() == state
    last, again = one.at(96, 48, 96)[0], two.at(96, 48, 96)[0]
    assert last.values.tobytes() == again.values.tobytes()
    assert last.quality.tobytes() == again.quality.tobytes()
    fresh = made().at(96, 48, 48)[0]  # which has learned at another issue
    assert fresh.values.tobytes() != last.values.tobytes()
    assert one.executed.values.tobytes() == two.executed.values.tobytes()
    assert one.executed.sources == two.executed.sources


def test_errors_are_by_hand(outcome) -> None:
    run = outcome[0].seasons["winter"].runs["forecast"]
    found = errors(run.forecast, run.data)["P_th_dem_DHS"]
    apart = run.forecast["P_th_dem_DHS"] - run.data["P_th_dem_DHS"]
    assert found["mae"] == pytest.approx(np.abs(apart).mean())
    assert found["nmae"] == pytest.approx(np.abs(apart).mean() / run.data["P_th_dem_DHS"].mean())
    assert found["bias"] == pytest.approx(apart.mean())
