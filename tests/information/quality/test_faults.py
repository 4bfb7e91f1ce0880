"""The goals of the seeded faults, on the shared data, by the default rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fault_seeds import KINDS
from benchmarks.faults import GOAL, Outcome, outcomes, summed
from benchmarks.fill_error import fill_errors


@pytest.fixture(scope="module")
def parts(shared_data: Path) -> list[Outcome]:
    return outcomes()


@pytest.mark.parametrize("kind", [k.name for k in KINDS])
def test_recall_and_precision(parts: list[Outcome], kind: str) -> None:
    whole = summed(parts, kind)
    assert whole.faults >= 40
    assert whole.recall >= GOAL
    assert whole.precision >= GOAL


def test_no_series_cries_wolf(parts: list[Outcome]) -> None:
    assert not [p for p in parts if p.size == "all" and p.alarms and p.precision < 0.85]


@pytest.mark.soak
def test_similar_days_fill_a_day_of_heat_load_best(shared_data: Path) -> None:
    errors = {e.method: e.nmae for e in fill_errors(["heat load, aggregate"])}
    for place in (1, 2, 3):  # 6, 24, 72 h
        assert errors["similar_days"][place] == min(e[place] for e in errors.values())
    assert errors["similar_days"][2] < 0.07
