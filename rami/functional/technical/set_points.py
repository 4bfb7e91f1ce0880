"""Set-points that move: from the schedule's steps to ramps that a plant can follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.functional.technical.loop import OFF_SHARE
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]

#: a step of the schedule becomes a ramp of this length, s, centred on the step where the
#: next step is known: no energy is lost, and a network's converters can keep up
RAMP_S = 150.0
#: an exchanger that must be still before its counterpart starts is ramped down this fast
STOP_S = 60.0
_VALUE, _GOAL, _SLEW, _NEXT, _BEGIN, _SCHEDULED, _ROWS = range(7)
_NEVER = 1e18


class SetPoints:
    """Present set-points of a station, `value` (n,), moved on by `advance` once per period."""

    def __init__(self, station: StationLoops, period_s: float, value: Vector) -> None:
        self.period_s = period_s
        self.value = value
        self.state = np.zeros((_ROWS, len(value)))
        starts = [s.start for s in station.set_points]
        #: what the present step of the schedule says, without ramps
        self.scheduled: Vector = self.state[_SCHEDULED]
        self.value[:] = self.scheduled[:] = self.state[_GOAL] = self.state[_NEXT] = starts
        self._starts = np.array(starts, float)
        self.state[_BEGIN] = _NEVER
        design = np.array([s.design for s in station.set_points])
        self._off = OFF_SHARE * design * (np.arange(len(design)) < station.powers)
        self._fixed = np.array([not s.scheduled for s in station.set_points], bool)
        self._scheduled = np.flatnonzero(~self._fixed)
        names = [s.name for s in station.set_points]
        self._counterpart = np.full(len(names), -1)
        for a, b in station.opposed:
            self._counterpart[names.index(a)] = names.index(b)
            self._counterpart[names.index(b)] = names.index(a)
        self._change, self._negative = np.empty(len(value)), np.empty(len(value))
        self.elapsed = 0
        self._moving_until = 0
        self._event = _NEVER

    def aim(
        self, targets: Sequence[float] | Vector, following: Vector | None, length_s: float
    ) -> None:
        """Targets of a schedule step of `length_s` that starts now, and of the step behind it.

        Both hold the scheduled set-points only, in order. Powers below the threshold of
        "off" become 0.
        """
        wanted = self._complete(targets)
        self.scheduled[:] = wanted
        waiting = self._waiting(wanted)
        goal = np.where(waiting, self.state[_GOAL], wanted)
        self._moving_until = max(self._moving_until - self.elapsed, 0)
        self.elapsed = 0
        self.state[_BEGIN] = _NEVER
        self._set_out(goal, goal != self.state[_GOAL])
        if following is not None and length_s >= 2.0 * RAMP_S:
            self._look_ahead(self._complete(following), length_s)
        self.state[_NEXT][waiting] = wanted[waiting]
        self.state[_BEGIN][waiting] = np.ceil(STOP_S / self.period_s) + 1.0
        self._find_event()

    def _complete(self, targets: Sequence[float] | Vector) -> Vector:
        full = self._starts.copy()
        full[self._scheduled] = targets
        full[full < self._off] = 0.0
        return full

    def _waiting(self, wanted: Vector) -> NDArray[np.bool_]:
        """Exchangers whose counterpart still has to stop before they may start."""
        other = self._counterpart
        still_runs = (self.value[other] > 0.0) & (wanted[other] == 0.0)
        starts = (other >= 0) & (self.value == 0.0) & (wanted > 0.0)
        return np.asarray(starts & still_runs)

    def _set_out(self, goal: Vector, moved: NDArray[np.bool_]) -> None:
        """Start the ramps of the set-points that move to another goal."""
        ramp = np.where((goal == 0.0) & (self._counterpart >= 0), STOP_S, RAMP_S)
        slew = np.abs(goal - self.value) * self.period_s / ramp
        self.state[_SLEW][moved] = slew[moved]
        self.state[_GOAL][moved] = goal[moved]
        longest = float(ramp[moved].max(initial=0.0)) / self.period_s
        self._moving_until = max(self._moving_until, self.elapsed + int(longest) + 2)

    def _look_ahead(self, following: Vector, length_s: float) -> None:
        """When each set-point leaves for the next step's value."""
        goal, begin = self.state[_GOAL], self.state[_BEGIN]
        self.state[_NEXT] = following
        moves = following != goal
        steps = length_s / self.period_s
        stops = (following == 0.0) & (self._counterpart >= 0)
        ramp = np.where(stops, STOP_S, RAMP_S) / self.period_s
        begin[moves] = np.floor(steps - ramp / 2.0)[moves]
        for i in np.flatnonzero(moves & (self._counterpart >= 0)):
            other = self._counterpart[i]
            if following[i] == 0.0 and following[other] > 0.0:
                begin[i] = np.floor(steps - STOP_S / self.period_s) - 1.0
            elif goal[i] == 0.0 and goal[other] > 0.0:
                begin[i] = _NEVER  # starts with the step, when the other is still

    def _find_event(self) -> None:
        begin = self.state[_BEGIN]
        later = begin[begin >= self.elapsed]
        self._event = float(later.min()) if later.size else _NEVER

    def advance(self) -> None:
        """Move every set-point on by one period."""
        if self.elapsed >= self._event:
            self._depart()
        self.elapsed += 1
        if self.elapsed > self._moving_until:
            return
        goal, slew = self.state[_GOAL], self.state[_SLEW]
        change = np.subtract(goal, self.value, out=self._change)
        np.minimum(change, slew, out=change)
        np.maximum(change, np.negative(slew, out=self._negative), out=change)
        np.add(self.value, change, out=self.value)

    def _depart(self) -> None:
        due = self.state[_BEGIN] <= self.elapsed
        self._set_out(self.state[_NEXT], due)
        self.state[_BEGIN][due] = _NEVER
        self._find_event()

    def track(self, places: NDArray[np.bool_], measured: Vector) -> None:
        """Call after `advance`: some set-points are where the plant is, driven by others.

        Their ramps begin anew from there; one whose counterpart still runs waits for its stop.
        """
        value, goal, begin = self.value, self.state[_GOAL], self.state[_BEGIN]
        np.copyto(value, measured, where=places)
        value[places & (value < self._off)] = 0.0
        waiting = places & self._waiting(goal)
        self.state[_NEXT][waiting] = goal[waiting]
        goal[waiting] = 0.0
        waits = (begin < _NEVER) & (goal == 0.0) & (self._counterpart >= 0)
        waits &= waiting | ((value[self._counterpart] > 0.0) & places[self._counterpart])
        begin[waits] = np.maximum(
            np.where(waiting, 0.0, begin), self.elapsed + np.ceil(STOP_S / self.period_s) + 1.0
        )[waits]
        self._set_out(goal, places)
        self._find_event()

    def ahead(self, seconds: float) -> Vector:
        """Set-points expected that much later, from the ramps that are known."""
        steps = seconds / self.period_s
        if self.elapsed >= self._moving_until and self.elapsed + steps <= self._event:
            return self.value
        goal, slew, following, begin = self.state[[_GOAL, _SLEW, _NEXT, _BEGIN]]
        reach = np.clip(self.elapsed + steps - begin, 0.0, steps)
        first = slew * (steps - reach)
        then = self.value + np.clip(goal - self.value, -first, first)
        pace = np.abs(following - goal) * self.period_s / RAMP_S
        return np.asarray(then + np.clip(following - then, -pace * reach, pace * reach))

    def save(self) -> bytes:
        """The whole state."""
        self.state[_VALUE] = self.value
        return np.append(self.state, (self.elapsed, self._moving_until)).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        numbers = np.frombuffer(state)
        self.state[:] = numbers[:-2].reshape(self.state.shape)
        self.value[:] = self.state[_VALUE]
        self.elapsed, self._moving_until = int(numbers[-2]), int(numbers[-1])
        self._find_event()
