"""Which limits a run met: converters at full load, and loops at a stop, per interval."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rami.asset.chp import Chp
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.functional.technical import Cause, StationController
from rami.functional.technical.causes import TEXT
from rami.information.network_dispatch import network_converters

Mask = NDArray[np.bool_]

#: share of full load from which a converter stands at its limit
AT_LIMIT = 0.985
CONVERTERS = "all converters behind it at their limit"


class LoopLimits:
    """Seconds per interval in which each of a station's loops stood at a limit."""

    def __init__(self, controller: StationController, count: int) -> None:
        self.controller = controller
        self._before = controller.limited_s.copy()
        self.seconds = np.zeros((count, *controller.limited_s.shape))

    def close(self, interval: int) -> None:
        """Note what interval `interval` added."""
        now = self.controller.limited_s
        self.seconds[interval] = now - self._before
        self._before[:] = now

    def save(self) -> bytes:
        """What counted when the last interval was closed."""
        return self._before.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; its rows are given to `refill`."""
        self._before[:] = np.frombuffer(state).reshape(self._before.shape)

    def rows(self, first: int, last: int) -> NDArray[np.float64]:
        """What intervals `first` to `last` added."""
        return self.seconds[first:last]

    def refill(self, first: int, rows: NDArray[np.float64]) -> None:
        """Put rows back that `rows` gave from interval `first` on."""
        self.seconds[first : first + len(rows)] = rows

    def causes(self, component: str, interval_s: float) -> list[str]:
        """The main limit of a component's loops per interval, empty where there was none."""
        mine = [
            j
            for j, loop in enumerate(self.controller.loops)
            if loop.controlled.rpartition(".")[0] == component
        ]
        worst = self.seconds[:, :, mine].max(axis=2, initial=0.0)
        cause = worst.argmax(axis=1)
        long = worst.max(axis=1) > 0.25 * interval_s
        return [TEXT[Cause(int(c))] if seen else "" for c, seen in zip(cause, long, strict=True)]


def converters_at_limit(site: SiteTopology, network: str, means: Frame) -> Mask:
    """Intervals in which every heat converter of `twin.network` gives all it can."""
    twin, _, name = network.partition(".")
    full = np.ones(means.grid.count, bool)
    converters = network_converters(site.twins[twin], name)
    for converter, unit in converters.items():
        power = unit.engines * unit.power_th if isinstance(unit, Chp) else unit.power
        full &= means[f"{twin}.{converter}.P_th"] >= AT_LIMIT * power
    return full if converters else np.zeros(means.grid.count, bool)


def limited_exchangers(site: SiteTopology, means: Frame) -> Mapping[str, Mask]:
    """Per exchanger the intervals in which all declared converters behind it stood at a limit.

    A source stands behind its primary network; a sink behind all sources of its station.
    """
    found: dict[str, Mask] = {}
    for twin, name, hex_ in site.of(HeatExchanger):
        if "." in hex_.primary:
            found[f"{twin}.{name}"] = converters_at_limit(site, hex_.primary, means)
    for twin, name, hex_ in site.of(HeatExchanger):
        if "." not in hex_.primary:
            mine = [mask for path, mask in found.items() if path.startswith(f"{twin}.")]
            sources = np.logical_and.reduce(mine) if mine else np.zeros(means.grid.count, bool)
            found[f"{twin}.{name}"] = sources
    return found


def causes_seen(
    site: SiteTopology,
    limits: Mapping[str, LoopLimits],
    limited: Mapping[str, Mask],
    interval_s: float,
) -> dict[str, list[str]]:
    """Per exchanger and interval the limit that was met, in words."""
    found = {}
    for twin, name, _ in site.of(HeatExchanger):
        path = f"{twin}.{name}"
        loops = limits[twin].causes(name, interval_s) if twin in limits else []
        masks = limited[path]
        found[path] = [
            CONVERTERS if masks[i] else (loops[i] if loops else "") for i in range(len(masks))
        ]
    return found
