"""What sensors make of the truth: lag, gain, bias, noise, resolution, all from the seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.border import Border
from rami.asset.exchange import Exchange
from rami.asset.topology import TwinTopology
from rami.core.points import Point, PointIndex

Vector = NDArray[np.float64]

_BLOCK = 256  # scans per block of noise


@dataclass(frozen=True)
class Sensor:
    """`lag_s` of first order, `gain` and `bias` as bounds of what is drawn, `noise` of standard
    deviation `noise` + `noise_share` of the value, `resolution` of the last digit."""

    lag_s: float = 0.0
    gain: float = 0.0
    bias: float = 0.0
    noise: float = 0.0
    noise_share: float = 0.0
    resolution: float = 0.0


#: by quantity; a class B thermometer in its pocket, a class 2 flow meter, a class 1 power meter
SENSORS: dict[str, Sensor] = {
    "temperature": Sensor(lag_s=5.0, bias=0.15, noise=0.05, resolution=0.05),
    "mass_flow": Sensor(lag_s=2.0, gain=0.01, noise_share=0.003, resolution=0.01),
    "power": Sensor(lag_s=2.0, gain=0.005, noise_share=0.003, resolution=0.1),
    "share": Sensor(lag_s=2.0, noise_share=0.003, resolution=0.01),
}
REGISTER = Sensor(gain=0.005, resolution=0.01)
CONTENT = Sensor(resolution=1.0)


def sensor_of(point: Point) -> Sensor:
    """What measures a point."""
    if point.quantity == "energy":
        return REGISTER if point.cumulative else CONTENT
    return SENSORS.get(point.quantity, Sensor())


class Sensors:
    """Values of `outputs` as they are told.

    Points of borders and exchanges are told as they are: through them the water itself passes
    from one plant to the next. One meter measures a component's powers and energies.
    """

    def __init__(
        self, topology: TwinTopology, outputs: PointIndex, seed: int, scan_s: float
    ) -> None:
        draw = np.random.default_rng([seed, 3])
        self.outputs, self._seed = outputs, seed
        n = len(outputs)
        self.gain, self.bias, self._decay = np.ones(n), np.zeros(n), np.zeros(n)
        self._noise, self._share, self._resolution = np.zeros(n), np.zeros(n), np.zeros(n)
        meters: dict[str, float] = {}
        for i, point in enumerate(outputs.points):
            name = point.name.rpartition(".")[0]
            gain, bias = draw.uniform(-1.0, 1.0, 2).tolist()
            if isinstance(topology.components.get(name), Border | Exchange):
                continue
            sensor = sensor_of(point)
            if point.quantity in ("power", "energy"):
                gain = meters.setdefault(name, gain)
            self.gain[i] = 1.0 + sensor.gain * gain
            self.bias[i] = sensor.bias * bias
            self._decay[i] = np.exp(-scan_s / sensor.lag_s) if sensor.lag_s else 0.0
            self._noise[i], self._share[i] = sensor.noise, sensor.noise_share
            self._resolution[i] = sensor.resolution
        self._coarse = self._resolution > 0.0
        self._step = np.where(self._coarse, self._resolution, 1.0)
        self.lagged: Vector = np.full(n, np.nan)
        self._block, self._drawn = -1, np.zeros((0, n))

    def reset(self) -> None:
        """As switched on: the first values are told without lag."""
        self.lagged[:] = np.nan

    def measure(self, truth: Vector, scan: int) -> Vector:
        """What is told of `truth` (in the order of `outputs`) in a scan."""
        lagged = self.lagged
        if np.isnan(lagged[0]):
            lagged[:] = truth
        lagged[:] = truth + self._decay * (lagged - truth)
        block = scan // _BLOCK
        if block != self._block:
            # noise of a scan hangs on its number alone: a restored run has the same
            fresh = np.random.default_rng([self._seed, 4, block])
            self._block, self._drawn = block, fresh.standard_normal((_BLOCK, len(lagged)))
        told = self.gain * lagged + self.bias
        told += (self._noise + self._share * np.abs(told)) * self._drawn[scan % _BLOCK]
        return np.where(self._coarse, np.round(told / self._step) * self._step, told)

    def plain(self) -> dict[str, dict[str, float]]:
        """What was drawn, by point."""
        return {
            name: {"gain": float(self.gain[i]), "bias": float(self.bias[i])}
            for i, name in enumerate(self.outputs.names)
            if self.gain[i] != 1.0 or self.bias[i] != 0.0
        }
