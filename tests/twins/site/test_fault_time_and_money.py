"""Steps, spans, owners, tariffs and data."""

from __future__ import annotations

import pytest

from tests.twins.site.conftest import Told

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
    # data
    ("kind: synthetic\n  seed: 2019", "kind: csv\n  files: [nowhere.csv]", "data.files", "no file"),
    (
        "kind: synthetic\n  seed: 2019",
        "kind: csv\n  files: [{file: site.yaml, columns: {price_da: {column: x, unit: MW}}}]",
        "columns.price_da.unit",
        "unit 'MW' does not measure price_da",
    ),
    ("kind: synthetic\n  seed: 2019", "kind: weather", "data.kind", "unknown kind: 'weather'"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, told: Told) -> None:
    told(old, new, path, words)
