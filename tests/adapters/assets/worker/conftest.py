"""FMUs that misbehave when told to, and who listens to what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.worker.backend import WorkerFmu
from adapters.assets.fmu.worker.trouble import Limits
from rami.core.points import Direction, Point, PointIndex
from tests.adapters.assets.foreign import Foreign, build

INPUTS = PointIndex(
    [
        Point("hp.u", "share", Direction.ACTUATED, low=0.0, high=1.0),
        Point("border.T_take", "temperature", Direction.DISTURBANCE, start=60.0),
    ]
)
OUTPUTS = PointIndex(
    [
        Point("line.T", "temperature"),
        Point("hp.E", "energy", Direction.DERIVED, cumulative=True),
        Point("hp.P", "power"),
    ]
)
HELD = np.array([0.5, 70.0])
FMU = Foreign(
    [("hp.u", "1"), ("border.T_take", "degC")],
    [("line.T", "degC"), ("hp.E", "kWh"), ("hp.P", "kW")],
    snapshots=True,
)
LIMITS = Limits(step_s=2.0, load_s=20.0, memory=256 << 20, restarts=1000)


@dataclass
class Plant:
    """An FMU whose faults are told by a file, and the same FMU that has none."""

    path: Path
    armed: Path
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def load(self, **changes: Any) -> WorkerFmu:
        """In a process of its own."""
        self.told.clear()
        return WorkerFmu.load(
            self.path,
            INPUTS,
            OUTPUTS,
            name="hts",
            limits=replace(LIMITS, **changes),
            on_trouble=lambda text, details: self.told.append((text, details)),
        )

    def twin(self) -> FmuBackend:
        """The same in this process; it must not be armed while it steps."""
        return FmuBackend.load(self.path, INPUTS, OUTPUTS, name="twin")

    def arm(self, words: str) -> None:
        """The next fault: place, what, and `always`."""
        self.armed.write_text(words)

    def disarm(self) -> None:
        """No fault any more."""
        self.armed.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Plant]:
    """Compiles a variant."""

    def make(**changes: Any) -> Plant:
        folder = tmp_path_factory.mktemp("worker")
        armed = folder / "armed"
        return Plant(build(replace(FMU, armed=armed, **changes), folder), armed)

    return make


@pytest.fixture(scope="session")
def saving(built: Callable[..., Plant]) -> Plant:
    """It can save its state."""
    return built()


@pytest.fixture(scope="session")
def forgetful(built: Callable[..., Plant]) -> Plant:
    """It cannot."""
    return built(snapshots=False)
