"""Sites that are declared in order and hard to run: what is missing or limited is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.errors import ConfigurationError, DataError
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from services.study.folder import make_folder
from services.study.season_data import implausible_demands
from services.study.unserved import unserved
from tests.services.conftest import Ready, ReadySite

Declaration = dict[str, Any]


def test_a_network_without_converter_lives_on_the_station_alone(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    del reference_site_declaration["twins"]["iess"]["components"]["boiler_hnlt"]
    made = ready(reference_site_declaration, tmp_path)
    for mode in ("average", "marginal"):
        result = made.run(mode, 6)  # type: ignore[arg-type]
        assert result.evaluation.closure.holds
        assert result.evaluation.means["hts.hex_hnlt.P"].mean() > 500.0
    rest = made.run("baseline", 6)
    found = unserved(made.site.topology, rest.evaluation.metered, None, rest.data)
    assert found["iess.buildings"]["missing_share"] > 0.5
    assert "iess.production" not in found


def test_one_owner_of_everything_gets_a_plan_with_its_gap(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    business = reference_site_declaration["business"]
    business["owners"] = {"iess": ["iess", "hts", "dhs"]}
    del business["heat_between_owners"], business["tariffs"]["dhs"]
    result = ready(reference_site_declaration, tmp_path).run(
        "marginal", 2, start="2019-04-01T00:00+02:00"
    )
    assert result.evaluation.closure.holds
    assert set(result.rungs) <= {"milp", "incumbent"}


def test_constant_feed_in_is_a_baseline_of_its_own(
    reference_site_declaration: Declaration, ready: Ready, tmp_path: Path
) -> None:
    business = reference_site_declaration["business"]
    business |= {"baseline": "constant_feed_in", "baseline_feed_in": "1 MW"}
    result = ready(reference_site_declaration, tmp_path).run("baseline", 4)
    assert result.evaluation.closure.holds
    fed = result.evaluation.means["hts.hex_dhs_out.P"][4:]
    assert np.abs(fed - 1000.0).max() < 100.0


@pytest.mark.parametrize(("value", "word"), [(-5.0, "lower than 0"), (1e6, "above")])
def test_demands_that_cannot_be_are_refused(reference: ReadySite, value: float, word: str) -> None:
    grid = TimeGrid.of("2019-01-14T00:00+01:00", 900, 4)
    names = {c.demand for _, _, c in _consumers(reference)}
    table = {n: ("kW", np.full(4, 1000.0)) for n in sorted(names)}
    assert not implausible_demands(reference.site.topology, Frame.of(grid, table))
    table["P_th_dem_HNLT"] = ("kW", np.array([1000.0, 1000.0, value, 1000.0]))
    problems = implausible_demands(reference.site.topology, Frame.of(grid, table, "loads.csv"))
    (only,) = DataError(problems).problems
    assert word in only.what
    assert "2019-01-13T23:30:00Z" in only.what
    assert only.where == "loads.csv"


def _consumers(reference: ReadySite) -> list[tuple[str, str, Any]]:
    from rami.asset.consumer import Consumer

    return list(reference.site.topology.of(Consumer))


def test_a_file_in_the_place_of_the_folder_is_told_first(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("", encoding="utf-8")
    for out in (file, file / "below"):
        with pytest.raises(ConfigurationError, match="nothing can be written"):
            make_folder(out)
