"""Many faults, one after the other, at random: nothing hangs, nothing grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.adapters.assets.worker.conftest import HELD, LIMITS, Plant
from tests.adapters.assets.worker.test_faults import FAULTS, LATE

_FAULTS = 100


def _kilobytes() -> int:
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line
    )
    return int(line.split()[1])


@pytest.mark.soak
def test_a_hundred_random_faults(saving: Plant) -> None:
    fmu, twin = saving.load(**vars(replace(LIMITS, step_s=0.5))), saving.twin()
    rng = np.random.default_rng(2026)
    names = [*FAULTS, *LATE]
    before: tuple[int, int] | None = None
    for n in range(_FAULTS):
        held = HELD * rng.uniform(0.5, 1.0)
        if n == 20:  # what is kept once is kept by then
            before = len(list(Path("/proc/self/fd").iterdir())), _kilobytes()
        saving.arm(f"step {rng.choice(names)}")
        stepped = fmu.step(held, 10.0).copy()
        saving.disarm()
        assert np.array_equal(stepped, twin.step(held, 10.0))
        for _ in range(int(rng.integers(0, 5))):
            assert np.array_equal(fmu.step(held, 10.0), twin.step(held, 10.0))
    assert fmu.counts.restarts >= _FAULTS
    assert before is not None
    assert len(list(Path("/proc/self/fd").iterdir())) == before[0]
    assert _kilobytes() - before[1] < 2048
    fmu.close()
