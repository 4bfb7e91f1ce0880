"""One step, the natural way: temperatures across, control and step of the stations, heat across,
automation and step of the supply systems, record. Forward only; whole vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.functional.schedule import Schedule
from rami.functional.technical import BaseAutomation, StationController
from services.loop.arbitrated import Arbitrated
from services.loop.cosimulation import Cosimulation, Places
from services.loop.recorder import TwinRecorder

#: series that a cooling tower reads
WET_BULB = "temp_wet"


@dataclass(frozen=True)
class LoopSteps:
    """Exchange step, control step and recording interval in seconds; each divides the next."""

    control_s: float
    exchange_s: float
    interval_s: float

    @property
    def substeps(self) -> int:
        """Control steps per exchange step."""
        return round(self.exchange_s / self.control_s)

    @property
    def samples(self) -> int:
        """Exchange steps per recording interval."""
        return round(self.interval_s / self.exchange_s)


class _Station:
    """A station's controller with its places in the backend's vectors."""

    def __init__(self, plant: Cosimulation, twin: str, controller: StationController) -> None:
        backend = plant.backends[twin]
        self.controller = controller
        self.measured: Places = backend.outputs.places(controller.inputs.names)
        self.actuated: Places = backend.inputs.places(controller.outputs.names)
        self.arbitrated = backend if isinstance(backend, Arbitrated) else None

    def control(self, measured: Vector) -> Vector:
        """What to write, while somebody else may drive some of it or all."""
        held = self.arbitrated.held() if self.arbitrated is not None else None
        if held is None:
            return self.controller.step(measured)
        positions, mask = held
        return self.controller.track(positions[self.actuated], measured, mask[self.actuated])

    def landed(self) -> None:
        """Tell the controller what was written."""
        landed = self.arbitrated.landed() if self.arbitrated is not None else None
        if landed is not None:
            self.controller.landed(landed[self.actuated])


class _Supply:
    """A supply system's automation with its places, and who draws heat from its networks."""

    def __init__(self, plant: Cosimulation, twin: str, automation: BaseAutomation) -> None:
        backend = plant.backends[twin]
        self.automation = automation
        self.measured: Places = backend.outputs.places(automation.inputs.names)
        self.actuated: Places = backend.inputs.places(automation.outputs.names)
        self.arbitrated = backend if isinstance(backend, Arbitrated) else None
        topology = plant.site.twins[twin]
        self.drawers: list[tuple[str, str, int, float]] = []
        for c in plant.site.couplings:
            if c.network_twin == twin:
                source = c.take == topology.line(c.network, "hot")
                component = c.border.removesuffix("_border")
                place = automation.networks.index(c.network)
                self.drawers.append((c.twin, component, place, 1.0 if source else -1.0))

    def control(self, measured: Vector, heat: Mapping[str, Mapping[str, float]]) -> Vector:
        """What to write, while somebody else may drive some of it or all."""
        held = self.arbitrated.held() if self.arbitrated is not None else None
        expected = self.expected(heat)
        if held is None:
            return self.automation.step(measured, expected)
        positions, mask = held
        at = self.actuated
        return self.automation.track(positions[at], measured, expected, mask[at])

    def landed(self) -> None:
        """Tell the automation what was written."""
        landed = self.arbitrated.landed() if self.arbitrated is not None else None
        if landed is not None:
            self.automation.landed(landed[self.actuated])

    def expected(self, heat: Mapping[str, Mapping[str, float]]) -> list[float]:
        """Net heat that the stations will take out of each network, kW."""
        out = [0.0] * len(self.automation.networks)
        for station, component, place, sign in self.drawers:
            if station in heat:
                out[place] += sign * heat[station].get(component, 0.0)
        return out


class _Disturbances:
    """External series into the inputs of one twin."""

    def __init__(self, plant: Cosimulation, twin: str, data: Frame) -> None:
        topology, inputs = plant.site.twins[twin], plant.backends[twin].inputs
        pairs = [
            (f"{n}.P_demand", data.place(c.demand))
            for n, c in topology.of(Consumer).items()
            if not c.electric
        ]
        pairs += [(f"{n}.T_wet", data.place(WET_BULB)) for n in topology.of(CoolingTower)]
        self.places = inputs.places([p for p, _ in pairs])
        self.table: NDArray[np.float64] = np.ascontiguousarray(
            data.values[:, [c for _, c in pairs]]
        )


