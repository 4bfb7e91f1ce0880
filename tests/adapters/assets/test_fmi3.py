"""FMUs in FMI 3.0 are stepped as those in 2.0, here and in a process of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from adapters.assets.fmu.worker.backend import SnapshotWorkerFmu, WorkerFmu
from rami.core.errors import ModelError
from tests.adapters.assets.foreign import build
from tests.adapters.assets.test_fmu_backend import FMU, INPUTS, NAMES, OUTPUTS

HELD = np.array([0.5, 60.0, 300.0])
THIRD = replace(FMU, third=True, snapshots=True, longest=500.0)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(THIRD, tmp_path_factory.mktemp("third"))


def test_it_gives_what_the_same_in_fmi_2_gives(path: Path, tmp_path: Path) -> None:
    second = build(replace(THIRD, third=False), tmp_path)
    theirs = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES, start={"hp.P": 7.0})
    ours = FmuBackend.load(second, INPUTS, OUTPUTS, NAMES, start={"hp.P": 7.0})
    for seconds in (100.0, 10.0, 1.0):
        assert np.array_equal(theirs.step(HELD, seconds), ours.step(HELD, seconds))
    theirs.reset()
    ours.reset()
    assert np.array_equal(theirs.read(), ours.read())


def test_states_are_saved(path: Path) -> None:
    fmu = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)
    assert isinstance(fmu, SnapshotFmuBackend)
    fmu.step(HELD, 10.0)
    saved = fmu.save()
    future = fmu.step(HELD, 10.0).copy()
    fmu.restore(saved)
    assert np.array_equal(fmu.step(HELD, 10.0), future)


def test_one_that_ends_the_simulation_has_not_stepped(path: Path) -> None:
    fmu = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES, name="hts")
    with pytest.raises(ModelError, match="hts: fmi3DoStep returned discard"):
        fmu.step(HELD, 600.0)


def test_in_a_process_of_its_own(path: Path) -> None:
    fmu = WorkerFmu.load(path, INPUTS, OUTPUTS, NAMES, on_trouble=lambda *_: None)
    here = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)
    assert isinstance(fmu, SnapshotWorkerFmu)
    assert isinstance(here, SnapshotFmuBackend)
    assert np.array_equal(fmu.step(HELD, 60.0), here.step(HELD, 60.0))
    assert fmu.save() == here.save()
    fmu.close()


def test_what_is_lacking_is_told_in_its_words(path: Path) -> None:
    names = {k: v for k, v in NAMES.items() if k != "hp.u"}
    with pytest.raises(ModelError, match=r"point hp\.u: no Float64 variable 'hp\.u'"):
        FmuBackend.load(path, INPUTS, OUTPUTS, names)
