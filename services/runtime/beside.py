"""What runs beside a plant, and what takes events."""

from __future__ import annotations

from typing import Protocol

from rami.asset.live import Vector
from rami.core.event import EventKind, Severity
from rami.integration.gates import Verdict
from services.loop.cosimulation import PlantBackend
from services.runtime.plant_side import PlantSide


class Happened(Protocol):
    """Takes an event."""

    def __call__(
        self,
        kind: EventKind,
        source: str,
        severity: Severity,
        text: str,
        *,
        condition: str = "",
        active: bool = False,
        **details: float | str | bool,
    ) -> object:
        """It happened."""


class Beside(Protocol):
    """Comparison, estimation, diagnosis."""

    @property
    def verdict(self) -> Verdict:
        """How far model and plant were apart."""

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        """The model was stepped with `inputs` and tells `told`; the plant is as it is."""

    def restart(self) -> None:
        """The model was set anew, or the plant was away."""

    def against_model(self) -> tuple[str, ...]:
        """Why the model may not stand for the plant now; empty if it may."""

    def settle(self, model: PlantBackend) -> None:
        """Set the model to the plant's estimated state; ModelError."""

    def inputs(self, held: Vector) -> Vector:
        """What a model that stands for the plant must be told to do what it does at `held`."""

    def residuals(self) -> dict[str, float]:
        """Plant less model by point."""

    def found(self) -> tuple[str, ...]:
        """Faults named now."""

    def save(self) -> bytes:
        """The whole state."""

    def restore(self, state: bytes) -> None:
        """Go back."""
