"""results.json and timings.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.report import write_results, write_timings
from services.report.results import plain
from services.study.outcome import StudyOutcome


def test_schema(small_study: StudyOutcome, tmp_path: Path) -> None:
    write_results(small_study, tmp_path / "results.json")
    read = json.loads((tmp_path / "results.json").read_text())
    assert set(read) == {"seasons", "provenance"}
    assert set(read["seasons"]) == {"winter", "summer"}
    for season in read["seasons"].values():
        assert set(season) == {"average", "marginal", "closure"}
        assert set(season["closure"]) == {"energy_rel", "money_eur", "emissions_rel"}
        for mode in ("average", "marginal"):
            block = season[mode]
            assert {"planned_eur", "delta", "relative", "tracking", "schedule"} <= set(block)
            for quantity in ("scope1_t", "scope2_t", "benefit_eur"):
                assert set(block["delta"][quantity]) == {"iess", "dhs", "total"}
            assert block["schedule"]["rungs"] == {"milp": 13, "lp": 1}
            assert block["tracking"]["hex_days"] == 28
    assert {"site_hash", "data_sources", "seed", "versions"} <= set(read["provenance"])


def test_same_outcome_same_bytes_without_clocks(small_study: StudyOutcome, tmp_path: Path) -> None:
    slower = replace(small_study, timings={"build_s": 99.0})
    write_results(small_study, tmp_path / "one.json")
    write_results(slower, tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_timings(small_study: StudyOutcome, tmp_path: Path) -> None:
    write_timings(small_study, tmp_path / "timings.json")
    read = json.loads((tmp_path / "timings.json").read_text())
    assert read["study"] == {"build_s": 3.1, "runs_s": 60.2}
    assert read["runs"]["winter"]["marginal"] == {"loop_s": 4.2}


def test_plain_numbers() -> None:
    assert plain(np.float64(1 / 3)) == 0.3333333333
    assert plain({"a": (np.int64(2), np.bool_(True), None)}) == {"a": [2, True, None]}
    assert plain([float("nan"), float("inf"), np.arange(2)]) == [None, None, [0, 1]]
    assert str(plain(-0.0)) == "0.0"
    with pytest.raises(TypeError, match="object has no place"):
        plain(object())
