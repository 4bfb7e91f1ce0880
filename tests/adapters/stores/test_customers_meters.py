"""Customers' meters on each kind of store: the same figures, and nothing left of the erased."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rami.core.timegrid import NS, TimeGrid
from rami.information.meters.aggregate import aggregate
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import ingest
from rami.information.meters.keys import KeyRing
from rami.information.meters.purge import purge, verify_purges
from rami.information.meters.rotate import rotate
from rami.information.meters.settings import MeterDataset
from rami.information.meters.share import share
from rami.information.meters.subject import erase, export_subject
from tests.adapters.stores.cases import EVER, HOUR, T0, Case
from tests.information.meters.conftest import SETTINGS
from tests.information.meters.memory import MemoryStore

NUMBERS = [f"00{60123400 + 37 * i}" for i in range(30)]
GRID = TimeGrid.of(T0, 3600, 12)


def _dataset(folder: Path) -> Dataset:
    folder.mkdir()
    registers = {"energy": {"quantity": "energy", "unit": "kWh"}}
    settings = {**SETTINGS, "registers": registers, "groups": ["branch"], "keep": {"by": "branch"}}
    dataset = Dataset("homes", MeterDataset.model_validate(settings), folder, "anna", lambda: T0)
    dataset.keys.write(KeyRing.fresh(dataset.recipients))
    lines = [f"{n};2019-01-14T{h:02d}:00;{500 + i + (1 + i % 4) * h}"
             for h in range(14) for i, n in enumerate(NUMBERS)]  # fmt: skip
    (folder / "r.csv").write_text("\n".join(["meter_id;time;energy", *lines, ""]))
    rows = [f"{n};{'north' if i < 17 else 'south'}" for i, n in enumerate(NUMBERS)]
    (folder / "c.csv").write_text("\n".join(["meter_id;branch", *rows, ""]))
    return dataset


def test_the_whole_life_of_a_dataset(case: Case, tmp_path: Path) -> None:
    reference, memory = _dataset(tmp_path / "memory"), MemoryStore()
    dataset, store = _dataset(tmp_path / "stored"), case.open()
    for some, where in ((reference, memory), (dataset, store)):
        done = ingest(some, where, [some.folder / "r.csv"], customers=some.folder / "c.csv")
        assert (done.new, done.customers) == (14 * 30, 30)
        again = ingest(some, where, [some.folder / "r.csv"])
        assert (again.new, again.duplicates) == (0, 14 * 30)
    out = tmp_path / "out"
    for by in ("branch", "all"):
        wanted = aggregate(reference, memory, "city", by, "energy", GRID, out / "a.csv")
        told = aggregate(dataset, store, "city", by, "energy", GRID, out / "b.csv")
        np.testing.assert_allclose(told.sums, wanted.sums)
        assert (told.customers == wanted.customers).all()

    assert share(dataset, store, "planning", *EVER, out / "rows.csv") == 14 * 30
    number = NUMBERS[4].encode()
    assert export_subject(dataset, store, number, out / "one.json") == 14
    before = {s.name for s in store.signals("meters.*")}
    assert erase(dataset, store, number).rows == 14
    [gone] = before - {s.name for s in store.signals("meters.*")}
    assert rotate(dataset, store) == 2
    after = [s.name for s in store.signals("meters.*")]
    assert len(after) == 29
    assert not before & set(after)

    late = replace(dataset, now=lambda: T0 + round(dataset.settings.retention * NS) + 5 * HOUR)
    proof = purge(late, store)
    assert proof is not None
    assert (proof["rows"], proof["rows_left"]) == (29 * 5, 0)
    assert verify_purges(late, store) == []
    assert len(store.rows(after, *EVER)) == 29 * 9
    kept = store.rows(["aggregates.homes.branch.south.energy"], *EVER)
    np.testing.assert_allclose(kept.values, wanted_of_south(reference, memory, out)[: len(kept)])
    store.close()
    if case.name == "duckdb":
        held = b"".join(file.read_bytes() for file in case.files())
        for name in (gone, *before):
            assert name.split(".")[2].encode() not in held
        assert after[0].split(".")[2].encode() in held


def wanted_of_south(dataset: Dataset, store: MemoryStore, out: Path) -> np.ndarray:
    table = aggregate(dataset, store, "city", "branch", "energy", GRID, out / "again.csv")
    south = table.groups.index("south")
    return table.sums[south][table.published[south]]


@pytest.mark.parametrize("by", ["file order", "reverse"])
def test_rows_lie_in_the_order_of_pseudonyms(case: Case, tmp_path: Path, by: str) -> None:
    """Whatever the order of the file: that would be the meters' numbers'."""
    dataset, store = _dataset(tmp_path / "stored"), case.open()
    readings = dataset.folder / "r.csv"
    head, *lines = readings.read_text().splitlines()
    readings.write_text("\n".join([head, *(lines if by == "file order" else lines[::-1])]))
    ingest(dataset, store, [readings])
    names = [s.name for s in store.signals("meters.*")]
    if case.name == "duckdb":
        if case.apart:  # its numbers are seen from within
            case.close()
            case.apart = False
            store = case.open()
        numbered = [s.name for s in store._contents.dictionary.by_id.values()]  # type: ignore[attr-defined]
    else:
        import psycopg

        with psycopg.connect(case.settings["service"]) as link:
            table = f"{case.settings['namespace']}.signal"
            numbered = [row[0] for row in link.execute(f"SELECT name FROM {table} ORDER BY id")]
    assert len(numbered) == len(NUMBERS)
    assert numbered == names
