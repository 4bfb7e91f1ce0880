"""Finds for each flow across the twin's boundary the registers that count it.

A component's own meters are used where one of them, or a signed sum of two, is the flow;
otherwise a register of its own is added, named `component.E_<carrier>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

from sympy import Symbol

from models.balance import BoundaryFlow
from models.kernel.plant import Combination, Meter, Outside, Plant


def boundaries(plant: Plant) -> list[BoundaryFlow]:
    """All flows across the boundary; adds missing meters to the plant."""
    found = []
    for (component, carrier), flow in _crossings(plant).items():
        own = {m.state: m.rate for m in plant.meters if m.component == component}
        registers = _expressed(flow, own)
        if registers is None:
            state = Symbol(f"{component}.E_{carrier}")
            plant.meters.append(Meter(state, component, flow))
            registers = {state: 1}
        found.append(
            BoundaryFlow(component, carrier, {str(s): sign for s, sign in registers.items()})
        )
    return found


def _crossings(plant: Plant) -> dict[tuple[str, str], dict[Symbol, int]]:
    """Net heat from the twin to the outside, by component and carrier."""
    net: dict[tuple[str, str], dict[Symbol, int]] = {}
    for heat in plant.heats:
        for end, sign in ((heat.source, -1), (heat.target, 1)):
            place = plant.place(end)
            if isinstance(place, Outside):
                key = (heat.component, place.name)
            elif place.reservoir:
                key = (place.component, "network")
            else:
                continue
            flow = net.setdefault(key, {})
            flow[heat.flow] = flow.get(heat.flow, 0) + sign
    return {key: flow for key, flow in net.items() if any(flow.values())}


def _expressed(
    wanted: Combination, meters: Mapping[Symbol, Combination]
) -> dict[Symbol, int] | None:
    """The signed sum of at most two meters that equals `wanted`."""
    target = {flow: count for flow, count in wanted.items() if count}
    for size in (1, 2):
        for chosen in combinations(meters, size):
            for signs in product((1, -1), repeat=size):
                signed = dict(zip(chosen, signs, strict=True))
                if _sum(signed, meters) == target:
                    return signed
    return None


def _sum(signed: Mapping[Symbol, int], meters: Mapping[Symbol, Combination]) -> dict[Symbol, int]:
    total: dict[Symbol, int] = {}
    for meter, sign in signed.items():
        for flow, count in meters[meter].items():
            total[flow] = total.get(flow, 0) + sign * count
    return {flow: count for flow, count in total.items() if count}
