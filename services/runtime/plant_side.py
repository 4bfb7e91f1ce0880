"""A running plant behind its guard, as the loop needs it: in the model's vectors, with age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rami.asset.live import Link, Observation, Vector
from rami.core.errors import UnreachableError
from rami.core.points import Point, PointIndex
from rami.core.quality import is_bad
from rami.core.timegrid import NS
from rami.integration.guard import Guard
from rami.integration.sealed import Watched
from services.runtime.plausible import Plausible


class Rehearsal(Protocol):
    """The other end of a plant that is only played: what surrounds it is told to it, and its
    time passes when told."""

    lockstep: bool
    #: counts up when the other end may have forgotten what it was told
    connections: int

    def around(self, values: Mapping[str, float]) -> None:
        """Set acting inputs by name; UnreachableError."""

    def beat(self) -> None:
        """The plant's controller lives; UnreachableError."""

    def advance(self, seconds: float) -> None:
        """Let its time pass; UnreachableError."""


@dataclass(frozen=True)
class PlantPorts:
    """What is done to the backend besides reading it and commanding it through the guard.

    `advance` lets a plant's time pass that passes only when told; `refresh` reads it anew.
    """

    open: Callable[[], None]
    close: Callable[[], None]
    advance: Callable[[float], None] | None = None
    refresh: Callable[[], None] | None = None


