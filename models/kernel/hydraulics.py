"""Flows of all links: set by a device, or following from the mass balances by leaf peeling.

No pressures: a store passes on what it receives. Wherever all links but one are known, the
last follows; what remains undetermined lacks a pump, what contradicts has two in series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr, Symbol

from models.kernel.plant import Combination, Pipe, Store
from rami.core.errors import ModelError


def flows(twin: str, pipes: Sequence[Pipe], devices: Mapping[str, Symbol]) -> dict[Symbol, Expr]:
    """The definition of every pipe's flow; the pipes' ends must be stores.

    Raises ModelError naming the stores without a pump, or the devices in series.
    """
    combined: dict[Symbol, Combination] = {
        p.flow: {devices[p.device]: 1} for p in pipes if p.device is not None
    }
    touching: dict[str, list[tuple[Pipe, int]]] = defaultdict(list)
    for pipe in pipes:
        for end, sign in ((pipe.source, -1), (pipe.target, 1)):
            assert isinstance(end, Store)
            if not end.reservoir:
                touching[end.name].append((pipe, sign))
    _peel(touching, combined)
    _check(twin, touching, combined)
    return {
        flow: sp.Add(*(count * device for device, count in parts.items()))
        for flow, parts in combined.items()
    }


def _balance(
    touching: Sequence[tuple[Pipe, int]], combined: Mapping[Symbol, Combination]
) -> dict[Symbol, int]:
    """Net inflow from the known pipes, without zeros."""
    net: dict[Symbol, int] = defaultdict(int)
    for pipe, sign in touching:
        for device, count in combined.get(pipe.flow, {}).items():
            net[device] += sign * count
    return {device: count for device, count in net.items() if count}


def _peel(
    touching: Mapping[str, Sequence[tuple[Pipe, int]]], combined: dict[Symbol, Combination]
) -> None:
    waiting = list(touching)
    while waiting:
        later = []
        for name in waiting:
            unknown = [(p, s) for p, s in touching[name] if p.flow not in combined]
            if len(unknown) > 1:
                later.append(name)
            elif unknown:
                pipe, sign = unknown[0]
                net = _balance(touching[name], combined)
                combined[pipe.flow] = {device: -sign * count for device, count in net.items()}
        if len(later) == len(waiting):
            return
        waiting = later


def _check(
    twin: str,
    touching: Mapping[str, Sequence[tuple[Pipe, int]]],
    combined: Mapping[Symbol, Combination],
) -> None:
    open_stores, series = [], []
    for name, around in touching.items():
        if any(p.flow not in combined for p, _ in around):
            open_stores.append(name)
            continue
        net = _balance(around, combined)
        if net:
            names = sorted(str(device).rpartition(".")[0] for device in net)
            series.append(f"{' and '.join(names)} at {name}")
    problems = []
    if open_stores:
        problems.append(
            f"a pump is missing around {', '.join(open_stores)}; name a pump, valve or "
            f"consumer as the `device` of one of the links there"
        )
    if series:
        problems.append(
            f"two pumps in series: {'; '.join(series)} set flows that cannot all hold; take "
            f"the `device` off one of the links, or give the water a branch"
        )
    if problems:
        raise ModelError("\n".join(f"{twin}: {problem}" for problem in problems))
