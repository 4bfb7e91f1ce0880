"""The highest grid import of each owner so far, as a plan must know it (eq. 17)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rami.asset.chp import Chp
from rami.asset.cooling_tower import CoolingTower
from rami.core.frame import Frame
from rami.information.network_dispatch import network_demand
from rami.information.prices import Array, Prices
from services.loop.base_dispatch import base_dispatch
from services.loop.closed_loop import ClosedLoop


class ImportPeak:
    """Baseline's peak up to the end of a plan's horizon, or the run's own if that is higher.

    The baseline (stations at rest) is the forecast dispatch; the run's import comes from its
    recorded interval means.
    """

    def __init__(
        self, loop: ClosedLoop, owner_of: Mapping[str, str], data: Frame, prices: Prices
    ) -> None:
        self.loop, self.owner_of = loop, owner_of
        self._load: dict[str, Array] = {}
        self._baseline: dict[str, Array] = {}
        for twin in loop.supplies:
            owner = owner_of[twin]
            topology = loop.site.twins[twin]
            expected = base_dispatch(loop.site, twin, owner, data, prices)
            load = network_demand(topology, "electricity", data)
            own = sum(
                (d.p_el.sum(axis=1) for d in expected.heating.values()), np.zeros(data.grid.count)
            )
            fans = np.zeros(data.grid.count)
            for network, heat in expected.cooling.items():
                here = [c for c in topology.of(CoolingTower).values() if c.network == network]
                size = sum(c.power for c in here)
                fans += (
                    sum(c.electricity_share * c.power for c in here) / size * heat if size else 0
                )
            zero = np.zeros(data.grid.count)
            self._load[owner] = self._load.get(owner, zero) + load
            self._baseline[owner] = self._baseline.get(owner, zero) + load + fans - own

    def so_far(self, interval: int, horizon: int) -> dict[str, float]:
        """Peak in kW by owner at the start of a plan over `horizon` intervals."""
        found = {}
        for owner, baseline in self._baseline.items():
            peak = float(baseline[: interval + horizon].max(initial=0.0))
            if interval:
                peak = max(peak, float(self._executed(owner, interval).max(initial=0.0)))
            found[owner] = max(peak, 0.0)
        return found

    def _executed(self, owner: str, interval: int) -> Array:
        """Import in kW of the intervals that are over."""
        total = self._load[owner][:interval].copy()
        for twin, recorder in self.loop.recorders.items():
            if self.owner_of[twin] != owner:
                continue
            engines = set(self.loop.site.twins[twin].of(Chp))
            for j, point in enumerate(recorder.outputs.points):
                component, _, quantity = point.name.rpartition(".")
                if quantity == "P_el":
                    sign = -1.0 if component in engines else 1.0
                    total += sign * recorder.means[:interval, j]
        return total
