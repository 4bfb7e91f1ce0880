"""A Python model behind a twin's points."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.assets.native.backend import NativeBackend, created
from adapters.assets.native.configuration import NativeConfiguration
from rami.asset.capability import Readable, Snapshotable, Steppable, Writable
from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from rami.core.points import Direction, Point, PointIndex

Vector = NDArray[np.float64]

IN = [Point("a.u", "share", Direction.ACTUATED), Point("b.u", "share", Direction.ACTUATED)]
OUT = [Point("a.P", "power"), Point("b.P", "power")]
TWIN = TwinTopology("t", "hts", {}, {})


class Doubler:
    """Its own order is the other way round."""

    def __init__(self, topology: TwinTopology) -> None:
        self.name = topology.name
        self.inputs, self.outputs = PointIndex(IN[::-1]), PointIndex(OUT[::-1])
        self._y = np.zeros(2)

    def read(self) -> Vector:
        return self._y

    def step(self, inputs: Vector, seconds: float) -> Vector:
        self._y = self._y + inputs * seconds
        return self._y


class Keeper(Doubler):
    def save(self) -> bytes:
        return self._y.tobytes()

    def restore(self, state: bytes) -> None:
        self._y = np.frombuffer(state)


def behind(kind: type[Doubler]) -> NativeBackend:
    return NativeBackend(kind(TWIN), PointIndex(IN), PointIndex(OUT))


def test_points_go_by_name_whatever_the_order() -> None:
    backend = behind(Doubler)
    for capability in (Readable, Writable, Steppable, Snapshotable):
        assert isinstance(backend, capability)
    assert backend.step(np.array([1.0, 10.0]), 2.0).tolist() == [2.0, 20.0]
    assert backend.read().tolist() == [2.0, 20.0]


def test_snapshots_as_far_as_the_model_can() -> None:
    backend = behind(Keeper)
    backend.step(np.array([1.0, 10.0]), 2.0)
    saved = backend.save()
    backend.step(np.array([1.0, 10.0]), 2.0)
    backend.restore(saved)
    assert backend.read().tolist() == [2.0, 20.0]
    with pytest.raises(ModelError, match="Doubler cannot save its state"):
        behind(Doubler).save()


def test_what_does_not_fit_is_told_at_once() -> None:
    inputs = PointIndex([Point("a.uu", "share", Direction.ACTUATED)])
    outputs = PointIndex([Point("a.PP", "power")])
    with pytest.raises(ModelError) as caught:
        NativeBackend(Doubler(TWIN), inputs, outputs)
    assert "no input 'a.uu'; did you mean 'a.u'?" in str(caught.value)
    assert "no output 'a.PP'; did you mean 'a.P'?" in str(caught.value)
    with pytest.raises(ModelError, match="object lacks `step`"):
        NativeBackend(object(), inputs, outputs)


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Doubler: b\.u is set to nan"):
        behind(Doubler).step(np.array([1.0, np.nan]), 1.0)


def test_the_configuration_makes_the_model() -> None:
    declared = NativeConfiguration.model_validate(
        {"kind": "native", "model": "tests.adapters.assets.test_native_backend:Keeper"}
    )
    backend = declared.open(TWIN, PointIndex(IN), PointIndex(OUT))
    assert backend.step(np.array([1.0, 0.0]), 1.0).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "reference", ["tests.nowhere:Thing", "tests.adapters.assets.test_native_backend:Nothing"]
)
def test_a_model_that_is_not_there(reference: str) -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded: .*wanted `module:callable`"):
        created(reference, TWIN)
