"""What every schedule must keep, whoever made it: checked from its columns alone."""

from __future__ import annotations

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology
from rami.functional.schedule import Schedule
from rami.information.limits import source_limit

#: kW and kWh that solver tolerances may leave
TOLERANCE = 1e-3
#: kW from which an exchanger counts as running
RUNS = 1.0


def violations(site: SiteTopology, plan: Schedule, start: dict[str, float]) -> list[str]:
    """Everything wrong with a schedule; `start` is the storages' content before it (kWh)."""
    wrong: list[str] = []
    for twin, topology in site.twins.items():
        if topology.kind == "hts":
            for name in topology.networks:
                wrong += circuit(site, plan, twin, f"{twin}.{name}")
            wrong += components(site, plan, twin)
            wrong += storages(site, plan, twin, start)
    return wrong + directions(site, plan)


def sides(site: SiteTopology, twin: str, hex_: HeatExchanger) -> tuple[str, str]:
    return site.resolve(twin, hex_.primary), site.resolve(twin, hex_.secondary)


def circuit(site: SiteTopology, plan: Schedule, twin: str, path: str) -> list[str]:
    """Eq. 4, the heat pumps' share, and the flow temperature."""
    topology, network = site.twins[twin], site.network(path)
    n = plan.grid.count
    sources, sinks, wanted = np.zeros(n), np.zeros(n), np.full(n, network.flow)
    for name, hex_ in topology.of(HeatExchanger).items():
        power = plan.column(f"{twin}.{name}.P")
        primary, secondary = sides(site, twin, hex_)
        if secondary == path:
            sources += power
        if primary == path:
            sinks += power
            if hex_.design.hot[0] > network.flow + 0.5:
                wanted = np.where(power > RUNS, np.maximum(wanted, hex_.design.hot[0]), wanted)
    flow = plan.column(f"{path}.T_flow")
    pumps, needed = np.zeros(n), np.zeros(n)
    for name, hp in topology.of(HeatPump).items():
        if site.resolve(twin, hp.condenser.rpartition(".")[0]) == path:
            heat = plan.column(f"{twin}.{name}.P_th")
            pumps += heat
            lift = (flow - network.return_) / (hp.outlet_max - network.return_)
            needed += np.maximum(lift - 1, 0) * heat
    stored = np.zeros(n)
    for name, storage in topology.of(HeatStorage).items():
        if site.resolve(twin, storage.across) == path:
            stored += plan.column(f"{twin}.{name}.P")
    wrong = []
    warmed = network.return_ + pumps / np.maximum(pumps + sources, 1.0) * (flow - network.return_)
    for name, hex_ in topology.of(HeatExchanger).items():
        primary, secondary = sides(site, twin, hex_)
        if secondary == path:
            able = source_limit(hex_, site.network(primary).hot, warmed, flow)
            if (plan.column(f"{twin}.{name}.P") > 1.005 * able + RUNS).any():
                wrong.append(f"{name}: more than it can lift the preheated line with")
    if np.abs(sources + pumps + stored - sinks).max() > TOLERANCE:
        wrong.append(f"{path}: eq. 4 does not close")
    if (flow < wanted - 1e-9).any():
        wrong.append(f"{path}: flow line colder than a running sink needs")
    if (needed > sources + TOLERANCE).any():
        wrong.append(f"{path}: heat pumps give more than their share")
    return wrong


def components(site: SiteTopology, plan: Schedule, twin: str) -> list[str]:
    """Limits and conversions of exchangers, heat pumps and heaters."""
    wrong = []
    topology = site.twins[twin]
    for name, hex_ in topology.of(HeatExchanger).items():
        power = plan.column(f"{twin}.{name}.P")
        if power.min() < -TOLERANCE or power.max() > hex_.design.power + TOLERANCE:
            wrong.append(f"{name}: outside its design power")
    for name, hp in topology.of(HeatPump).items():
        electricity, heat = (plan.column(f"{twin}.{name}.{q}") for q in ("P_el", "P_th"))
        if np.abs(heat - hp.cop_design * electricity).max() > TOLERANCE:
            wrong.append(f"{name}: eq. 6")
        if electricity.min() < -TOLERANCE or electricity.max() > hp.power_el_max + TOLERANCE:
            wrong.append(f"{name}: eq. 8")
    for name, heater in topology.of(ImmersionHeater).items():
        power = plan.column(f"{twin}.{name}.P_el")
        if power.min() < -TOLERANCE or power.max() > heater.power_el_max + TOLERANCE:
            wrong.append(f"{name}: eq. 10")
    return wrong


def storages(site: SiteTopology, plan: Schedule, twin: str, start: dict[str, float]) -> list[str]:
    """Eq. 11 and 11b, and the whole horizon's energy."""
    wrong = []
    topology, hours = site.twins[twin], plan.grid.step_h
    for name, storage in topology.of(HeatStorage).items():
        path = f"{twin}.{name}"
        power, content = plan.column(f"{path}.P"), plan.column(f"{path}.Q")
        heaters = {n: h for n, h in topology.of(ImmersionHeater).items() if h.storage == name}
        heat = sum(
            (h.efficiency * plan.column(f"{twin}.{n}.P_el") for n, h in heaters.items()),
            np.zeros(plan.grid.count),
        )
        before = np.concatenate([[start[path]], content[:-1]])
        loss = storage.loss_share * before + storage.loss_idle
        if np.abs(content - before - hours * (heat - power - loss)).max() > TOLERANCE:
            wrong.append(f"{path}: eq. 11")
        total = content[-1] - start[path] - hours * float((heat - power - loss).sum())
        if abs(total) > TOLERANCE * plan.grid.count:
            wrong.append(f"{path}: energy of the horizon does not close")
        if np.abs(power).max() > storage.power_max + TOLERANCE:
            wrong.append(f"{path}: eq. 11b")
        if content.max() > max(storage.content_max, start[path]) + TOLERANCE:
            wrong.append(f"{path}: eq. 12")
    return wrong


def directions(site: SiteTopology, plan: Schedule) -> list[str]:
    """Never into and out of a network in one step (eq. 14, 15)."""
    flows: dict[tuple[str, str, str], np.ndarray] = {}
    for twin, name, hex_ in site.of(HeatExchanger):
        primary, secondary = sides(site, twin, hex_)
        for network, side in ((primary, "draws"), (secondary, "feeds")):
            if not network.startswith(f"{twin}."):
                key = (twin, network, side)
                flows[key] = flows.get(key, 0.0) + plan.column(f"{twin}.{name}.P")
    wrong = []
    for (twin, network, side), power in flows.items():
        other = flows.get((twin, network, "feeds"))
        if side == "draws" and other is not None and (np.minimum(power, other) > RUNS).any():
            wrong.append(f"{network}: in and out in one step")
    return wrong
