"""Technical controller of a station: follows the schedule and keeps the temperatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_pump import HeatPump
from rami.asset.topology import TwinTopology
from rami.core.errors import ControlError
from rami.core.timegrid import NS
from rami.core.wording import did_you_mean
from rami.functional.technical.border_heat import BorderHeat
from rami.functional.technical.causes import LimitCount
from rami.functional.technical.feedforward import Feedforward
from rami.functional.technical.flow_line import FlowLine
from rami.functional.technical.hand_over import HandOver, Mask
from rami.functional.technical.loop import OFF_SHARE
from rami.functional.technical.owed_energy import OwedEnergy
from rami.functional.technical.pid import PidBank
from rami.functional.technical.point_split import actuated_points, read_points
from rami.functional.technical.set_points import SetPoints
from rami.functional.technical.source_trim import SourceTrim
from rami.functional.technical.station_loops import station_loops
from rami.functional.technical.tuning import Tuning

if TYPE_CHECKING:
    from rami.functional.schedule import Schedule

Vector = NDArray[np.float64]

#: smallest opening of a loop that is on, as a share of its feedforward
FEEDFORWARD_MIN = 0.3
#: the integral action of a loop follows its flow within these bounds
PACE_MIN, PACE_MAX = 0.1, 1.5
#: a take-over from somebody else's positions takes this long, s
RETURN_S = 150.0


class _Part(Protocol):
    def save(self) -> bytes: ...

    def restore(self, state: bytes) -> None: ...


class StationController:
    """Loops of a heat transfer station (eq. 24), all in one vector step.

    `inputs` are the points it reads, `outputs` the actuated points it writes, `targets` what a
    schedule gives (names without the twin). Per period: set-points move on their ramps,
    feedforward from measured temperatures, PID on top, openings within limits.
    `limited_s[cause, loop]` counts seconds in which a loop stood at a limit (`Cause`).

    Raises ControlError where a loop lacks its flow device or its tuning.
    """

    def __init__(
        self,
        topology: TwinTopology,
        tuning: Tuning,
        period_s: float = 10.0,
        *,
        feedback: bool = True,
    ) -> None:
        """`feedback=False` leaves feedforward and given corrections only (for step tests)."""
        self.topology, self.period_s, self._feedback = topology, period_s, feedback
        self.station = station_loops(topology)
        self.inputs = read_points(topology, self._read())
        self.outputs = actuated_points(topology)
        self.loops, self.targets = self.station.loops, self.station.targets
        loops, actuators = self.loops, [loop.actuator for loop in self.loops]
        self._feedforward = ff = Feedforward(self.station, self.inputs)
        self._set_points = SetPoints(self.station, period_s, ff.set_points)
        most = np.array([loop.correction for loop in loops])
        self.bank = PidBank(tuning.gains(actuators), period_s, np.ones(len(loops)), most)
        self._owed = OwedEnergy(self.station, self.inputs, period_s)
        self._limits = LimitCount(ff, period_s)
        self.limited_s = self._limits.limited_s
        self._trims = [
            SourceTrim(t, topology, self.station, self.inputs) for t in self.station.trims
        ]
        self._lines = [
            FlowLine(c, topology, self.station, self.inputs, period_s)
            for c in self.station.circuits
        ]
        self._hand_over = HandOver(self.outputs.points, period_s, RETURN_S)
        self._parts: list[_Part] = [
            self.bank,
            ff,
            self._hand_over,
            self._set_points,
            self._owed,
            self._limits,
            *self._trims,
            *self._lines,
        ]
        #: keeps trims at what they are (for step tests)
        self.hold_trims = False
        self._pace_of = 1.0 / np.maximum(np.array(tuning.openings(actuators)), 1e-3)
        # what is set directly may go to 0
        self._by_flow = np.array([float(bool(loop.hot or loop.cold)) for loop in loops])
        self._threshold = 0.5 * OFF_SHARE * np.array([loop.switch.design for loop in loops])
        self._place = self.outputs.places(actuators)
        self._controlled = self.inputs.places([loop.controlled for loop in loops])
        names = [s.name for s in self.station.set_points]
        self._followers = [
            [j for j, loop in enumerate(loops) if loop.set_point.name == name] for name in names
        ]
        self._output = np.zeros(len(self.outputs))
        self._target = np.empty(self.station.powers)
        self._on, self._low, self._pace = np.empty((3, len(loops)))
        self._scheduled = sum(s.scheduled for s in self.station.set_points)
        self._followed: Schedule | None = None
        self._row = -1
        self._borders = BorderHeat(topology, self.station, self.inputs)

    def _read(self) -> Iterator[str]:
        """Names of all points that a step reads."""
        for loop in self.station.loops:
            named = (loop.controlled, loop.hot, loop.cold, loop.carried, loop.ceiling)
            yield from (name for name in named if name is not None)
        for circuit in self.station.circuits:
            yield from (f"{self.topology.line(circuit, side)}.T" for side in ("hot", "cold"))
        yield from (trim.content for trim in self.station.trims if trim.content)
        for name in self.topology.of(HeatPump):
            yield from (f"{name}.COP", f"{name}.P_cold")

    def set_targets(
        self,
        values: Sequence[float] | Vector,
        following: Sequence[float] | Vector | None = None,
        length_s: float = 900.0,
    ) -> None:
        """Targets (in the order of `targets`) for the schedule step that starts now.

        `following` are those of the step behind it, so that ramps can be centred on the step.
        """
        now = np.asarray(values, float)
        if now.shape != (len(self.targets),) or not np.isfinite(now).all():
            raise ControlError(
                f"{self.topology.name} wants {len(self.targets)} finite targets "
                f"({', '.join(self.targets)}), got {now}"
            )
        then = None if following is None else np.asarray(following, float)[: self._scheduled]
        self._set_points.aim(now[: self._scheduled], then, length_s)
        contents = iter(now[self._scheduled :].tolist())
        for trim in self._trims:
            trim.aim(next(contents) if trim.trim.content else None, length_s, now)

    def follow(self, schedule: Schedule, ns: int) -> None:
        """Take the targets of the schedule's step that holds `ns`; cheap within one step.

        Raises ControlError naming every column the schedule lacks.
        """
        step = schedule.grid.index(ns)
        if schedule is self._followed and step == self._row:
            return
        self._followed, self._row = schedule, step
        wanted = [f"{self.topology.name}.{t}" for t in self.targets]
        missing = [c for c in wanted if c not in schedule.columns]
        if missing:
            raise ControlError(
                "the schedule lacks "
                + ", ".join(f"{c} ({did_you_mean(c, schedule.columns)})" for c in missing)
            )
        table = schedule.values[:, [schedule.columns.index(c) for c in wanted]]
        following = table[step + 1] if step + 1 < len(table) else None
        left_s = (schedule.grid.start_ns + (step + 1) * schedule.grid.step_ns - ns) / NS
        self.set_targets(table[step], following, left_s)

    def step(self, measured: Vector) -> Vector:
        """Values of `outputs` (a buffer) from the values of `inputs`, every period."""
        if self._hand_over.active:
            self._hand_over.free()
        return self._period(measured)

    def track(self, actuators: Vector, measured: Vector, mask: Mask | None = None) -> Vector:
        """In place of `step` in a period in which somebody else drives: all `outputs`, or `mask`.

        `actuators` are the positions read back (in the order of `outputs`; not finite where
        they are not known). Integrators and set-points of the held loops follow the plant,
        nothing is owed for them, and the first step afterwards gives the same positions. The
        result holds `actuators` where they are held, else what this controller wants.
        """
        if not np.isfinite(measured).all():  # of a plant that is out of reach
            measured = np.where(np.isfinite(measured), measured, self._feedforward.measured)
        self._hand_over.hold(actuators, mask, self._output)
        return self._period(measured)

    def landed(self, actuators: Vector) -> None:
        """What was written of the last `step` (in the order of `outputs`): no loop winds up
        against a limit that it does not know, a guard's for one."""
        missing = np.nan_to_num((actuators - self._output)[self._place])
        if missing.any():
            missing *= ~self._hand_over.held[self._place]
            self.bank.landed(missing * self._on, self._feedforward.scale)
            self._owed.landed(missing < 0.0)

    def _period(self, measured: Vector) -> Vector:
        ff, bank, hand_over = self._feedforward, self.bank, self._hand_over
        ff.measured[:] = measured
        self._set_points.advance()
        held = hand_over.held[self._place] if hand_over.active else None
        if held is not None:
            self._set_points.track(*self._held_set_points(held))
        self._command(measured)
        ff.step()
        on = np.greater(ff.switch, self._threshold, out=self._on)
        low = np.multiply(ff.share, FEEDFORWARD_MIN, out=self._low)
        np.maximum(low, ff.share_min, out=low)
        low *= self._by_flow
        np.minimum(low, bank.high, out=low)
        # a loop's lag goes with 1 / flow
        pace = np.multiply(ff.share, self._pace_of, out=self._pace)
        np.maximum(pace, PACE_MIN, out=pace)
        np.minimum(pace, PACE_MAX, out=pace)
        opening = bank.step(ff.controlled, ff.set_point, ff.share, on, ff.scale, low, pace)
        if held is not None:
            running = held & (on > 0.0)
            bank.track(running, hand_over.positions[self._place], ff.share, ff.scale)
            on[held] = 0.0  # nothing is owed to others, and no limit is theirs
        self._owed.count(measured, self._target, self._set_points, opening, on)
        self._limits.count(opening, low, on)
        self._output[:] = 0.0
        self._output[self._place] = opening
        if held is not None:
            missing = hand_over.lead(self._output)
            bank.landed(missing[self._place] * on, ff.scale)
        return self._output

    def _held_set_points(self, held: Mask) -> tuple[Mask, Vector]:
        """Set-points all of whose loops somebody else drives, and what is measured of them."""
        values, found = self._set_points.value.copy(), np.zeros(len(self._followers), bool)
        positions = self._hand_over.positions[self._place]
        for i, loops in enumerate(self._followers):
            if loops and held[loops].all():
                widest = max(loops, key=lambda j: float(positions[j]))
                if i < self.station.powers or positions[widest] > 0.0:
                    found[i] = True
                    values[i] = self._feedforward.measured[self._controlled[widest]]
        for line in self._lines:
            line.track(found, values, self._feedforward.measured)
        return found, values

    def _command(self, measured: Vector) -> None:
        """What the power loops are told, from set-points, trims and what is owed."""
        ff, target = self._feedforward, self._target
        set_points, p = ff.set_points, self.station.powers
        target[:] = set_points[:p]
        for trim in self._trims:
            trim.apply(measured, set_points, target, self.period_s, self.hold_trims)
        ff.command[:] = target
        if self._feedback:
            self._owed.add_to(ff.command)
            still = self._hand_over.held[self._place] if self._hand_over.active else None
            for line in self._lines:
                kelvin = line.shift(measured, set_points, self.bank.output, still)
                ff.shift(line.set_point, line.outlets, kelvin)
        np.add(ff.command, self.bank.correction[:p], out=ff.corrected)

    def expected_heat(self, seconds: float) -> dict[str, float]:
        """Heat (kW) expected that much later: per exchanger its power, per heat pump its cold.

        What is measured now, changed by what the set-points are going to change; for the
        networks' feedforward.
        """
        ff, p = self._feedforward, self.station.powers
        change = (self._set_points.ahead(seconds) - ff.set_points)[:p]
        if self._hand_over.active:  # the others' plans are not known
            change = np.where(self._hand_over.held[self._place][:p], 0.0, change)
        return self._borders.expected(ff.measured, change)

    def save(self) -> bytes:
        """The whole state."""
        states = [self._row.to_bytes(8, "little", signed=True)]
        states += [part.save() for part in self._parts]
        return b"".join(len(state).to_bytes(8, "little") + state for state in states)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ControlError when it belongs to another station.

        Give what it followed to `resume`; without that the next schedule is followed anew.
        """
        states = []
        while state:
            size = int.from_bytes(state[:8], "little")
            states.append(state[8 : 8 + size])
            state = state[8 + size :]
        if [len(s) for s in states] != [8, *(len(part.save()) for part in self._parts)]:
            raise ControlError(f"this state does not belong to {self.topology.name}'s loops")
        for part, saved in zip(self._parts, states[1:], strict=True):
            part.restore(saved)
        self._followed, self._row = None, int.from_bytes(states[0], "little", signed=True)

    def resume(self, schedule: Schedule) -> None:
        """The schedule that the restored state was following: its step is not begun anew."""
        self._followed = schedule
