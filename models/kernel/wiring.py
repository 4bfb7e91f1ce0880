"""Closes a plant: turns links into pipes, gives every flow and arriving temperature its meaning."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import sympy as sp
from sympy import Symbol

from models.kernel.functions import pos
from models.kernel.hydraulics import flows
from models.kernel.plant import Combination, Heat, Meter, Pipe, Plant
from rami.asset.water import HEAT_CAPACITY
from rami.core.errors import ModelError
from rami.core.wording import did_you_mean

#: flow that gives an idle port the temperature of its own water, kg/s
_TINY = 1e-9

#: pipes that touch a port, with +1 where the water flows into it
_Touching = dict[str, list[tuple[Pipe, int]]]


def close(plant: Plant) -> None:
    """Define all flows of water and the heat they carry; ModelError with every wiring fault."""
    touching = _connect(plant)
    plant.pipes = [
        replace(p, source=plant.store(p.source), target=plant.store(p.target)) for p in plant.pipes
    ]
    plant.signals.update(flows(plant.topology.name, plant.pipes, plant.devices))
    for pipe in plant.pipes:
        source, target = plant.store(pipe.source), plant.store(pipe.target)
        plant.signals[pipe.heat] = HEAT_CAPACITY * (
            pos(pipe.flow) * source.temperature - pos(-pipe.flow) * target.temperature
        )
        plant.heats.append(Heat(pipe.heat, source.component, source, target))
    _arrivals(plant, touching)
    _carried(plant, touching)
    for state, component, flow in plant.registers:
        plant.meters.append(Meter(state, component, plant.totals.get(flow, {flow: 1})))


def _connect(plant: Plant) -> _Touching:
    """A pipe for every link; ModelError for unknown ports and devices, and for open ports."""
    topology = plant.topology
    problems = []
    touching: _Touching = defaultdict(list)
    labels = Counter(f"{link.source}>{link.target}" for link in topology.links)
    for number, link in enumerate(topology.links):
        where = f"{topology.name}: link {link.source} -> {link.target}"
        problems += [
            f"{where}: no port {port!r}; {did_you_mean(port, plant.ports)}"
            for port in (link.source, link.target)
            if port not in plant.ports
        ]
        if link.device is not None and link.device not in plant.devices:
            problems.append(
                f"{where}: {link.device!r} sets no flow; {did_you_mean(link.device, plant.devices)}"
            )
        label = f"{link.source}>{link.target}"
        if labels[label] > 1:
            label += f"#{number}"
        pipe = Pipe(
            link.source, link.target, Symbol(f"m:{label}"), Symbol(f"H:{label}"), link.device
        )
        plant.pipes.append(pipe)
        touching[link.source].append((pipe, -1))
        touching[link.target].append((pipe, 1))
    problems += [
        f"{topology.name}: port {port} is connected to nothing; link it, or leave its component out"
        for port in plant.ports
        if port not in touching
    ]
    if problems:
        raise ModelError("\n".join(problems))
    return touching


def _arrivals(plant: Plant, touching: _Touching) -> None:
    """Temperature of the water that arrives at each inlet, mixed where several links do."""
    for inlet in plant.inlets:
        own = plant.store(inlet.port).temperature
        pipes = touching[inlet.port]
        others = [plant.store(p.source if sign > 0 else p.target).temperature for p, sign in pipes]
        arriving = [pos(sign * p.flow) for p, sign in pipes]
        if len(pipes) == 1:
            plant.signals[inlet.temperature] = others[0]
        else:
            mixed = sp.Add(*(m * t for m, t in zip(arriving, others, strict=True)))
            plant.signals[inlet.temperature] = (mixed + _TINY * own) / (sp.Add(*arriving) + _TINY)
        plant.signals[inlet.flow] = sp.Add(*(sign * p.flow for p, sign in pipes))
    for symbol, (port, direction) in plant.through.items():
        plant.signals[symbol] = sp.Add(*(direction * sign * p.flow for p, sign in touching[port]))


def _carried(plant: Plant, touching: _Touching) -> None:
    """Net heat that the links take out of a component's water."""
    for symbol, component in plant.carried.items():
        net: dict[Symbol, int] = {}
        for port, pipes in touching.items():
            if port.rpartition(".")[0] == component:
                for pipe, sign in pipes:
                    net[pipe.heat] = net.get(pipe.heat, 0) - sign
        flow: Combination = {heat: count for heat, count in net.items() if count}
        plant.totals[symbol] = flow
        plant.signals[symbol] = sp.Add(*(count * heat for heat, count in flow.items()))
