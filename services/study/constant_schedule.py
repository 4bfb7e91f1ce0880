"""The schedule of the baseline `constant_feed_in`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_storage import HeatStorage
from rami.business.baseline import baseline_powers
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule

if TYPE_CHECKING:
    from twins.site.site import Site


def constant_schedule(site: Site, grid: TimeGrid) -> Schedule:
    """Constant powers, storages held, flow temperature of the hottest sink that runs."""
    topology, business = site.topology, site.business
    powers = baseline_powers(
        topology, business.owners, grid, float(business.baseline_feed_in or 0.0)
    )
    columns = {name: powers[name] for name in powers.names}
    for twin, name, storage in topology.of(HeatStorage):
        columns[f"{twin}.{name}.P"] = np.zeros(grid.count)
        content = storage.start_content * storage.content_max
        columns[f"{twin}.{name}.Q"] = np.full(grid.count, content)
    for twin, station in topology.twins.items():
        if station.kind != "hts":
            continue
        sinks = {n: h for n, h in station.of(HeatExchanger).items() if "." not in h.primary}
        for network, net in station.networks.items():
            wanted = np.full(grid.count, net.flow)
            for name, hex_ in sinks.items():
                runs = columns[f"{twin}.{name}.P"] > 0.0
                wanted = np.where(runs, np.maximum(wanted, hex_.design.hot[0]), wanted)
            columns[f"{twin}.{network}.T_flow"] = wanted
            columns[f"{twin}.T_flow"] = wanted
    return Schedule(grid, tuple(columns), np.column_stack(list(columns.values())), "constant")
