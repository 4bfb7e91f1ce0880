"""Demand of groups: purposes, groups that are too small, faults, once told is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from rami.core.timegrid import NS, TimeGrid
from rami.information.fleet.growth import growth
from rami.information.fleet.judge import judge
from rami.information.fleet.rows import FleetRows, FleetRules
from rami.information.meters.dataset import Dataset
from rami.information.meters.demand import Asked, demand
from rami.information.meters.ingest import ingest
from rami.information.meters.releases import Refused
from tests.information.fleet import slow
from tests.information.meters.conftest import T0, meters
from tests.information.meters.memory import MemoryStore

HOUR = 3600 * NS
GRID = TimeGrid(T0 + 24 * HOUR, HOUR, 24)
REGISTERS = {"energy": {"quantity": "energy", "unit": "kWh"}}
Make = Callable[..., Dataset]


def _asked(**changes: Any) -> Asked:
    plain = {"recipient": "city", "register": "energy", "by": ("building", "branch"), "grid": GRID}
    return Asked(**{**plain, "history_ns": 24 * HOUR, **changes})


def _files(
    folder: Path, groups: dict[str, tuple[str, str]], skip: frozenset[tuple[int, int]] = frozenset()
) -> tuple[Path, Path]:
    """Two days of readings at the hours' ends; meter m draws 1 + m % 3 kW."""
    lines = ["meter_id;time;energy"]
    for m, number in enumerate(groups):
        for h in range(49):
            if (m, h) not in skip:
                stamp = f"2019-01-{14 + h // 24:02d}T{h % 24:02d}:00"
                lines.append(f"{number};{stamp};{1000 + (1 + m % 3) * h}")
    rows = [f"{number};{a};{b}" for number, (a, b) in groups.items()]
    (folder / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "c.csv").write_text("\n".join(["meter_id;branch;building", *rows]) + "\n")
    return folder / "r.csv", folder / "c.csv"


def _in(dataset: Dataset, store: MemoryStore, folder: Path, *more: Any) -> None:
    readings, customers = _files(folder, *more)
    ingest(dataset, store, [readings], customers=customers)


def test_sums_are_those_of_the_customers(make: Make, store: MemoryStore, tmp_path: Path) -> None:
    dataset = make(registers=REGISTERS)
    _in(dataset, store, tmp_path, meters(("s1", "a", 9), ("s1", "b", 6), ("s2", "c", 5)))
    found = demand(dataset, store, _asked())
    table = found.tables["building"]
    assert table.groups == ("a", "b", "c")
    np.testing.assert_allclose(table.sums, np.repeat([[18.0], [12.0], [9.0]], 24, axis=1))
    np.testing.assert_allclose(found.tables["branch"].sums[:, 0], [30.0, 9.0])
    assert found.coverage("building")["a"] == (1.0, 0.0, 0.0)
    assert found.figures.customers == 20 and found.figures.measured == found.figures.cells


def test_a_group_below_k_is_told_with_its_section_only(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    dataset = make(registers=REGISTERS)
    groups = meters(("s1", "a", 9), ("s1", "tiny", 3), ("s1", "small", 4), ("s2", "c", 5))
    _in(dataset, store, tmp_path, groups)
    found = demand(dataset, store, _asked())
    assert found.tables["building"].groups == ("a", "c")
    assert found.tables["branch"].published.all()
    assert found.tables["branch"].customers[:, 0].tolist() == [16, 5]


def test_nobody_gets_it_for_another_purpose(make: Make, store: MemoryStore, tmp_path: Path) -> None:
    dataset = make(
        registers=REGISTERS, recipients={"city": {"purpose": "heat plan", "by": ["branch"]}}
    )
    _in(dataset, store, tmp_path, meters(("s1", "a", 9)))
    with pytest.raises(Refused, match="may have branch, not building"):
        demand(dataset, store, _asked())
    assert list(dataset.log.rows())[-1]["outcome"].startswith("refused")
    assert not dataset.releases.numbers()


def test_a_register_that_does_not_count_up_is_refused(make: Make, store: MemoryStore) -> None:
    with pytest.raises(ConfigurationError, match="counts up"):
        demand(make(), store, _asked())


def test_late_rows_change_nothing_that_was_told(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    dataset = make(registers=REGISTERS)
    groups = meters(("s1", "a", 9), ("s1", "b", 6))
    _in(dataset, store, tmp_path, groups, frozenset((2, h) for h in range(36, 49)))
    first = demand(dataset, store, _asked())
    estimated = first.coverage("building")["a"][2]
    assert estimated == pytest.approx(13 / 24 / 9)
    _in(dataset, store, tmp_path, groups)
    again = demand(dataset, store, _asked())
    for by in ("building", "branch"):
        np.testing.assert_array_equal(first.tables[by].sums, again.tables[by].sums)


def test_a_silent_meter_counts_as_its_group_does(
    make: Make, store: MemoryStore, tmp_path: Path
) -> None:
    dataset = make(registers=REGISTERS)
    silent = frozenset((4, h) for h in range(25, 49))
    _in(dataset, store, tmp_path, meters(("s1", "a", 9)), silent)
    table = demand(dataset, store, _asked()).tables["building"]
    # meter 4 drew 2 kW the day before, as its group goes on drawing what it drew
    np.testing.assert_allclose(table.sums[0, 1:], 18.0)


def test_sums_with_faults_equal_the_slow_reference(
    make: Make, store: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rami.information.meters.demand.BATCH", 7)
    dataset = make(registers=REGISTERS)
    random = np.random.default_rng(5)
    groups = meters(("s1", "a", 11), ("s1", "b", 8), ("s2", "c", 17))
    gone = {(m, h) for m in range(36) for h in range(49) if random.uniform() < 0.1}
    gone |= {(m, h) for m in (3, 14) for h in range(30, 49)}
    _in(dataset, store, tmp_path, groups, frozenset(gone))
    found = demand(dataset, store, _asked()).tables["building"]
    rules, ring = FleetRules(), dataset.ring()
    for g, name in enumerate(found.groups):
        mine = [one for one, c in dataset.roster().customers.items() if c.groups[1] == name]
        names = [signals[0] for signals in dataset.names(ring, sorted(mine))]
        rows = FleetRows.of(store.rows(names, GRID.start_ns - 24 * HOUR, GRID.end_ns + 1))
        energy, grades, levels = slow.growths(rows, GRID, rules)
        slow.complete(energy, grades, levels, [0] * len(names))
        np.testing.assert_allclose(found.sums[g], np.sum(energy, axis=0), atol=1e-9)
        assert growth(rows, judge(rows, rules), GRID, rules).grade.min() == 0