class ClosedLoop:
    """The coupled plant under its controllers, interval by interval.

    `data` stands on the recording grid. Without a controller a station rests (all actuators
    at zero) and is stepped once per exchange step. `watched[twin]` are points sampled at every
    exchange step.
    """

    def __init__(
        self,
        plant: Cosimulation,
        controllers: Mapping[str, StationController],
        automation: Mapping[str, BaseAutomation],
        steps: LoopSteps,
        data: Frame,
        watched: Mapping[str, Sequence[str]],
    ) -> None:
        self.plant, self.steps = plant, steps
        self.data = data
        self._stations = {t: _Station(plant, t, c) for t, c in controllers.items()}
        self._supplies = {t: _Supply(plant, t, a) for t, a in automation.items()}
        self._disturbances = {t: _Disturbances(plant, t, data) for t in plant.site.twins}
        self.recorders = {
            t: TwinRecorder(t, data.grid, steps.samples, b.outputs, watched.get(t, ()))
            for t, b in plant.backends.items()
        }
        for twin, recorder in self.recorders.items():
            recorder.start(plant.outputs[twin])

    @property
    def site(self) -> SiteTopology:
        """The site whose twins run."""
        return self.plant.site

    @property
    def supplies(self) -> tuple[str, ...]:
        """Twins with base automation."""
        return tuple(self._supplies)

    def converters(self, twin: str) -> tuple[str, ...]:
        """Heat converters of a supply twin in the order `commit` wants them."""
        return self._supplies[twin].automation.converters

    def follow(self, schedule: Schedule, ns: int) -> None:
        """Give the stations the schedule's step that holds `ns`."""
        for station in self._stations.values():
            station.controller.follow(schedule, ns)

    def commit(
        self, twin: str, costs: Sequence[float], engines: Sequence[float], interval: int
    ) -> None:
        """Merit order and engines of a supply twin for the coming interval."""
        wet = float(self.data[WET_BULB][interval]) if WET_BULB in self.data else None
        self._supplies[twin].automation.commit(costs, engines, wet)

    def run_interval(self, interval: int) -> None:
        """Run one recording interval."""
        self.run_samples(interval, 0, self.steps.samples)

    def run_samples(self, interval: int, first: int, last: int) -> None:
        """Run an interval's exchange steps `first` to `last` (without it), counted from 0."""
        plant = self.plant
        for twin, disturbance in self._disturbances.items():
            plant.inputs[twin][disturbance.places] = disturbance.table[interval]
        begun = interval * self.steps.samples
        for sample in range(begun + first, begun + last):
            self._exchange_step()
            for twin, recorder in self.recorders.items():
                recorder.sample(sample, plant.outputs[twin])

    def resume(self, schedule: Schedule) -> None:
        """The schedule that was followed when this state was saved."""
        for station in self._stations.values():
            station.controller.resume(schedule)

    def save(self) -> dict[str, bytes]:
        """Plant, controllers and the open interval, at an exchange step's end; no rows."""
        state = {f"plant.{name}": part for name, part in self.plant.save().items()}
        state |= {f"controller.{t}": s.controller.save() for t, s in self._stations.items()}
        state |= {f"automation.{t}": s.automation.save() for t, s in self._supplies.items()}
        return state | {f"recorder.{t}": r.save() for t, r in self.recorders.items()}

    def restore(self, state: Mapping[str, bytes]) -> None:
        """Go back to a saved state. Raises ModelError or ControlError when it is another's."""
        head = "plant."
        self.plant.restore({n[len(head) :]: p for n, p in state.items() if n.startswith(head)})
        for twin, station in self._stations.items():
            station.controller.restore(state[f"controller.{twin}"])
        for twin, supply in self._supplies.items():
            supply.automation.restore(state[f"automation.{twin}"])
        for twin, recorder in self.recorders.items():
            recorder.restore(state[f"recorder.{twin}"])

    def _exchange_step(self) -> None:
        plant, steps = self.plant, self.steps
        plant.hold_temperatures()
        for name in plant.stations:
            station = self._stations.get(name)
            if station is None:
                plant.step_station(name, steps.exchange_s)
                continue
            inputs, outputs = plant.inputs[name], plant.outputs[name]
            control, measured, actuated = station.control, station.measured, station.actuated
            for _ in range(steps.substeps):
                inputs[actuated] = control(outputs[measured])
                plant.step_station(name, steps.control_s)
                station.landed()
        plant.hand_over(steps.exchange_s)
        heat = {n: s.controller.expected_heat(steps.exchange_s) for n, s in self._stations.items()}
        for name in plant.networks:
            supply = self._supplies.get(name)
            if supply is not None:
                plant.inputs[name][supply.actuated] = supply.control(
                    plant.outputs[name][supply.measured], heat
                )
            plant.step_network(name, steps.exchange_s)
            if supply is not None:
                supply.landed()
