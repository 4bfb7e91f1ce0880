"""Whatever an FMU does to its process, the run goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from adapters.assets.fmu.worker.backend import SnapshotWorkerFmu, WorkerFmu
from rami.core.errors import ModelError
from tests.adapters.assets.worker.conftest import HELD, Plant

FAULTS = {
    "segfault": ("ended", "was ended by SIGSEGV (segmentation fault)"),
    "abort": ("ended", "was ended by SIGABRT (aborted)"),
    "exit": ("ended", "ended by itself with exit code 3"),
    "children": ("ended", "was ended by SIGABRT"),
    "memory": ("ended", "was ended by SIGSEGV"),
    "closes": ("ended", ""),
    "discard": ("refused", "fmi2DoStep returned discard"),
    "error": ("refused", "fmi2DoStep returned error"),
    "fatal": ("refused", "fmi2DoStep returned fatal"),
    "nan": ("values", "told hp.P = nan"),
}
LATE = ("hang", "spin", "stopped")


@pytest.fixture(scope="module")
def fmu(saving: Plant) -> Iterator[WorkerFmu]:
    loaded = saving.load()
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def impatient(saving: Plant) -> Iterator[WorkerFmu]:
    loaded = saving.load(step_s=0.3)
    yield loaded
    loaded.close()


def _mended(fmu: WorkerFmu, plant: Plant, fault: str) -> str:
    """Step over a fault beside a twin that has none; what was told."""
    assert isinstance(fmu, SnapshotWorkerFmu)
    twin = plant.twin()
    twin.restore(fmu.save())  # type: ignore[attr-defined]
    assert np.array_equal(fmu.step(HELD, 10.0), twin.step(HELD, 10.0))
    plant.told.clear()
    before, pid = fmu.counts.restarts, fmu.pid
    plant.arm(f"step {fault}")
    stepped = fmu.step(0.9 * HELD, 20.0).copy()
    plant.disarm()
    assert np.array_equal(stepped, twin.step(0.9 * HELD, 20.0))
    assert np.array_equal(fmu.step(HELD, 10.0), twin.step(HELD, 10.0))
    assert fmu.time == twin.time
    assert fmu.save() == twin.save()  # type: ignore[attr-defined]
    assert (fmu.counts.restarts, fmu.counts.states_lost) == (before + 1, 0)
    assert fmu.pid != pid
    ((text, details),) = plant.told
    assert details["twin"] == "hts"
    assert f"put back to its state at {details['doing'].split()[-2]} s" in text
    return f"{details['kind']}: {text}"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_step_leaves_no_trace(fault: str, fmu: WorkerFmu, saving: Plant) -> None:
    kind, words = FAULTS[fault]
    told = _mended(fmu, saving, fault)
    assert told.startswith(f"{kind}: hts: a step at ")
    assert words in told


@pytest.mark.parametrize("fault", LATE)
def test_a_step_that_does_not_end(fault: str, impatient: WorkerFmu, saving: Plant) -> None:
    told = _mended(impatient, saving, fault)
    assert "the FMU gave no answer within 0.3 s" in told


def test_one_that_talks_and_talks(fmu: WorkerFmu, saving: Plant) -> None:
    restarts = fmu.counts.restarts
    saving.arm("step chatter")
    fmu.step(HELD, 10.0)
    assert fmu.counts.restarts == restarts
    assert "an FMU that has much to say" in _mended(fmu, saving, "abort")


def test_nothing_is_left_open(fmu: WorkerFmu, saving: Plant) -> None:
    _mended(fmu, saving, "abort")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        _mended(fmu, saving, "abort")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_fails_each_time_ends_the_run(saving: Plant) -> None:
    fmu = saving.load(restarts=2)
    fmu.step(HELD, 10.0)
    saving.arm("step segfault always")
    try:
        with pytest.raises(ModelError) as caught:
            fmu.step(HELD, 10.0)
        assert str(caught.value) == (
            "hts: a step at 10 s: the FMU was ended by SIGSEGV (segmentation fault); "
            "more than 2 restarts within 3600 s"
        )
        assert fmu.counts.restarts == 2
    finally:
        saving.disarm()
        fmu.close()


@pytest.mark.parametrize("fault", ["segfault", "error", "hang"])
def test_one_that_does_not_start(fault: str, saving: Plant) -> None:
    saving.arm(f"start {fault} always")
    try:
        with pytest.raises(ModelError, match="hts: loading the FMU: ") as caught:
            saving.load(load_s=1.0)
    finally:
        saving.disarm()
    words = {"segfault": "SIGSEGV", "error": "Mode returned error", "hang": "within 1 s"}
    assert words[fault] in str(caught.value)
    assert not saving.told


def test_inputs_that_are_no_numbers_are_not_the_fmus_fault(fmu: WorkerFmu) -> None:
    restarts = fmu.counts.restarts
    with pytest.raises(ModelError, match=r"hts: border\.T_take is set to nan"):
        fmu.step(np.array([0.5, np.nan]), 10.0)
    with pytest.raises(ModelError, match=r"hts: hp\.u is set to inf"):
        fmu.write(np.array([np.inf, 1.0]))
    assert fmu.counts.restarts == restarts


def test_a_state_that_is_lost_is_said_and_registers_count_on(forgetful: Plant) -> None:
    fmu = forgetful.load()
    assert not isinstance(fmu, SnapshotWorkerFmu)
    for _ in range(5):
        last = fmu.step(HELD, 100.0).copy()
    forgetful.arm("step segfault")
    now = fmu.step(HELD, 100.0)
    # lines of 1000 s from 0 again, but the register goes on from where it was
    assert now == pytest.approx([0.1 * 0.5, last[1] + 0.1 * 70.0, 0.1 * 0.5])
    assert fmu.time == 600.0
    ((text, details),) = forgetful.told
    assert "initialised at 500 s with the present inputs: its state is lost" in text
    assert (details["restarts"], details["states_lost"]) == (1, 1)
    fmu.close()


def test_a_state_of_another_model_is_refused_and_the_present_one_stays(saving: Plant) -> None:
    fmu = saving.load()
    assert isinstance(fmu, SnapshotWorkerFmu)
    fmu.step(HELD, 10.0)
    state = fmu.save()
    for strange in (b"", b"abc"):
        with pytest.raises(ModelError, match="is no saved state"):
            fmu.restore(strange)
    assert fmu.save() == state
    future = fmu.step(HELD, 10.0).copy()
    fmu.restore(state)
    assert fmu.time == 10.0
    assert np.array_equal(fmu.step(HELD, 10.0), future)
    fmu.close()
