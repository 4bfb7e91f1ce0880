"""Base automation of one cooling network: its towers keep the supply temperature."""

from __future__ import annotations

from collections.abc import Sequence

from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY
from rami.functional.technical.cooling_tower import Tower
from rami.functional.technical.network_balance import NetworkBalance


class CoolingNetwork:
    """Towers of one network; the heat to remove is split by their powers."""

    def __init__(
        self, topology: TwinTopology, network: str, towers: Sequence[Tower], period_s: float
    ) -> None:
        self.towers = tuple(towers)
        spread = abs(topology.networks[network].flow - topology.networks[network].return_)
        total = sum(t.power for t in towers)
        delay = max(
            (t.ramp + t.water * HEAT_CAPACITY * spread / t.power for t in towers), default=60.0
        )
        self.balance = NetworkBalance(topology, network, [t.name for t in towers], delay, period_s)
        self._first = len(self.balance.points)
        self.points = (*self.balance.points, *(f"{t.name}.T_in" for t in towers))
        self.actuators = tuple(t.load for t in towers)
        self._shares = [t.power / total for t in towers]
        self._most = total
        self.wet_bulb = 15.0

    def step(
        self, v: Sequence[float], expected: float, held: Sequence[float | None] | None = None
    ) -> list[float]:
        """Air of each tower; `v` holds `points`, `expected` the heat exchanges take out (kW).

        While somebody else drives all towers (`held`), the integrator rests.
        """
        balance = self.balance
        balance.required(v, expected)
        before = balance.integral
        heat = -balance.settle(-2.0 * self._most, 0.0)
        if held is not None and None not in held:
            balance.integral = before
        values = []
        for i, (tower, share) in enumerate(zip(self.towers, self._shares, strict=True)):
            flow = balance.flow * share
            values.append(tower.opening(heat * share, flow, v[self._first + i], self.wet_bulb))
        return values

    def landed(self, missing: Sequence[float]) -> None:
        """What of `actuators` was written beyond the last `step`'s values."""
        self.balance.landed(-sum(m * t.power for m, t in zip(missing, self.towers, strict=True)))

    def save(self) -> list[float]:
        """State as numbers."""
        return [*self.balance.save(), self.wet_bulb]

    def restore(self, state: Sequence[float]) -> None:
        """Go back to a saved state."""
        self.balance.restore(state)
        self.wet_bulb = state[-1]
