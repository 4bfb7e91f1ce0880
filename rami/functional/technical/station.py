"""Technical controller of a station: follows the schedule and keeps the temperatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_pump import HeatPump
from rami.asset.topology import TwinTopology
from rami.core.errors import ControlError
from rami.core.points import Direction, PointIndex
from rami.core.timegrid import NS
from rami.core.wording import did_you_mean
from rami.functional.technical.causes import Cause
from rami.functional.technical.feedforward import Feedforward, actuators
from rami.functional.technical.loop import OFF_SHARE
from rami.functional.technical.pid import PidBank
from rami.functional.technical.set_points import SetPoints
from rami.functional.technical.source_trim import SourceTrim
from rami.functional.technical.station_loops import station_loops
from rami.functional.technical.tuning import Tuning

if TYPE_CHECKING:
    from rami.functional.schedule import Schedule

Vector = NDArray[np.float64]

#: energy that ramps and lags left out is delivered within about this time, s
CATCH_UP_S = 600.0
#: most that catching up may change a power, as a share of the design power
CATCH_UP_SHARE = 0.15
#: smallest opening of a loop that is on, as a share of its feedforward
FEEDFORWARD_MIN = 0.3
#: the integral action of a loop follows its flow within these bounds
PACE_MIN, PACE_MAX = 0.1, 1.5
_SATURATED, _COLD_K = 1e-3, 0.5


def split_points(topology: TwinTopology) -> tuple[PointIndex, PointIndex]:
    """(measured, actuated) points of a twin, each in the order declared."""
    points = topology.points.points
    inputs = (Direction.ACTUATED, Direction.DISTURBANCE)
    return (
        PointIndex(p for p in points if p.direction not in inputs),
        PointIndex(p for p in points if p.direction is Direction.ACTUATED),
    )


class StationController:
    """Loops of a heat transfer station (eq. 24), all in one vector step.

    `inputs` are the measured points it reads, `outputs` the actuated points it writes,
    `targets` what a schedule gives (names without the twin). Per period: set-points move on
    their ramps, feedforward from measured temperatures, PID on top, openings within limits.
    `limited_s[cause, loop]` counts seconds in which a loop stood at a limit.

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
        self.topology, self.period_s = topology, period_s
        self.inputs, self.outputs = split_points(topology)
        self.station = station_loops(topology)
        loops, p = self.station.loops, self.station.powers
        self.loops = loops
        self.targets = self.station.targets
        self._feedforward = Feedforward(self.station, self.inputs)
        self._set_points = SetPoints(self.station, period_s, self._feedforward.set_points)
        names = actuators(loops)
        self.bank = PidBank(
            tuning.gains(names),
            period_s,
            np.ones(len(loops)),
            np.array([loop.correction for loop in loops]),
        )
        self._pace_of = 1.0 / np.maximum(np.array(tuning.openings(names)), 1e-3)
        # what is set directly may go to 0
        self._by_flow = np.array([float(bool(loop.hot or loop.cold)) for loop in loops])
        self._place = self.outputs.places(names)
        self._output = np.zeros(len(self.outputs))
        design = np.array([loop.switch.design for loop in loops])
        self._threshold = 0.5 * OFF_SHARE * design
        self._feedback = feedback
        self._energy = np.zeros(p)
        self._energy_max = CATCH_UP_S * CATCH_UP_SHARE * design[:p]
        self._energy_min = -self._energy_max
        self._target, self._power = np.empty(p), np.empty(p)
        self._on, self._low = np.empty(len(loops)), np.empty(len(loops))
        self._pace, self._seconds = np.empty(len(loops)), np.empty(len(loops))
        # a limit is met where the first table reaches the second, row by row of Cause
        self._reaching, self._limit = np.empty((2, len(Cause), len(loops)))
        self._limit[Cause.FULLY_OPEN] = 1.0 - _SATURATED
        self._limit[Cause.SOURCE_TOO_COLD] = _COLD_K
        self._reaching[Cause.SPREAD_TOO_SMALL] = self._feedforward.floor
        self._spent = np.empty((len(Cause), len(loops)))
        self.limited_s = np.zeros((len(Cause), len(loops)))
        self._measured_power = self.inputs.places([loop.controlled for loop in loops[:p]])
        names = [s.name for s in self.station.set_points]
        sources = [names.index(s) for s in self.station.sources]
        self._trims = [SourceTrim(t, topology, self.inputs, sources) for t in self.station.trims]
        self._flow = [
            names.index(f"{t.network}.T_flow") if f"{t.network}.T_flow" in names else -1
            for t in self.station.trims
        ]
        self._scheduled = sum(s.scheduled for s in self.station.set_points)
        #: keeps trims at what they are (for step tests)
        self.hold_trims = False
        self._row: tuple[int, int] = (0, 0)
        self._components = [loop.set_point.name.rpartition(".")[0] for loop in loops[:p]]
        pumps = topology.of(HeatPump)
        # what crosses a border: an exchanger's power, a heat pump's heat from the cold side
        self._exchanged = self.inputs.places(
            [
                f"{n}.P_cold" if n in pumps else loop.controlled
                for n, loop in zip(self._components, loops, strict=False)
            ]
        )
        self._heat_pumps = [
            (i, self.inputs[f"{n}.COP"]) for i, n in enumerate(self._components) if n in pumps
        ]

    # --- schedule -----------------------------------------------------------------------

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
        key = (id(schedule), step)
        if key == self._row:
            return
        self._row = key
        twin = self.topology.name
        wanted = [f"{twin}.{t}" for t in self.targets]
        missing = [c for c in wanted if c not in schedule.columns]
        if missing:
            raise ControlError(
                "the schedule lacks "
                + ", ".join(f"{c} ({did_you_mean(c, schedule.columns)})" for c in missing)
            )
        places = [schedule.columns.index(c) for c in wanted]
        table = schedule.values[:, places]
        following = table[step + 1] if step + 1 < len(table) else None
        left_s = (schedule.grid.start_ns + (step + 1) * schedule.grid.step_ns - ns) / NS
        self.set_targets(table[step], following, left_s)

    # --- one period ---------------------------------------------------------------------

    def step(self, measured: Vector) -> Vector:
        """Openings of all actuated points (a buffer) from all measured points, every period."""
        ff, bank, p = self._feedforward, self.bank, self.station.powers
        ff.measured[:] = measured
        self._set_points.advance()
        target = self._target
        target[:] = ff.set_points[:p]
        for trim, flow in zip(self._trims, self._flow, strict=True):
            if trim.trim.content is None:
                trim.follow(float(ff.set_points[flow]))
            trim.apply(measured, target, self.period_s, self.hold_trims)
        command = ff.command
        if self._feedback:
            np.multiply(self._energy, 1.0 / CATCH_UP_S, out=command)
            command += target
        else:
            command[:] = target
        np.add(command, bank.correction[:p], out=ff.corrected)
        ff.step()
        on = np.greater(ff.switch, self._threshold, out=self._on)
        low = np.multiply(ff.share, FEEDFORWARD_MIN, out=self._low)
        np.maximum(low, ff.share_min, out=low)
        low *= self._by_flow
        np.minimum(low, bank.high, out=low)
        pace = np.multiply(ff.share, self._pace_of, out=self._pace)
        np.maximum(pace, PACE_MIN, out=pace)
        np.minimum(pace, PACE_MAX, out=pace)
        opening = bank.step(ff.controlled, ff.set_point, ff.share, on, ff.scale, low, pace)
        self._catch_up(measured, target, opening, on)
        self._count_limits(opening, low, on)
        self._output[self._place] = opening
        return self._output

    def _catch_up(self, measured: Vector, target: Vector, opening: Vector, on: Vector) -> None:
        """Energy that is still owed to the schedule, kW s per power loop.

        What was scheduled, with its trim but without its ramp, less what was measured; nothing
        adds up while a loop gives all it can.
        """
        p, set_points = self.station.powers, self._set_points
        power = measured.take(self._measured_power, out=self._power, mode="clip")
        owed = np.subtract(target, power, out=power)
        owed += set_points.scheduled[:p]
        owed -= set_points.value[:p]
        owed *= self.period_s
        owed *= opening[:p] < 1.0
        energy = self._energy
        energy += owed
        np.minimum(energy, self._energy_max, out=energy)
        np.maximum(energy, self._energy_min, out=energy)
        energy *= on[:p]

    def _count_limits(self, opening: Vector, low: Vector, on: Vector) -> None:
        ff, reaching, limit = self._feedforward, self._reaching, self._limit
        reaching[Cause.FULLY_OPEN], limit[Cause.AT_MINIMUM] = opening, opening
        reaching[Cause.AT_MINIMUM], limit[Cause.SPREAD_TOO_SMALL] = low, ff.difference
        np.subtract(ff.wanted, ff.set_point, out=reaching[Cause.SOURCE_TOO_COLD])
        seconds = np.multiply(on, self.period_s, out=self._seconds)
        spent = np.multiply(reaching >= limit, seconds, out=self._spent)
        self.limited_s += spent

    # --- for others ---------------------------------------------------------------------

    def expected_heat(self, seconds: float) -> dict[str, float]:
        """Heat (kW) expected that much later: per exchanger its power, per heat pump its cold.

        What is measured now, changed by what the set-points are going to change; for the
        networks' feedforward.
        """
        measured, p = self._feedforward.measured, self.station.powers
        change = (self._set_points.ahead(seconds) - self._feedforward.set_points)[:p].tolist()
        now = measured[self._exchanged].tolist()
        for i, cop in self._heat_pumps:
            change[i] *= max(float(measured[cop]) - 1.0, 0.0)
        return {n: a + b for n, a, b in zip(self._components, now, change, strict=True)}

    def save(self) -> bytes:
        """The whole state."""
        parts = [
            self.bank.save(),
            self._set_points.save(),
            self._energy.tobytes(),
            self.limited_s.tobytes(),
            *(t.save() for t in self._trims),
        ]
        return b"".join(len(part).to_bytes(8, "little") + part for part in parts)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; ControlError when it belongs to another station."""
        parts = []
        while state:
            size = int.from_bytes(state[:8], "little")
            parts.append(state[8 : 8 + size])
            state = state[8 + size :]
        if len(parts) != 4 + len(self._trims) or len(parts[2]) != self._energy.nbytes:
            raise ControlError(f"this state does not belong to {self.topology.name}'s loops")
        self.bank.restore(parts[0])
        self._set_points.restore(parts[1])
        self._energy[:] = np.frombuffer(parts[2])
        self.limited_s[:] = np.frombuffer(parts[3]).reshape(self.limited_s.shape)
        for trim, part in zip(self._trims, parts[4:], strict=True):
            trim.restore(part)
        self._row = (0, 0)
