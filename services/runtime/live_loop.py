"""The loop of design order in live time: stations act together, time passes, all are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rami.asset.live import Vector
from rami.core.frame import Frame
from rami.core.timegrid import NS
from rami.functional.technical import BaseAutomation, StationController
from services.loop.closed_loop import ClosedLoop, LoopSteps
from services.loop.cosimulation import Cosimulation
from services.runtime.clock import RunClock
from services.runtime.twin_switch import PLANT, TwinSwitch


class LiveLoop(ClosedLoop):
    """A closed loop whose twins may be plants.

    Same arithmetic as ClosedLoop where all are models. Controllers follow the positions that
    the guard let through; while somebody else drives a twin, they track it. `after` is called
    at the end of every control step with its number, in live time, and of every exchange step.
    """

    def __init__(
        self,
        plant: Cosimulation,
        switches: Mapping[str, TwinSwitch],
        controllers: Mapping[str, StationController],
        automation: Mapping[str, BaseAutomation],
        steps: LoopSteps,
        data: Frame,
        watched: Mapping[str, Sequence[str]],
        clock: RunClock,
        after: Callable[[int], None],
    ) -> None:
        super().__init__(plant, controllers, automation, steps, data, watched)
        self.switches, self.clock = dict(switches), clock
        self._after = after
        self._ns = data.grid.start_ns
        self.control_steps = 0
        #: called in every control step
        self.keep: Callable[[], None] = _nothing

    def at(self, ns: int) -> None:
        """The next step begins at `ns`."""
        self._ns = ns

    @property
    def now_ns(self) -> int:
        """Begin of the next step."""
        return self._ns

    def _exchange_step(self) -> None:
        plant, steps = self.plant, self.steps
        plant.hold_temperatures()
        simulated = self.clock.kind == "simulated"
        stations = [self.switches[name] for name in plant.stations]
        networks = [self.switches[name] for name in plant.networks]
        # only models of controlled stations are stepped in between
        count = steps.substeps if self._stations or not simulated else 1
        seconds = steps.exchange_s / count
        for _ in range(count):
            for switch in stations:
                self._command_station(switch)
            self._ns += round(seconds * NS)
            self.clock.until(self._ns)
            for switch in stations:
                plant.stepped(switch.twin, switch.end(seconds))
            for switch in networks:
                switch.keep()
            self.keep()
            self.control_steps += 1
            if not simulated:
                self._after(self.control_steps)
        plant.hand_over(steps.exchange_s)
        heat = {n: s.controller.expected_heat(steps.exchange_s) for n, s in self._stations.items()}
        for switch in networks:
            self._step_network(switch, heat)
        if simulated:
            self._after(self.control_steps)

    def _command_station(self, switch: TwinSwitch) -> None:
        name = switch.twin
        inputs, outputs = self.plant.inputs[name], self.plant.outputs[name]
        station = self._stations.get(name)
        if station is None:
            self._begin(switch, inputs)
            return
        if switch.moved:
            outputs[:] = switch.told
        inputs[station.actuated] = station.control(outputs[station.measured])
        self._begin(switch, inputs)
        station.landed()

    def _begin(self, switch: TwinSwitch, inputs: Vector) -> None:
        """Hand over what is wanted; steps that are made up for after a stop do not reach a plant
        one right after the other."""
        if switch.backend == PLANT and self.clock.behind(self._ns):
            switch.keep()
        else:
            switch.begin(inputs)

    def _step_network(self, switch: TwinSwitch, heat: Mapping[str, Mapping[str, float]]) -> None:
        name, plant = switch.twin, self.plant
        inputs, outputs = plant.inputs[name], plant.outputs[name]
        supply = self._supplies.get(name)
        if self.clock.kind != "simulated":
            switch.look()
        outputs[:] = switch.told
        if supply is not None:
            inputs[supply.actuated] = supply.control(outputs[supply.measured], heat)
        self._begin(switch, inputs)
        if supply is not None:
            supply.landed()
        outputs[:] = switch.end(self.steps.exchange_s)


def _nothing() -> None:
    """Nobody wants a word in every step."""
