"""Both baselines as powers of the stations' components, constant over the period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology, TwinTopology
from rami.business.ownership import owner_of_twins
from rami.core.errors import ConfigurationError
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid


def baseline_powers(
    site: SiteTopology,
    owners: Mapping[str, Sequence[str]],
    grid: TimeGrid,
    feed_in_kw: float = 0.0,
) -> Frame:
    """Columns `<twin>.<hex>.P`, `<hp>.P_el`, `<hp>.P_th`, `<ih>.P_el` in kW.

    All zero for `no_exchange`. With `feed_in_kw` (`constant_feed_in`) every station feeds that
    much into networks of other owners and takes it from its owner's own; exchangers are
    filled in the order declared, up to their design power. Raises ConfigurationError when
    they cannot carry it.
    """
    owner_of = owner_of_twins(site, owners)
    columns: dict[str, tuple[str, np.ndarray[tuple[int], np.dtype[np.float64]]]] = {}
    for twin, topology in site.twins.items():
        power = _exchangers(topology, owner_of, feed_in_kw)
        for name in topology.of(HeatPump):
            power |= {f"{name}.P_el": 0.0, f"{name}.P_th": 0.0}
        for name in topology.of(ImmersionHeater):
            power[f"{name}.P_el"] = 0.0
        for path, kw in power.items():
            columns[f"{twin}.{path}"] = ("kW", np.full(grid.count, kw))
    return Frame.of(grid, columns, "baseline")


def _exchangers(
    twin: TwinTopology, owner_of: Mapping[str, str], feed_in_kw: float
) -> dict[str, float]:
    power = {f"{name}.P": 0.0 for name in twin.of(HeatExchanger)}
    if not power or feed_in_kw <= 0:
        return power
    mine = owner_of[twin.name]
    sources, sinks = {}, {}
    for name, hex_ in twin.of(HeatExchanger).items():
        hot, cold = (_foreign(side, twin) for side in (hex_.primary, hex_.secondary))
        if hot and owner_of[hot] == mine:
            sources[name] = hex_
        if cold and owner_of[cold] != mine:
            sinks[name] = hex_
    for exchangers, what in ((sources, "taken from"), (sinks, "fed into")):
        left = feed_in_kw
        for name, hex_ in exchangers.items():
            power[f"{name}.P"] = min(left, float(hex_.design.power))
            left -= power[f"{name}.P"]
        if left > 1e-9:
            raise ConfigurationError(
                f"business.baseline_feed_in: {feed_in_kw:g} kW cannot be {what} a network, "
                f"{twin.name}'s exchangers carry {feed_in_kw - left:g} kW"
            )
    return power


def _foreign(reference: str, twin: TwinTopology) -> str | None:
    """The twin of a network reference, None for the station's own."""
    other = reference.partition(".")[0]
    return other if "." in reference and other != twin.name else None
