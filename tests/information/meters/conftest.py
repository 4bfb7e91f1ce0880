"""A dataset of synthetic meters in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rami.core.timegrid import instant
from rami.information.meters.dataset import Dataset
from rami.information.meters.keys import KeyRing
from rami.information.meters.settings import MeterDataset
from tests.information.meters.memory import MemoryStore

T0 = instant("2019-01-14T00:00Z")

SETTINGS: dict[str, Any] = {
    "purpose": "billing and network planning",
    "legal_basis": "contract, GDPR Art. 6(1)(b)",
    "retention": "365 d",
    "registers": {
        "energy": {"quantity": "energy", "unit": "kWh", "cumulative": False},
        "volume": {"quantity": "volume", "unit": "m3"},
    },
    "files": {"zone": "UTC"},
    "groups": ["branch", "building"],
    "recipients": {
        "city": {"purpose": "heat plan of the city"},
        "planning": {"purpose": "pipe sizes", "gets": "rows", "inside": True},
        "service": {"purpose": "leak search", "gets": "rows", "inside": True},
    },
}


@pytest.fixture(autouse=True)
def _no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here does not depend on it."""
    monkeypatch.setattr("os.fsync", lambda _handle: None)


Make = Callable[..., Dataset]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A dataset with keys; settings may be changed by keyword."""

    def made(**changes: Any) -> Dataset:
        settings = MeterDataset.model_validate({**SETTINGS, **changes})
        dataset = Dataset("customers", settings, tmp_path, "tester", lambda: T0 + 10**15)
        if not dataset.keys.exists():
            dataset.keys.write(KeyRing.fresh(dataset.recipients))
        return dataset

    return made


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


Write = Callable[..., tuple[Path, Path]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Files of readings and of customers: `groups` by meter, `value(meter, hour)` in kWh."""

    def written(
        groups: dict[str, tuple[str, str]],
        value: Callable[[int, int], float] = lambda meter, hour: 1.0 + meter % 7 + 0.25 * hour,
        hours: int = 6,
        skip: frozenset[tuple[int, int]] = frozenset(),
        name: str = "readings.csv",
    ) -> tuple[Path, Path]:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        lines = ["meter_id;time;energy;volume"]
        for m, number in enumerate(groups):
            for h in range(hours):
                if (m, h) not in skip:
                    stamp = f"2019-01-14T{h:02d}:00"
                    lines.append(f"{number};{stamp};{value(m, h):.4f};{10 * m + h}")
        readings = folder / name
        readings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        customers = folder / f"customers-{name}"
        rows = [f"{number};{a};{b}" for number, (a, b) in groups.items()]
        customers.write_text("\n".join(["meter_id;branch;building", *rows]) + "\n")
        return readings, customers

    return written


def meters(*groups: tuple[str, str, int], first: int = 60123400) -> dict[str, tuple[str, str]]:
    """`(branch, building, how many)` as numbers with their groups."""
    places = [(branch, building) for branch, building, count in groups for _ in range(count)]
    return {str(first + 37 * i): place for i, place in enumerate(places)}
