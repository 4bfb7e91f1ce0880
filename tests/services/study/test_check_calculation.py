"""The check calculation against the table of the reference data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.sources.csv.ready import season_file
from rami.business.tariffs import Business
from rami.core.timegrid import TimeGrid
from services.study.check_calculation import Basis, check_calculation
from tests.business.sites import wired
from tests.functional.strategy.planning import LOADS, STARTS

#: what the reference data sheet rounds: COP, storage size and loss
SHEET = {
    "hts.hp.cop": 3.1,
    "hts.hs.q_max": 10000.0,
    "hts.hs.q_start": 5000.0,
    "hts.hs.q_end": 5000.0,
    "hts.hs.loss_share": 0.002,
}
#: season: marginal IESS, DHS; average planned, IESS realised, DHS (EUR)
TABLE = {
    "winter": (23606, 2782, 44539, 6946, 614),
    "spring": (12887, 1521, 21306, -419, 3758),
    "summer": (4195, 3077, 8396, -9193, 5438),
    "fall": (10985, 3044, 17549, 917, 5300),
}
SCOPE1 = {"winter": (-23, 108), "spring": (67, 7), "summer": (222, -232), "fall": (83, -43)}


@pytest.mark.parametrize("basis", ["marginal", "average"])
@pytest.mark.parametrize("season", TABLE)
def test_benefits_of_the_table(
    shared_data: Path, reference_site_declaration: dict[str, Any], season: str, basis: Basis
) -> None:
    site = wired(reference_site_declaration["twins"])
    business = Business.model_validate(reference_site_declaration["business"])
    grid = TimeGrid.of(STARTS[season], 900, 1344)
    data = season_file(shared_data, season).read(["price_da", "temp_air", *LOADS], grid)
    found = check_calculation(site, business, data, basis, SHEET)
    row = TABLE[season]
    iess, dhs = found.benefit("iess"), found.benefit("dhs")
    if basis == "marginal":
        assert (iess, dhs) == (pytest.approx(row[0], abs=2), pytest.approx(row[1], abs=2))
        # the converters are in the plan: it promises what it keeps
        assert found.planned == pytest.approx(iess, abs=2)
        assert (found.scope1_t("iess"), found.scope1_t("dhs")) == (
            pytest.approx(SCOPE1[season][0], abs=1),
            pytest.approx(SCOPE1[season][1], abs=1),
        )
    else:
        assert (found.planned, iess) == (pytest.approx(row[2], abs=2), pytest.approx(row[3], abs=5))
        # in winter plans of equal cost differ in what the DHS makes of them
        assert dhs == pytest.approx(row[4], abs=250 if season == "winter" else 2)
