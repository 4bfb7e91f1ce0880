"""Planning without what cannot be used: bounds of zero, so that no structure changes.

| not available | in the plan |
|---|---|
| exchanger, heat pump, immersion heater, or a pump or valve that serves it | rests |
| storage | content as it is: no power, no losses, no immersion heater |
| boiler, engines, cooling tower | gives nothing; exchangers do not count on it |
| a station | all of the above of it |
| a supply system | nothing crosses its borders; its own converters serve its own consumers |
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.wording import did_you_mean
from rami.functional.strategy.layout import Storage
from rami.functional.strategy.plan_data import PlanData, Values


def withdrawn(data: PlanData, values: Values) -> dict[str, np.ndarray | float]:
    """The parameters of `values` that change with what `data.state` says is not available.

    Raises DataError for names that the site does not have.
    """
    if not data.state.unavailable:
        return {}
    gone = set(unavailable_parts(data))
    lost = np.arange(data.grid.count) * data.grid.step_h < data.state.unavailable_h
    layout, found = data.layout, dict[str, np.ndarray | float]()

    def rests(name: str) -> None:
        found[name] = np.where(lost, 0.0, values[name])

    for exchanger in layout.exchangers:
        if exchanger.path in gone:
            rests(f"{exchanger.path}.p_max")
    for pump in layout.heat_pumps:
        if pump.path in gone:
            rests(f"{pump.path}.p_el_max")
    for storage in layout.storages:
        frozen = storage.path in gone and (lost.all() or not _follows(data, storage, gone))
        for heater in storage.heaters:
            if heater in gone or storage.path in gone:
                rests(f"{heater}.p_el_max")
                if frozen:
                    found[f"{heater}.p_el_max"] = 0.0
        if frozen:
            for name in ("p_max", "loss_share", "loss_idle", "q_end"):
                found[f"{storage.path}.{name}"] = 0.0
    for unit in (*layout.boilers, *layout.cooling_towers):
        if unit.path in gone:
            rests(f"{unit.path}.p_max")
    for unit in layout.chps:
        if unit.path in gone:
            rests(f"{unit.path}.engines_max")
    return found


def notes(data: PlanData) -> tuple[str, ...]:
    """One line for each name that is not available."""
    hours = data.state.unavailable_h
    whole = hours >= data.grid.count * data.grid.step_h
    span = "for the whole plan" if whole else f"for {hours:g} h"
    return tuple(f"{n}: not available {span}" for n in sorted(data.state.unavailable))


def unavailable_parts(data: PlanData) -> Iterator[str]:
    """Paths of the plan's components that rest; DataError for names that the site lacks."""
    site, layout = data.site.site, data.layout
    known = {*site.twins, *(f"{t}.{n}" for t, one in site.twins.items() for n in one.components)}
    unknown = sorted(data.state.unavailable - known)
    if unknown:
        raise DataError(
            [
                Problem(n, "the site has nothing of this name", did_you_mean(n, known))
                for n in unknown
            ]
        )
    for name in data.state.unavailable:
        twin, _, component = name.partition(".")
        topology = site.twins[twin]
        if component:
            yield name
            for link in topology.links:
                if link.device == component:
                    yield from (
                        f"{twin}.{port.partition('.')[0]}" for port in (link.source, link.target)
                    )
        elif topology.kind == "hts":
            yield from (f"{twin}.{n}" for n in topology.components)
        else:
            for exchanger in layout.exchangers:
                sides = (exchanger.primary, exchanger.secondary)
                if any(side.startswith(f"{twin}.") for side in sides):
                    yield exchanger.path
            yield from (p.path for p in layout.heat_pumps if p.evaporator.startswith(f"{twin}."))


def _follows(data: PlanData, storage: Storage, gone: set[str]) -> bool:
    """Whether a storage rests by itself while all that is around it does."""
    layout = data.layout
    around = [e.path for e in layout.exchangers if storage.circuit in (e.primary, e.secondary)]
    around += [p.path for p in layout.heat_pumps if p.circuit == storage.circuit]
    alone = sum(s.circuit == storage.circuit for s in layout.storages) == 1
    return alone and gone.issuperset(around)
