"""Whether an FMU can save is tried, not believed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from adapters.assets.fmu.worker.backend import SnapshotWorkerFmu
from rami.asset.capability import Readable, Snapshotable, Steppable, Writable
from tests.adapters.assets.worker.conftest import HELD, Plant


def test_one_that_can(saving: Plant) -> None:
    fmu, twin = saving.load(), saving.twin()
    assert isinstance(fmu, SnapshotWorkerFmu)
    for capability in (Readable, Writable, Steppable, Snapshotable):
        assert isinstance(fmu, capability)
    assert not saving.told
    assert fmu.time == 0.0
    assert np.array_equal(fmu.read(), twin.read())
    for seconds in (10.0, 60.0, 1.0):
        assert np.array_equal(fmu.step(HELD, seconds), twin.step(HELD, seconds))
    assert isinstance(twin, SnapshotFmuBackend)
    assert fmu.save() == twin.save()
    fmu.close()


@pytest.mark.parametrize(
    ("macro", "why"),
    [
        ("FAKE_SNAPSHOTS", "after going back it goes on in another way"),
        ("BORROWED_SNAPSHOTS", "in a second process it "),
    ],
)
def test_one_that_only_says_so(macro: str, why: str, built: Callable[..., Plant]) -> None:
    plant = built(macros=[macro])
    fmu = plant.load()
    assert not isinstance(fmu, Snapshotable)
    ((text, details),) = plant.told
    assert text.startswith(f"hts: the FMU says that it can save its state, but {why}")
    assert (details["kind"], details["restarts"]) == ("probe", 0)
    assert np.array_equal(fmu.step(HELD, 10.0), plant.twin().step(HELD, 10.0))
    fmu.close()


def test_one_in_which_nothing_moves(built: Callable[..., Plant]) -> None:
    plant = built(gain=0.0)
    fmu = plant.load()
    assert not isinstance(fmu, Snapshotable)
    assert "nothing moves in it, so that nothing can be told" in plant.told[0][0]
    fmu.close()


def test_one_that_takes_short_steps_only(built: Callable[..., Plant]) -> None:
    plant = built(longest=5.0)
    fmu = plant.load()
    assert isinstance(fmu, SnapshotWorkerFmu)
    assert not plant.told
    assert np.array_equal(fmu.step(HELD, 1.0), plant.twin().step(HELD, 1.0))
    fmu.close()
