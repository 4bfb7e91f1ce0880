"""Automatic step test of a station: every loop's process, and from it the tuning."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Readable, Snapshotable, Steppable
from rami.asset.topology import TwinTopology
from rami.core.errors import ControlError
from rami.core.points import PointIndex
from rami.functional.technical.identification import identify
from rami.functional.technical.loop import Loop
from rami.functional.technical.operating_point import operating_point
from rami.functional.technical.process import Process
from rami.functional.technical.rules import Aim, lambda_tuning, settings
from rami.functional.technical.station import StationController
from rami.functional.technical.station_loops import station_loops
from rami.functional.technical.tuning import LoopTuning, Tuning

Series = NDArray[np.float64]

#: time to come to rest, length of one test, sampling, all s
SETTLE_S, TEST_S, SAMPLE_S = 1800.0, 600.0, 2.0
#: size of the step, as a share of what the loop's correction may be at most
STEP_SHARE = 0.3
#: a correction moves its controlled value by about as much; a gain outside is no answer to it
GAIN_MIN, GAIN_MAX = 0.1, 10.0
#: what is assumed of a loop that did not answer: slow enough to be safe (delay, lag in s)
ASSUMED = Process(1.0, 15.0, 60.0)


class TunablePlant(Readable, Steppable, Snapshotable, Protocol):
    """A simulated station that can be put back to where it was (an FMU, a native model)."""

    inputs: PointIndex


def tune_station(
    topology: TwinTopology,
    plant: TunablePlant,
    period_s: float = 10.0,
    aim: Aim = Aim.SET_POINT,
) -> Tuning:
    """Step every loop of a station at half load and tune it by CHR or, elsewhere, lambda.

    The station runs under its own feedforward; one loop's correction after the other is
    stepped, from the same saved state, and compared with the run without a step. What is
    identified is therefore what the PID will meet: the actuator with its feedforward and
    its partner's. Boundary conditions are the points' start values. The plant is left as it
    was. Deterministic. A loop that does not answer there (it stands at a limit) gets calm
    settings, and its rule says so.
    """
    before = plant.save()
    bench = _Bench(topology, plant, period_s)
    bench.settle()
    loops: list[LoopTuning] = []
    for i, loop in enumerate(bench.controller.loops):
        process, opening = bench.respond(i)
        if process is None:
            process, found = ASSUMED, lambda_tuning(ASSUMED.sampled(period_s))
            found = replace(found, rule="lambda, assumed: no answer in the step test")
        else:
            found = settings(process, period_s, aim)
        loops.append(
            LoopTuning(
                loop.actuator,
                loop.controlled,
                process.gain,
                process.delay,
                process.lag,
                found.rule,
                found.kp,
                found.ti,
                found.td,
                opening,
            )
        )
    plant.restore(before)
    return Tuning(topology.name, period_s, tuple(loops))


def open_loop(topology: TwinTopology, period_s: float) -> Tuning:
    """A tuning without feedback for every loop of a station."""
    return Tuning(
        topology.name,
        period_s,
        tuple(
            LoopTuning(p.actuator, p.controlled, 1.0, 0.0, 0.0, "none", 0.0, float("inf"), 0.0, 1.0)
            for p in station_loops(topology).loops
        ),
    )


class _Bench:
    """A station under feedforward, brought to rest at part load."""

    def __init__(self, topology: TwinTopology, plant: TunablePlant, period_s: float) -> None:
        self.plant, self.period_s = plant, period_s
        self.controller = StationController(
            topology, open_loop(topology, period_s), period_s, feedback=False
        )
        self._input = plant.inputs.starts()
        self._actuated = plant.inputs.places(self.controller.outputs.names)
        self._measured = plant.outputs.places(self.controller.inputs.names)
        self._sampled = max(round(period_s / SAMPLE_S), 1)
        station = self.controller.station
        targets = list(operating_point(topology, station).values())
        contents = [
            float(plant.read()[plant.outputs[t.content]]) for t in station.trims if t.content
        ]
        self.controller.set_targets([*targets, *contents], None, SETTLE_S)

    def _control(self) -> None:
        measured = self.plant.read()[self._measured]
        self._input[self._actuated] = self.controller.step(measured)

    def settle(self) -> None:
        """Run until it rests; keep that state."""
        for _ in range(round(SETTLE_S / self.period_s)):
            self._control()
            self.plant.step(self._input, self.period_s)
        self.controller.hold_trims = True
        self._rest = self.plant.save(), self.controller.save()
        self._openings = self._input[self._actuated]
        self._calm = self._run()

    def _run(self) -> Series:
        """Measured points, sampled finely, shape (samples, points); starts at rest."""
        rows = []
        for _ in range(round(TEST_S / self.period_s)):
            self._control()
            for _ in range(self._sampled):
                values = self.plant.step(self._input, self.period_s / self._sampled)
                rows.append(values[self._measured])
        self.plant.restore(self._rest[0])
        self.controller.restore(self._rest[1])
        return np.array(rows, np.float64)

    def respond(self, loop: int) -> tuple[Process | None, float]:
        """The process behind a loop's correction (None: no answer), its opening at rest."""
        declared: Loop = self.controller.loops[loop]
        # towards what every plant can do: less power, a smaller temperature difference
        smaller = declared.of_power or declared.hot is None
        size = (-STEP_SHARE if smaller else STEP_SHARE) * declared.correction
        self.controller.bank.integral[loop] = size
        place = self.controller.inputs[declared.controlled]
        change = self._run()[:, place]
        change -= self._calm[:, place]
        times = np.arange(1, len(change) + 1, dtype=np.float64)
        times *= self.period_s / self._sampled
        opening = float(self._openings[self.controller.outputs[declared.actuator]])
        try:
            process = identify(times, change, size)
        except ControlError:
            return None, opening
        return (process if GAIN_MIN <= process.gain <= GAIN_MAX else None), opening
