"""Steps, spans, owners, tariffs and data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rami.core.errors import Problem
from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

CASES = [
    # times
    ("  duration: 14 d\n  step", "  duration: 100 s\n  step", "clock.duration", "not a multiple"),
    (
        "strategy_period: 24 h",
        "strategy_period: 48 h",
        "clock.strategy_period",
        "look only 1 d ahead",
    ),
    ("  horizon: 24 h", "  horizon: 100 min", "strategy.horizon|clock", "not a multiple|look only"),
    (
        "seasons:\n    winter: 2019-01-14T00:00+01:00",
        "seasons:\n    winter: 2019-13-14T00:00Z",
        "seasons.winter",
        "is not an instant",
    ),
    ("  start: 2019-01-14T00:00+01:00", "  start: 5", "clock.start", "is not an instant"),
    # business
    ("iess: [iess, hts]", "iess: [iess]", "business.owners", "no owner has hts"),
    ("dhs: [dhs]", "dhs: [dhs, iess]", "owners.dhs", "has two owners"),
    ("buyer: iess", "buyer: ies", "heat_between_owners.buyer", "did you mean 'iess'?"),
    ("seller: dhs", "seller: iess", "heat_between_owners.seller", "trade with itself"),
    ("  heat_between_owners: {", "  # {", "business", "'heat_between_owners' is missing"),
    (
        "    dhs:\n      electricity",
        "    dsh:\n      electricity",
        "business.tariffs",
        "no tariff|no owner",
    ),
    ("baseline: no_exchange", "baseline: constant_feed_in", "business", "go together"),
    (
        "{buyer: iess, seller: dhs",
        "{buyer: dhs, seller: iess",
        "heat_between_owners.buyer",
        "the station belongs to 'iess'",
    ),
    (
        "owners: {iess: [iess, hts], dhs: [dhs]}",
        "owners: {iess: [iess], dhs: [dhs], hts: [hts]}",
        "heat_between_owners",
        "no contract for the heat between hts and dhs",
    ),
    ("series: price_da", "series: price_dx", "electricity.series", "did you mean 'price_da'?"),
    # data
    ("kind: synthetic\n  seed: 2019", "kind: csv\n  files: [nowhere.csv]", "data.files", "no file"),
    (
        "kind: synthetic\n  seed: 2019",
        "kind: csv\n  files: [{file: site.yaml, columns: {price_da: {column: x, unit: MW}}}]",
        "columns.price_da.unit",
        "unit 'MW' does not measure price_da",
    ),
    ("kind: synthetic\n  seed: 2019", "kind: wether", "data.kind", "unknown kind: 'wether'"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, told: Told) -> None:
    told(old, new, path, words)


def test_a_missing_file_is_one_fault(problems: Callable[[Changes], list[Problem]]) -> None:
    synthetic = "kind: synthetic\n  seed: 2019"
    (missing,) = problems({synthetic: "kind: csv\n  files: [nowhere.csv]"})
    assert "no file 'nowhere.csv'" in missing.what
    (empty,) = problems({synthetic: "kind: csv\n  files: []"})
    assert "has 0 entries, wanted 1" in empty.what


def test_a_load_that_counts_twice_is_a_warning(changed: Callable[[Changes], Path]) -> None:
    site = load_site(changed({"demand: P_th_dem_HNLT": "demand: P_th_dem_HNHT"}))
    (warning,) = site.warnings
    assert "buildings.demand" in warning.where
    assert "demand of iess.production already" in warning.what


@pytest.mark.parametrize(
    ("step", "control_step", "coarse"),
    [
        ("900 s", "900 s", {"clock.step": "15 min", "clock.control_step": "15 min"}),
        ("450 s", "10 s", {"clock.step": "450 s"}),
        ("300 s", "75 s", {"clock.control_step": "75 s"}),
        ("300 s", "60 s", {}),
    ],
)
def test_coarse_steps_are_warnings(
    step: str, control_step: str, coarse: dict[str, str], changed: Callable[[Changes], Path]
) -> None:
    steps = {
        "  step: 60 s": f"  step: {step}",
        "control_step: 10 s": f"control_step: {control_step}",
    }
    site = load_site(changed(steps))
    told = {w.where.rpartition(": ")[2]: w.what.partition(" is coarse")[0] for w in site.warnings}
    assert told == coarse
