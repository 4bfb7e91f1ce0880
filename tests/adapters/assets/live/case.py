"""What the conformance suite asks of a plant behind a live backend."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import numpy as np

from rami.asset.live import Commandable, Linked, Mask, Observable, Vector
from rami.core.points import Direction, Point, PointIndex

NS = 1_000_000_000
#: how long a test waits for what must come; never reached when all is well
PATIENCE_S = 20.0

#: points of the known plant; every case maps at least one of each in another unit than ours
INPUTS = PointIndex(
    [
        Point("hex.T_set", "temperature", Direction.ACTUATED, low=0.0, high=120.0, start=60.0),
        Point("hp.P_set", "power", Direction.ACTUATED, low=0.0, high=500.0, start=100.0),
        Point("valve.u", "share", Direction.ACTUATED, low=0.0, high=1.0, start=0.25),
    ]
)
OUTPUTS = PointIndex(
    [
        Point("hex.T", "temperature"),
        Point("hex.m", "mass_flow"),
        Point("hp.P", "power"),
        Point("meter.E", "energy", cumulative=True),
    ]
)


class LiveBackend(Observable, Commandable, Linked, Protocol):
    """A backend of a running plant."""


class Clock:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def __call__(self) -> int:
        return time.time_ns() + self.ahead_ns

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead_ns += round(seconds * NS)


class Case(ABC):
    """A plant of known behaviour with INPUTS and OUTPUTS, and backends to reach it.

    What a kind of backend cannot do is switched off; the tests of it are then skipped.
    """

    #: whether the link can be cut and mended (`cut`, `mend`)
    can_be_cut = False
    #: whether the plant can refuse a write (`refuse`)
    can_refuse = False
    #: points (of INPUTS and OUTPUTS) that `lacking()` has not
    missing: tuple[str, ...] = ()
    #: age in seconds from which what is told is STALE; None: never
    stale_after_s: float | None = None
    #: coarsest step of a value on its way to the plant and back, canonical units
    tolerance = 1e-6

    def __init__(self) -> None:
        self.clock = Clock()

    @abstractmethod
    def backend(self, inputs: PointIndex = INPUTS, outputs: PointIndex = OUTPUTS) -> LiveBackend:
        """A backend of this plant, not yet open."""

    @abstractmethod
    def told(self) -> Vector:
        """What the plant tells now of OUTPUTS, in canonical units."""

    @abstractmethod
    def change(self, backend: LiveBackend) -> None:
        """Make the plant tell other values of all OUTPUTS than it does now."""

    @abstractmethod
    def held(self) -> Vector:
        """INPUTS as the plant holds them, in canonical units, seen without the backend."""

    def reset(self) -> None:  # noqa: B027
        """Inputs at their starts, link mended, nothing refused."""

    def lacking(self) -> LiveBackend:
        """A backend whose plant or map has not the points `missing`; not yet open."""
        raise NotImplementedError

    def absent(self) -> LiveBackend | None:
        """A backend of a plant that is not there; None where there is always one."""
        return None

    def cut(self) -> None:
        """Lose the link."""
        raise NotImplementedError

    def mend(self) -> None:
        """The link can be had again."""
        raise NotImplementedError

    def refuse(self, name: str) -> None:
        """The plant refuses writes of one input from now on."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027
        """The tests are over."""


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Poll a condition; fails when it does not come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.005)


def tells(backend: Observable, wanted: Vector, tolerance: float) -> bool:
    """Whether a backend tells these values of its outputs."""
    seen = backend.observe().values
    return bool(np.allclose(seen, wanted, rtol=1e-6, atol=tolerance, equal_nan=True))


def chosen(*names: str, inputs: PointIndex = INPUTS) -> Mask:
    """Which inputs are to be written."""
    mask = np.zeros(len(inputs), np.bool_)
    mask[inputs.places(names)] = True
    return mask
