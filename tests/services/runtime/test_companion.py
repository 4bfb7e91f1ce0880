"""Beside a plant: when the model may stand for it, and what happens when its state is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from rami.asset.live import Vector
from rami.core.errors import ModelError
from rami.core.event import EventKind
from rami.core.points import Point, PointIndex
from rami.functional.estimation import StateEstimator
from rami.integration.fidelity_settings import Fidelity
from rami.integration.mode import Mode
from rami.integration.shadow import Passed, Shadow
from services.runtime.companion import Companion
from tests.services.runtime.toys import OUTPUTS, STEP_S, Toy, ToyModel, toy


class _Estimator:
    """Counts its beginnings; `fails` is why it cannot go on."""

    def __init__(self) -> None:
        self.fails, self.begun, self.started = "", 0, False

    def start(self, seen: object, inputs: Vector) -> None:
        self._go()
        self.begun, self.started = self.begun + 1, True

    def update(self, inputs: Vector, seen: object, seconds: float, now: int) -> None:
        self._go()

    def _go(self) -> None:
        if self.fails:
            raise ModelError(self.fails)

    def state(self) -> Vector:
        return np.array([61.0])

    def mismatch(self) -> Any:
        return type("Mismatch", (), {"reasons": ()})

    def save(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        assert state == b""


class _Told(ToyModel):
    """Tells its temperature as its state, and takes another."""

    state_points = PointIndex([Point("x.T", "temperature")])

    def state(self) -> Vector:
        return np.array([self.t])

    def set_state(self, state: Vector) -> None:
        self.t = float(state[0])


class _Events:
    def __init__(self) -> None:
        self.all: list[tuple[EventKind, str, bool]] = []

    def __call__(self, kind: EventKind, source: str, severity: Any, text: str, **more: Any) -> None:
        self.all.append((kind, text, bool(more.get("active"))))


@pytest.fixture
def shadowed() -> Toy:
    t = toy()
    t.steps(2)
    assert t.change(Mode.SHADOW) == []
    return t


def _companion(
    t: Toy,
    events: _Events,
    estimator: _Estimator | None = None,
    allowed: str = "1000 kW",
    model: ToyModel | None = None,
) -> Companion:
    side = t.switch.plant
    assert side is not None
    fidelity = Fidelity.model_validate({"window": "60 s", "points": {"x.P": allowed}})

    def shadow(passed: Callable[[Passed], None]) -> Shadow:
        return Shadow("toy", OUTPUTS, side.watched.outputs, fidelity, passed)

    return Companion(
        "toy", model or t.model, shadow, t.clock, events,
        estimator=cast(StateEstimator, estimator) if estimator is not None else None,
    )  # fmt: skip


def _steps(t: Toy, companion: Companion, count: int) -> None:
    side = t.switch.plant
    assert side is not None
    for _ in range(count):
        t.step()
        companion.step(t.switch.u, side, t.switch.edge.told, STEP_S)


def test_without_an_estimate_a_whole_window_beside_the_plant_is_wanted(shadowed: Toy) -> None:
    companion = _companion(shadowed, _Events())
    not_yet = ("it was not compared with the plant for a whole window yet",)
    assert companion.against_model() == not_yet
    _steps(shadowed, companion, 7)
    assert companion.verdict.known
    assert companion.against_model() == ()
    companion.restart()
    assert companion.verdict.known, "what was found holds for the way to the plant"
    assert companion.against_model() == not_yet
    again = _companion(shadowed, _Events())
    again.restore(companion.save())
    assert again.against_model() == not_yet
    _steps(shadowed, companion, 7)
    assert companion.against_model() == ()


def test_without_an_estimate_the_window_must_agree(shadowed: Toy) -> None:
    events = _Events()
    companion = _companion(shadowed, events, allowed="1 kW")
    _steps(shadowed, companion, 7)
    (*_, last) = companion.against_model()
    assert last.startswith("toy.x.P is 3.8 kW off its model")
    assert events.all[0][0] is EventKind.RESIDUAL


def test_an_estimate_that_fails_is_begun_anew(shadowed: Toy) -> None:
    events, estimator = _Events(), _Estimator()
    companion = _companion(shadowed, events, estimator)
    assert companion.against_model() == ("the plant's state is not estimated yet",)
    _steps(shadowed, companion, 2)
    assert companion.against_model() == ()
    estimator.fails = "singular"
    _steps(shadowed, companion, 3)
    assert companion.against_model() == ("the plant's state cannot be estimated: singular",)
    assert [(text, active) for _, text, active in events.all] == [
        ("the plant's state cannot be estimated: singular", True)
    ]
    estimator.fails = ""
    again = _companion(shadowed, _Events(), _Estimator())
    again.restore(companion.save())
    assert again.against_model() == companion.against_model()
    _steps(shadowed, companion, 8)
    assert events.all[-1][1:] == ("the plant's state is estimated again", False)
    assert estimator.begun == 2
    assert companion.against_model() == ()
    assert np.isfinite(shadowed.switch.read()).all()


def test_the_model_begins_beside_the_plant_from_the_estimate(shadowed: Toy) -> None:
    """What a plant did that nobody drove is not held against the model."""
    model = _Told()
    companion = _companion(shadowed, _Events(), _Estimator(), model=model)
    _steps(shadowed, companion, 1)
    assert model.t == 61.0
    model.t = 40.0
    _steps(shadowed, companion, 1)
    assert model.t == 40.0, "within a window it goes its own way"
    companion.restart()
    _steps(shadowed, companion, 1)
    assert model.t == 61.0
    model.t = 40.0
    _steps(shadowed, companion, 7)
    assert companion.verdict.known
    assert model.t == 61.0, "at the end of a window"
