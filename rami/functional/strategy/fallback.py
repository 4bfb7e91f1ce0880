"""Schedules without a solver: the one before moved on, or the station at rest."""

from __future__ import annotations

import numpy as np

from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array
from rami.functional.strategy.layout import Circuit, Exchanger, Storage
from rami.functional.strategy.outcome import flow_columns, variables
from rami.functional.strategy.site_layout import SiteLayout


def at_rest(plan: Compiled) -> None:
    """Set the parameters of the station to rest: no exchange, nothing on, storage untouched."""
    program, values = plan.program, {}
    for e in plan.layout.exchangers:
        values[f"{e.path}.p_max"] = 0.0
    for hp in plan.layout.heat_pumps:
        values[f"{hp.path}.p_el_max"] = 0.0
    for storage in plan.layout.storages:
        values |= {f"{h}.p_el_max": 0.0 for h in storage.heaters}
        for name in ("p_max", "loss_share", "loss_idle", "q_end"):
            values[f"{storage.path}.{name}"] = 0.0
    program.set(values)
    program.update()


def rest(plan: Compiled, site: SiteLayout, grid: TimeGrid, reasons: tuple[str, ...]) -> Schedule:
    """Rung `rules`: no exchange, nothing on; the storage only loses heat."""
    return _schedule(plan, site, grid, _Station(plan, grid).settled({}), "rules", reasons)


def shift(
    plan: Compiled,
    site: SiteLayout,
    grid: TimeGrid,
    previous: Schedule,
    reasons: tuple[str, ...],
) -> Schedule:
    """Rung `shifted`: the previous schedule moved on and cut to today's limits.

    Past its end the same time one day earlier is taken, else rest. What sources and sinks
    differ by goes through the storage; what it cannot take is cut off the larger side. The
    storage's hot part is not traced, and heat pumps get the share of the hottest flow line.
    """
    wanted = {}
    for name in _wanted(plan):
        if name in previous:
            wanted[name] = _moved(previous, name, grid)
    flows = {c: _moved(previous, c, grid) for c in previous.columns if c.endswith(".T_flow")}
    table = _Station(plan, grid).settled(wanted)
    return _schedule(plan, site, grid, table, "shifted", reasons, flows)


def _wanted(plan: Compiled) -> list[str]:
    names = [f"{e.path}.P" for e in plan.layout.exchangers]
    names += [f"{h.path}.P_el" for h in plan.layout.heat_pumps]
    return names + [f"{p}.P_el" for s in plan.layout.storages for p in s.heaters]


def _moved(previous: Schedule, name: str, grid: TimeGrid) -> Array:
    column, old = previous.column(name), previous.grid
    day = 86400 * 10**9
    rows = np.zeros(grid.count)
    for k, ns in enumerate(grid.times()):
        at = int(ns)
        while at >= old.end_ns:
            at -= day
        if at >= old.start_ns:
            rows[k] = column[old.index(at)]
    return rows


