"""A model run as if it were a plant: observed, commanded, and moved on from here."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Protocol

import numpy as np

from rami.asset.capability import Readable, Snapshotable, Steppable, Writable
from rami.asset.live import Answer, Link, LinkState, Mask, Observation, Taken, Vector
from rami.core.errors import ConfigurationError, ModelError, Problem
from rami.core.points import PointIndex
from rami.core.quality import Family, Reason, good, quality
from rami.core.wording import did_you_mean

_UNKNOWN = np.uint32(quality(Family.BAD, Reason.MISSING))


class PlantModel(Readable, Writable, Steppable, Protocol):
    """A model that can stand for a plant: an FMU, a Python model."""


class LiveModel:
    """Observable, Commandable, Linked, Paced; Snapshotable as far as the model is.

    `make` gives the model at its start; it is called by `open`, so that opening anew starts
    anew. `inputs` are commanded; the model's others are `surroundings` (weather, demands), set
    with `surround` by who runs it. `outputs` may name surroundings too, as a plant measures
    them. Both may be some of the model's, in any order. A step is at most `longest_step_s`.
    Values are Good and SIMULATED, stamped by `clock` (UTC ns) when the model has run.
    """

    def __init__(
        self,
        make: Callable[[], PlantModel],
        inputs: PointIndex,
        outputs: PointIndex,
        clock: Callable[[], int],
        longest_step_s: float = 60.0,
    ) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.surroundings = PointIndex([])
        self._make, self._clock, self._longest = make, clock, longest_step_s
        self._lock = RLock()
        self._model: PlantModel | None = None
        self._u = np.zeros(0)
        self._link = Link(LinkState.CLOSED, clock())
        self._seen = _nothing(len(outputs))
        self._set_ns = 0

    def open(self) -> None:
        """Make the model; ConfigurationError naming every point that it has not, ModelError."""
        with self._lock:
            self.close()
            model = self._make()
            rest = [p for p in model.inputs.points if p.name not in self.inputs]
            told = PointIndex([*model.outputs.points, *rest])
            problems = [
                Problem(type(model).__name__, f"no {kind} {name!r}", did_you_mean(name, own.names))
                for kind, wanted, own in (
                    ("input", self.inputs, model.inputs),
                    ("output", self.outputs, told),
                )
                for name in wanted.names
                if name not in own
            ]
            if problems:
                _let_go(model)
                raise ConfigurationError(problems)
            self.surroundings = PointIndex(rest)
            self._into = model.inputs.places(self.inputs.names)
            self._around = model.inputs.places(self.surroundings.names)
            self._from = told.places(self.outputs.names)
            self._u = model.inputs.starts()
            self._model = model
            now = self._clock()
            self._set_ns = now
            self._link = Link(LinkState.OPEN, now)
            self._tell(model.read())

    def close(self) -> None:
        """Let the model go."""
        with self._lock:
            if self._model is not None:
                _let_go(self._model)
                self._model = None
            if self._link.state is not LinkState.CLOSED:
                self._link = Link(LinkState.CLOSED, self._clock(), losses=self._link.losses)

    def link(self) -> Link:
        """LOST once the model has failed; opening anew starts anew."""
        return self._link

    def observe(self) -> Observation:
        """The outputs after the last step."""
        return self._seen

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        """Hold the chosen inputs from now on."""
        with self._lock:
            places = [int(p) for p in np.flatnonzero(chosen)]
            if self._model is None or self._link.state is not LinkState.OPEN:
                why = self._link.trouble or "the model is not open"
                return tuple(Answer(p, Taken.LOST, why) for p in places)
            wanted = self._u.copy()
            answers = []
            for place in places:
                value = float(values[place])
                if np.isfinite(value):
                    wanted[self._into[place]] = value
                    answers.append(Answer(place, Taken.DONE))
                else:
                    why = f"{self.inputs.names[place]}: wanted a finite number, got {value}"
                    answers.append(Answer(place, Taken.REFUSED, why))
            if not places:
                return ()
            try:
                self._model.write(wanted)
            except ModelError as error:
                return tuple(Answer(p, Taken.REFUSED, str(error)) for p in places)
            self._u, self._set_ns = wanted, self._clock()
            return tuple(answers)

    def read_back(self) -> Observation:
        """The inputs as they are held."""
        with self._lock:
            if self._model is None:
                return _nothing(len(self.inputs))
            count = len(self.inputs)
            held = self._u[self._into]
            return Observation(
                held, good(count, Reason.SIMULATED), np.full(count, self._set_ns, np.int64)
            )

    def surround(self, values: Vector) -> None:
        """Set what acts on the plant, in the order of `surroundings`; ModelError."""
        with self._lock:
            model = self._opened()
            wanted = self._u.copy()
            wanted[self._around] = values
            model.write(wanted)
            self._u = wanted
            self._tell(model.read())

    def surrounding(self) -> Vector:
        """What acts on the plant now, in the order of `surroundings`; a copy."""
        with self._lock:
            return np.array(self._u[self._around])

    def advance(self, seconds: float) -> None:
        """Run the model for so long; ModelError, after which the link is LOST."""
        with self._lock:
            model = self._opened()
            count = max(int(np.ceil(seconds / self._longest - 1e-9)), 1)
            try:
                for _ in range(count):
                    outputs = model.step(self._u, seconds / count)
            except ModelError as error:
                losses = self._link.losses + 1
                self._link = Link(LinkState.LOST, self._clock(), str(error), losses)
                raise
            self._tell(outputs)

    def save(self) -> bytes:
        """The inputs held and the model's state; ModelError when it cannot save."""
        with self._lock:
            return self._u.tobytes() + self._snapshotable().save()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ModelError when the model cannot."""
        with self._lock:
            model, size = self._snapshotable(), self._u.nbytes
            model.restore(state[size:])
            self._u = np.frombuffer(state[:size], np.float64).copy()
            self._tell(self._opened().read())

    def _tell(self, outputs: Vector) -> None:
        count = len(self.outputs)
        self._seen = Observation(
            np.concatenate([outputs, self._u[self._around]])[self._from],
            good(count, Reason.SIMULATED),
            np.full(count, self._clock(), np.int64),
        )

    def _opened(self) -> PlantModel:
        if self._model is None:
            raise ModelError("the model is not open")
        if self._link.state is LinkState.LOST:
            raise ModelError(f"the model has failed: {self._link.trouble}")
        return self._model

    def _snapshotable(self) -> Snapshotable:
        model = self._opened()
        if not isinstance(model, Snapshotable):
            raise ModelError(f"{type(model).__name__} cannot save its state")
        return model


def _nothing(count: int) -> Observation:
    return Observation(
        np.full(count, np.nan), np.full(count, _UNKNOWN, np.uint32), np.zeros(count, np.int64)
    )


def _let_go(model: object) -> None:
    close = getattr(model, "close", None)
    if callable(close):
        close()