class PlantSide:
    """`values` are the plant's points in the order of the model's outputs, NaN where the plant
    has none that can be used now; `acting` and `positions` likewise of the model's inputs.

    A bad or implausible value is stood in for by its last good one for `hold_s`. Points that the
    plant never told since it was opened are not its own; they are never waited for. A position
    beyond what the input can be is none.
    """

    def __init__(
        self,
        twin: str,
        guard: Guard,
        watched: Watched,
        ports: PlantPorts,
        model_inputs: PointIndex,
        model_outputs: PointIndex,
        clock: Callable[[], int],
        hold_s: float,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self.twin, self.guard, self.watched, self.ports = twin, guard, watched, ports
        self.rehearsal = rehearsal
        self._clock, self._hold_ns = clock, round(hold_s * NS)
        told, commanded = watched.outputs, watched.inputs
        self._into = model_outputs.places([n for n in told.names if n in model_outputs])
        self._from = told.places([n for n in told.names if n in model_outputs])
        self._acting_into = model_inputs.places([n for n in told.names if n in model_inputs])
        self._acting_from = told.places([n for n in told.names if n in model_inputs])
        self.actuated = model_inputs.places(commanded.names)
        self._acting_names = tuple(
            n for n in model_inputs.names if n not in commanded and n in model_inputs
        )
        self._acting_places = model_inputs.places(self._acting_names)
        self._surrounded = np.full(len(self._acting_names), np.nan)
        self._told_to = 0
        self._stands = ""  # why its time does not pass
        self.values = np.full(len(model_outputs), np.nan)
        self.acting = np.full(len(model_inputs), np.nan)
        self.positions = np.full(len(commanded), np.nan)
        self._good = np.full(len(told), np.nan)
        self._good_ns = np.zeros(len(told), np.int64)
        self._own = np.zeros(len(told), np.bool_)
        self._own_inputs = np.zeros(len(commanded), np.bool_)
        self._plausible = Plausible(told)
        self._room = np.array([_room(p) for p in commanded.points]).reshape(-1, 2).T
        self.seen: Observation = watched.observe()
        self.read_back: Observation = watched.read_back()
        #: why the plant cannot be used now; empty while it can
        self.trouble = "not open"

    def open(self) -> None:
        """Connect; UnreachableError, ConfigurationError as the backend does."""
        self.ports.open()
        self.look()
        self._own |= self.seen.times_ns > 0
        self._own_inputs |= self.read_back.times_ns > 0

    def close(self) -> None:
        """Let go."""
        self.ports.close()

    @property
    def commandable(self) -> np.ndarray:
        """Inputs that the plant has, shape (inputs,)."""
        return self._own_inputs

    def link(self) -> Link:
        """How the link is."""
        return self.watched.link()

    @property
    def lockstep(self) -> bool:
        """Whether its time passes only when told, from here."""
        return self.rehearsal is not None and self.rehearsal.lockstep

    def beat(self) -> None:
        """Tell the plant that its controller lives; one in lockstep by its own time."""
        if self.rehearsal is None or not self.rehearsal.lockstep:
            self.guard.beat_plant()
            return
        self.rehearsal.beat()

    def surround(self, inputs: Vector) -> None:
        """Tell a plant that is only played what acts on it: the model's inputs."""
        if self.rehearsal is None:
            return
        if self._told_to != self.rehearsal.connections:
            self._surrounded[:] = np.nan
            self._told_to = self.rehearsal.connections
        wanted = inputs[self._acting_places]
        changed = np.flatnonzero(wanted != self._surrounded)
        if len(changed):
            try:
                self.rehearsal.around({self._acting_names[i]: float(wanted[i]) for i in changed})
            except UnreachableError:
                return
            self._surrounded[changed] = wanted[changed]

    def advance(self, seconds: float) -> None:
        """Let the plant's time pass where it only passes when told."""
        self._stands = ""
        try:
            if self.rehearsal is not None and self.rehearsal.lockstep:
                self.rehearsal.advance(seconds)
            elif self.ports.advance is not None:
                self.ports.advance(seconds)
        except UnreachableError as error:
            self._stands = str(error)

    def look(self, *, anew: bool = False) -> None:
        """Take the plant's points in; `anew` reads them first."""
        self.trouble = self._stands
        if anew and self.ports.refresh is not None:
            try:
                self.ports.refresh()
            except UnreachableError as error:
                self.trouble = str(error)
        now = self._clock()
        self.seen = self._plausible.marked(self.watched.observe())
        self.read_back = self.watched.read_back()
        usable = ~is_bad(self.seen.quality) & np.isfinite(self.seen.values)
        self._good[usable] = self.seen.values[usable]
        self._good_ns[usable] = now
        stand_in = np.where(now - self._good_ns <= self._hold_ns, self._good, np.nan)
        self.values[self._into] = stand_in[self._from]
        self.acting[self._acting_into] = stand_in[self._acting_from]
        positions, (low, high) = self.read_back.values, self._room
        shown = ~is_bad(self.read_back.quality) & np.isfinite(positions)
        shown &= (positions >= low) & (positions <= high)
        self.positions[shown] = positions[shown]
        self._shown = shown

    @property
    def unknown(self) -> bool:
        """Whether something that acts on the plant, which it told once, is not known now."""
        own = self._own[self._acting_from]
        return bool((own & ~np.isfinite(self.acting[self._acting_into])).any())

    def unfit(self) -> tuple[str, ...]:
        """The plant's own points without fresh good data now."""
        bad = self._own & (is_bad(self.seen.quality) | ~np.isfinite(self.seen.values))
        names = self.watched.outputs.names
        return tuple(f"{self.twin}.{names[i]}" for i in np.flatnonzero(bad))

    def behind_s(self) -> float:
        """How far the newest of the plant's own values lies behind the run's time, s."""
        newest = int(self.seen.times_ns.max(initial=0))
        return (self._clock() - newest) / NS if newest else 0.0

    def blind(self) -> tuple[str, ...]:
        """The plant's own inputs whose position it does not tell now."""
        names = self.watched.inputs.names
        return tuple(
            f"{self.twin}.{names[i]}" for i in np.flatnonzero(self._own_inputs & ~self._shown)
        )


def _room(point: Point) -> tuple[float, float]:
    """Where its position may be told: a tenth of its span beyond its bounds."""
    slack = 0.1 * (point.high - point.low)
    return (point.low - slack, point.high + slack) if np.isfinite(slack) else (-1e15, 1e15)