class _Station:
    """Makes wanted powers feasible, step by step, from the plan's own parameters."""

    def __init__(self, plan: Compiled, grid: TimeGrid) -> None:
        self.plan, self.hours, self.steps = plan, grid.step_h, plan.layout.steps

    def value(self, name: str) -> Array:
        program = self.plan.program
        return np.broadcast_to(program.theta[program.parameters[name]], (self.steps,))

    def settled(self, wanted: dict[str, Array]) -> dict[str, Array]:
        """Powers of all components of the station and the storages' contents."""
        layout = self.plan.layout
        table: dict[str, Array] = {}
        circuits = {c.path for c in layout.circuits}
        for e in layout.exchangers:
            between = e.primary in circuits and e.secondary in circuits
            power = np.zeros(self.steps) if between else self.cut(wanted, e.path, "P", "p_max")
            table[f"{e.path}.P"] = power
        for hp in layout.heat_pumps:
            power = self.cut(wanted, hp.path, "P_el", "p_el_max")
            cop = self.value(f"{hp.path}.cop")
            power = np.minimum(power, self.value(f"{hp.path}.p_c_max") / np.maximum(cop - 1, 1e-9))
            table[f"{hp.path}.P_el"], table[f"{hp.path}.P_th"] = power, power * cop
        for e in layout.exchangers:
            if e.heat_pumps:
                table[f"{e.path}.P"] = np.minimum(table[f"{e.path}.P"], self._preheated(e, table))
        for circuit in layout.circuits:
            self._balance(circuit, table, wanted)
        return table

    def _preheated(self, source: Exchanger, table: dict[str, Array]) -> Array:
        """What preheating leaves of a source's limit (eq. 13)."""
        warm = sum((table[f"{p}.P_th"] for p in source.heat_pumps), np.zeros(self.steps))
        left = self.value(f"{source.path}.p_own") - self.value(f"{source.path}.slope") * warm
        return np.maximum(left, 0.0)

    def cut(self, wanted: dict[str, Array], path: str, variable: str, limit: str) -> Array:
        power = wanted.get(f"{path}.{variable}", np.zeros(self.steps))
        return np.clip(power, 0.0, self.value(f"{path}.{limit}"))

    def _balance(self, circuit: Circuit, table: dict[str, Array], wanted: dict[str, Array]) -> None:
        layout = self.plan.layout
        storages = [s for s in layout.storages if s.circuit == circuit.path]
        sinks = [f"{e.path}.P" for e in layout.exchangers if e.primary == circuit.path]
        sources = [f"{p}.P" for p in circuit.sources]
        self._share(circuit, table, sources)
        pumps = [f"{p}.{v}" for p in circuit.heat_pumps for v in ("P_th", "P_el")]
        heat = sources + [n for n in pumps if n.endswith("P_th")]
        given = sum((table[n] for n in heat), np.zeros(self.steps))
        taken = sum((table[n] for n in sinks), np.zeros(self.steps))
        power = self._stored(storages, table, wanted, taken - given)
        gap = taken - given - power  # what the storage cannot balance
        keep_sources = np.where(gap < 0, 1 + gap / np.where(given > 0, given, 1.0), 1.0)
        keep_sinks = np.where(gap > 0, 1 - gap / np.where(taken > 0, taken, 1.0), 1.0)
        for name in sources + pumps:
            table[name] = table[name] * keep_sources
        for name in sinks:
            table[name] = table[name] * keep_sinks

    def _share(self, circuit: Circuit, table: dict[str, Array], sources: list[str]) -> None:
        behind = sum((table[n] for n in sources), np.zeros(self.steps))
        names = ["burden_hot"] if circuit.hot_sinks else []
        need = np.zeros(self.steps)
        for p in circuit.heat_pumps:
            burdens = [self.value(f"{p}.{n}") for n in ("burden", *names)]
            need = need + np.max(burdens, axis=0) * table[f"{p}.P_th"]
        keep = np.minimum(1.0, behind / np.where(need > 0, need, 1.0))
        keep = np.where(need > 0, keep, 1.0)
        for p in circuit.heat_pumps:
            table[f"{p}.P_th"] = table[f"{p}.P_th"] * keep
            table[f"{p}.P_el"] = table[f"{p}.P_el"] * keep

    def _stored(
        self,
        storages: list[Storage],
        table: dict[str, Array],
        wanted: dict[str, Array],
        need: Array,
    ) -> Array:
        """Discharge of the storages, one after the other, as near to `need` as they can."""
        total = np.zeros(self.steps)
        for s in storages:
            limits = {n: float(self.value(f"{s.path}.{n}")[0]) for n in _STORAGE}
            heaters = [self.cut(wanted, h, "P_el", "p_el_max") for h in s.heaters]
            for path, electricity in zip(s.heaters, heaters, strict=True):
                table[f"{path}.P_el"] = electricity.copy()
            power, content = np.zeros(self.steps), np.zeros(self.steps)
            before = limits["q_start"]
            for t in range(self.steps):
                kept = before * (1 - limits["loss_share"] * self.hours)
                kept -= limits["loss_idle"] * self.hours
                heat = 0.0
                for path in s.heaters:
                    eta = float(self.value(f"{path}.eta")[t])
                    room = max(limits["q_max"] - kept, 0.0) / self.hours - heat
                    on = min(float(table[f"{path}.P_el"][t]), max(room, 0.0) / eta)
                    table[f"{path}.P_el"][t] = on
                    heat += eta * on
                usable = (kept - limits["q_min"]) / self.hours + heat
                high = min(max(usable, 0.0), limits["p_max"])
                low = max((kept - limits["q_max"]) / self.hours + heat, -limits["p_max"])
                power[t] = min(max(need[t] - total[t], min(low, 0.0)), high)
                before = content[t] = kept + (heat - power[t]) * self.hours
            table[f"{s.path}.P"], table[f"{s.path}.Q"] = power, content
            total = total + power
        return total


_STORAGE = ("q_start", "q_min", "q_max", "p_max", "loss_share", "loss_idle")


def _schedule(
    plan: Compiled,
    site: SiteLayout,
    grid: TimeGrid,
    table: dict[str, Array],
    rung: str,
    reasons: tuple[str, ...],
    flows: dict[str, Array] | None = None,
) -> Schedule:
    unknown = np.full(grid.count, np.nan)
    names = variables(plan)
    columns = {name: table.get(name, unknown) for name in names}
    for circuit in plan.layout.circuits:
        own = np.full(grid.count, site.site.network(circuit.path).flow)
        for name in flow_columns(plan.layout, circuit):
            columns[name] = np.maximum(own, (flows or {}).get(name, own))
    values = np.column_stack(list(columns.values())) + 0.0
    return Schedule(grid, tuple(columns), values, rung, notes=reasons)
