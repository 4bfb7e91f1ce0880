"""An attacker with everything that was ever released, and the groups of all customers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rami.core.timegrid import NS, TimeGrid
from rami.information.meters.aggregate import aggregate
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import ingest
from rami.information.meters.keys import KeyRing
from rami.information.meters.releases import Refused
from rami.information.meters.settings import MeterDataset
from tests.information.meters.conftest import SETTINGS, T0, meters
from tests.information.meters.memory import MemoryStore

K = 5
SHARE = 0.8


def attack(
    folder: Path, sizes: list[int], buildings: int, gaps: frozenset[tuple[int, int]],
    queries: list[tuple[str, int, int]], newcomers: int, late: bool,
    value: Callable[[int, int], float],
) -> None:  # fmt: skip
    """Fails when some linear combination of releases involves 1 to k - 1 customers.

    For every interval the releases are rows of 0 and 1 over the customers. Their span has a
    vector with a small support only if one of its atoms is small: the customers whose columns are
    alike. Ranks are computed to be sure: a small set is isolated when its indicator is in the span.
    """
    dataset = Dataset(
        "customers", MeterDataset.model_validate(SETTINGS), folder, "attacked", lambda: T0 + 10**15
    )
    dataset.keys.write(KeyRing.fresh(dataset.recipients))
    store = MemoryStore()
    groups = meters(
        *((f"b{i}", f"t{(i + j) % buildings}", 1) for i, n in enumerate(sizes) for j in range(n))
    )
    _take(dataset, store, groups, gaps, value)
    half = len(queries) // 2
    released: list[tuple[np.ndarray, int]] = []
    for number, (by, start, count) in enumerate(queries):
        if number == half:
            more = meters(("b0", "t0", newcomers), first=81000000)
            groups = {**groups, **more}
            _take(dataset, store, groups, frozenset() if late else gaps, value)
        grid = TimeGrid(T0 + start * 3600 * NS, 3600 * NS, count)
        try:
            table = aggregate(dataset, store, "city", by, "energy", grid, folder / "out.csv")
        except Refused:
            continue
        released += _cells(dataset, groups, table.groups, table.published, by, grid)
    for hour in range(6):
        rows = [row for row, at in released if at == hour]
        if rows:
            width = max(map(len, rows))
            table = np.array([np.pad(row, (0, width - len(row))) for row in rows])
            _isolates_nobody(table)
            _shows_nobody(table, np.array([value(m, hour) for m in range(width)]))
    shutil.rmtree(folder)


def _take(
    dataset: Dataset, store: MemoryStore, groups: dict[str, tuple[str, str]],
    gaps: frozenset[tuple[int, int]], value: Callable[[int, int], float],
) -> None:  # fmt: skip
    lines = [
        f"{number};2019-01-14T{h:02d}:00;{value(m, h)};{m + h}"
        for m, number in enumerate(groups)
        for h in range(6)
        if (m, h) not in gaps
    ]
    readings, customers = dataset.folder / "r.csv", dataset.folder / "c.csv"
    readings.write_text("\n".join(["meter_id;time;energy;volume", *lines, ""]))
    rows = [f"{number};{a};{b}" for number, (a, b) in groups.items()]
    customers.write_text("\n".join(["meter_id;branch;building", *rows, ""]))
    ingest(dataset, store, [readings], customers=customers)


def _cells(
    dataset: Dataset, groups: dict[str, tuple[str, str]], names: tuple[str, ...],
    published: np.ndarray, by: str, grid: TimeGrid,
) -> list[tuple[np.ndarray, int]]:  # fmt: skip
    """Indicator over the customers of each published cell, and its hour.

    Who is in it is read off the last release kept, which the attacker would have to guess.
    """
    from rami.information.meters.pseudonym import identity

    ring, roster = dataset.ring(), dataset.roster()
    who = [identity(ring.identity, dataset.name, n.encode()) for n in groups]
    block = np.array([roster.customers[one].block for one in who])
    last = dataset.releases.releases("energy", grid)[-1]
    found = []
    for g in range(len(names)):
        for t in range(grid.count):
            if published[g, t]:
                inside = (last.group == g) & last.sums.present[:, t]
                row = np.isin(block, np.flatnonzero(inside) + 1).astype(float)
                found.append((row, (grid.start_ns - T0) // (3600 * NS) + t))
                assert row.sum() >= K
                if by == "branch":
                    branches = {b for (b, _), r in zip(groups.values(), row, strict=True) if r}
                    assert branches == {names[g]}
    return found


def _isolates_nobody(rows: np.ndarray) -> None:
    columns = {tuple(column): 0 for column in rows.T if column.any()}
    for column in rows.T:
        if column.any():
            columns[tuple(column)] += 1
    rank = np.linalg.matrix_rank(rows)
    for column, count in columns.items():
        alone = (column == rows.T).all(axis=1).astype(float)
        if np.linalg.matrix_rank(np.vstack([rows, alone])) == rank:
            assert count >= K
        assert count >= K, "customers are alone in what is told of them"


def _shows_nobody(rows: np.ndarray, values: np.ndarray) -> None:
    """Of what can be told apart, nobody makes up more than the share allowed, nothing is zero."""
    for column in {tuple(column) for column in rows.T if column.any()}:
        together = values[(column == rows.T).all(axis=1)]
        assert together.sum() > 0
        assert together.max() <= SHARE * together.sum() * (1 + 1e-9)
