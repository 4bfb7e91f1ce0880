"""Runs and studies in the historian: names, units, registers, provenance; again adds nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rami.core.errors import UnreachableError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats
from rami.core.quality import Reason, reasons
from services.assemble.historian import open_store
from services.progress import silent
from services.study.comparison import run_outcome
from services.study.outcome import RunOutcome, SeasonOutcome, StudyOutcome
from services.study.recording import check_historian, price_frame, record_run, record_study
from tests.services.conftest import ReadySite
from twins.site import load_site
from twins.site.site import Site


@pytest.fixture(scope="module")
def outcome(reference: ReadySite) -> RunOutcome:
    """Two hours of the reference site."""
    return run_outcome(reference.site, reference.run("marginal", 2.0))


@pytest.fixture
def site(tmp_path: Path, reference_site_file: Path) -> Site:
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8")
    file.write_text(f"{text}\nhistorian: {{kind: duckdb}}\n", encoding="utf-8")
    return load_site(file)


def stats(site: Site) -> StoreStats:
    with closing(open_store(site)) as store:
        return store.stats()


def test_a_run_can_be_read_back(site: Site, outcome: RunOutcome) -> None:
    check_historian(site)
    record_run(site, outcome)
    grid = outcome.means.grid
    with closing(open_store(site, read_only=True)) as store:
        signals = {s.name: s for s in store.signals()}
        for frame in (outcome.means, outcome.data):
            back = store.read(list(frame.names), grid, Aggregation.MEAN)
            np.testing.assert_array_equal(back.values, frame.values)
            assert back.units == frame.units
        metered = outcome.meters
        back = store.read(list(metered.names), grid, Aggregation.DIFFERENCE)
        np.testing.assert_allclose(back.values, metered.values, rtol=1e-9, atol=1e-6)
        assert outcome.scheduled is not None
        planned = store.read(
            [f"{n}@plan" for n in outcome.scheduled.names], grid, Aggregation.FIRST
        )
        np.testing.assert_array_equal(planned.values, outcome.scheduled.values)
        buy = store.read(["price.iess.el_buy"], grid, Aggregation.MEAN)
        assert outcome.prices is not None
        np.testing.assert_array_equal(buy.values[:, 0], outcome.prices.owner("iess").el_buy)
    assert signals["iess.chp.E_fuel"].cumulative
    assert not signals["iess.balance.stored"].cumulative
    assert "synthetic" in signals["temp_air"].description.lower()
    assert "interval mean, run of reference" in signals["hts.hex_hnht.P"].description


def test_simulated_values_say_so(site: Site, outcome: RunOutcome) -> None:
    record_run(site, outcome)
    with closing(open_store(site)) as store:
        last = store.last(["hts.hex_hnht.P", "iess.chp.E_fuel"])
    assert (reasons(last.status) & Reason.SIMULATED).all()


def test_the_same_run_again_adds_nothing(site: Site, outcome: RunOutcome) -> None:
    record_run(site, outcome)
    rows = stats(site).rows
    record_run(site, outcome)
    assert stats(site).rows == rows


def test_runs_of_a_study_do_not_meet(site: Site, outcome: RunOutcome) -> None:
    """Every run under its season and mode; what they share once per season."""
    other = replace(
        outcome, mode="average", means=replace(outcome.means, values=outcome.means.values + 1.0)
    )
    season = SeasonOutcome("winter", {"marginal": outcome, "average": other}, {}, {}, {})
    told: list[float] = []
    record_run(site, outcome)
    plain = stats(site).rows
    study = StudyOutcome(site.name, {"winter": season}, {}, {}, {})
    record_study(site, study, lambda _, share: told.append(share))
    grid, name = outcome.means.grid, "hts.hex_hnht.P"
    paths = [name, f"study.winter.marginal/{name}", f"study.winter.average/{name}"]
    with closing(open_store(site)) as store:
        values = store.read(paths, grid, Aggregation.MEAN).values
        shared = [s.name for s in store.signals("study.winter/*")]
        assert not store.signals("study.winter.marginal/temp_air")
    np.testing.assert_array_equal(values[:, 1], values[:, 0])
    np.testing.assert_array_equal(values[:, 2], values[:, 0] + 1.0)
    assert "study.winter/temp_air" in shared and "study.winter/price.iess.el_buy" in shared
    assert told[-1] == 1.0
    rows = stats(site).rows
    own = plain - len(shared) * grid.count
    assert rows == plain + 2 * own + len(shared) * grid.count
    record_study(site, study, silent)
    assert stats(site).rows == rows


def test_key_figures_and_missing_values(site: Site, outcome: RunOutcome) -> None:
    grid = outcome.means.grid
    values = np.column_stack([np.arange(grid.count, dtype=float), np.full(grid.count, np.nan)])
    kpi = Frame(grid, ("kpi.cop", "kpi.co2"), ("1", "kg"), values)
    odd = Frame(grid, ("kpi.odd",), ("EUR/m3",), values[:, :1])
    record_run(site, replace(outcome, kpi=kpi.joined([odd])))
    with closing(open_store(site)) as store:
        assert [s.quantity for s in store.signals("kpi.*")] == ["emission", "share"]
        missing = store.read(["kpi.co2"], grid, Aggregation.MEAN)
    assert (reasons(missing.quality) & Reason.MISSING).all()


def test_without_historian_nothing_is_opened(
    reference: ReadySite, outcome: RunOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "services.study.recording.open_store", lambda *_, **__: pytest.fail("opened")
    )
    check_historian(reference.site)
    record_run(reference.site, outcome)
    record_study(reference.site, StudyOutcome("reference", {}, {}, {}, {}), silent)


def test_a_store_that_is_held_is_told_before_the_work(site: Site, tmp_path: Path) -> None:
    with closing(open_store(site)), pytest.raises(UnreachableError):
        check_historian(site)


def test_prices_of_every_owner(outcome: RunOutcome) -> None:
    assert outcome.prices is not None
    names = {*price_frame(outcome.prices).names}
    wanted = {"price.iess.el_buy", "price.dhs.el_sell", "price.iess.dhs.draw", "emission.grid"}
    assert wanted <= names
