"""State of a dataset before a crash, and what must hold after it was mended."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path

from rami.core.signal import Signal
from rami.core.timegrid import NS
from rami.information.meters.dataset import Dataset
from rami.information.meters.pseudonym import identity
from tests.information.meters.conftest import T0
from tests.information.meters.memory import MemoryStore


@dataclass
class Snapshot:
    copy: Path
    known: dict[str, Signal]
    held: dict[str, dict[int, float]]

    def restore(self, dataset: Dataset, store: MemoryStore) -> None:
        for name in ("meter-keys", "meter-records"):
            shutil.rmtree(dataset.folder / name)
            shutil.copytree(self.copy / name, dataset.folder / name)
        store.known, store.held = dict(self.known), copy.deepcopy(self.held)


def snapshot(dataset: Dataset, store: MemoryStore) -> Snapshot:
    place = dataset.folder / "before"
    for name in ("meter-keys", "meter-records"):
        shutil.copytree(dataset.folder / name, place / name)
    return Snapshot(place, dict(store.known), copy.deepcopy(store.held))


def outcome(
    dataset: Dataset, store: MemoryStore, action: str, number: bytes, customers: int
) -> bool:
    """Whether the action is done, wholly and once."""
    ring, people = dataset.ring(), list(dataset.roster().customers)
    names = {n for one in dataset.names(ring, people) for n in one}
    single = {n: rows for n, rows in store.held.items() if n.startswith("meters.")}
    assert set(single) == names
    rows = [row for row in dataset.log.rows() if row["action"] == action]
    assert [row["outcome"] for row in rows].count("done") == 1
    if action == "erase":
        assert identity(ring.identity, dataset.name, number) not in people
        assert len(people) == customers - 1
        assert all(len(held) == 6 for held in single.values())
    elif action == "purge":
        assert min(at for held in single.values() for at in held) == T0 + 4 * 3600 * NS
        assert len(store.held["aggregates.customers.branch.north.energy"]) == 4
        assert len(list(dataset.records.glob("purge-*.json"))) == 1
    else:
        assert (ring.current, list(ring.epochs)) == (2, [2])
        assert all(len(held) == 6 for held in single.values())
        assert len(people) == customers
    left = {p.name for p in (dataset.folder / "meter-keys").iterdir()}
    assert not any(name.endswith((".old", ".intent")) for name in left)
    return True
