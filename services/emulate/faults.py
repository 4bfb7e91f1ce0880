"""The faults on a plant: which are active now, and what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.core.errors import ConfigurationError, Problem
from rami.core.points import Direction, PointIndex
from rami.core.wording import did_you_mean
from services.emulate.fault import (
    Broken,
    Delay,
    Drift,
    Fault,
    Fouling,
    Freeze,
    Link,
    Refuse,
    Restart,
    Spike,
    Stuck,
    Wear,
    name_of,
    read_fault,
)
from services.emulate.plant import fouled_signal

Vector = NDArray[np.float64]

_DAY_S, _HOUR_S = 86400.0, 3600.0
#: what fouling and wear leave at least
_LEAST = 0.02


@dataclass
class Entry:
    """A fault that was put on: when it begins (s), whether it has been felt, and where an
    actuator stuck."""

    name: str
    fault: Fault
    begin_s: float
    felt: bool = False
    at: float | None = None

    def active(self, now_s: float) -> bool:
        """Whether it acts now; each acts for one scan at least."""
        if now_s < self.begin_s:
            return False
        lasts = self.fault.lasts
        return not self.felt or lasts is None or now_s < self.begin_s + lasts


@dataclass
class Effects:
    """What all active faults do together; places are those of inputs or outputs."""

    link_down: bool = False
    restarting: bool = False
    keep: bool = True
    frozen_all: bool = False
    frozen: set[int] = field(default_factory=set)
    offsets: dict[int, float] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    delay_s: float = 0.0
    refuse_all: bool = False
    refused: set[int] = field(default_factory=set)
    factors: dict[str, float] = field(default_factory=dict)
    stuck: dict[int, float] = field(default_factory=dict)


class Faults:
    """Put on, felt, over or cleared by name."""

    def __init__(self, topology: TwinTopology, inputs: PointIndex, outputs: PointIndex) -> None:
        self._topology, self._inputs, self._outputs = topology, inputs, outputs
        self.entries: dict[str, Entry] = {}

    def add(self, fault: Fault, now_s: float) -> str:
        """Put a fault on; its name. ConfigurationError for a target or name that cannot be."""
        name = name_of(fault)
        if name in self.entries:
            hint = "clear it first, or give another name"
            raise ConfigurationError([Problem("fault", f"{name} is on already", hint)])
        target = getattr(fault, "target", None)
        if target is not None:
            known = self._targets(fault)
            if target not in known:
                what = f"{fault.kind} has no target {target!r}"
                raise ConfigurationError([Problem("fault", what, did_you_mean(target, known))])
        self.entries[name] = Entry(name, fault, now_s + fault.after)
        return name

    def clear(self, name: str) -> None:
        """Take a fault off, or `all`; ConfigurationError for a name that is not on."""
        if name == "all":
            self.entries.clear()
        elif name in self.entries:
            del self.entries[name]
        else:
            hint = did_you_mean(name, self.entries) if self.entries else "none is on"
            raise ConfigurationError([Problem("fault", f"no fault {name!r}", hint)])

    def shift(self, passed_s: float) -> None:
        """It is so much later: what is on has been on as long as before."""
        for entry in self.entries.values():
            entry.begin_s += passed_s

    def _targets(self, fault: Fault) -> list[str]:
        components = self._topology.components
        if isinstance(fault, Fouling):
            return [n for n, c in components.items() if fouled_signal(c)]
        if isinstance(fault, Wear):
            return list(self._topology.of(Pump))
        if isinstance(fault, Refuse):
            return list(self._inputs.names)
        if isinstance(fault, Stuck):
            points = self._inputs.points
            return [p.name for p in points if p.direction is Direction.ACTUATED]
        return list(self._outputs.names)

    def effects(self, now_s: float, position: Vector) -> Effects:
        """What acts in the scan that begins now; those that are over are forgotten."""
        found = Effects()
        for entry in list(self.entries.values()):
            if entry.active(now_s):
                self._feel(entry, now_s, position, found)
                entry.felt = True
            elif entry.felt:
                del self.entries[entry.name]
        return found

    def _feel(self, entry: Entry, now_s: float, position: Vector, found: Effects) -> None:
        fault, since = entry.fault, now_s - entry.begin_s
        match fault:
            case Link():
                found.link_down = True
            case Restart():
                found.restarting, found.keep = True, bool(fault.keep)
                found.link_down = True
            case Freeze():
                if fault.target is None:
                    found.frozen_all = True
                else:
                    found.frozen.add(self._outputs[fault.target])
            case Spike() | Drift():
                size = fault.size if isinstance(fault, Spike) else fault.rate * since / _HOUR_S
                place = self._outputs[fault.target]
                found.offsets[place] = found.offsets.get(place, 0.0) + size
            case Broken():
                found.broken.add(self._outputs[fault.target])
            case Delay():
                found.delay_s = max(found.delay_s, fault.by)
            case Refuse():
                if fault.target is None:
                    found.refuse_all = True
                else:
                    found.refused.add(self._inputs[fault.target])
            case Fouling() | Wear():
                component = self._topology.components[fault.target]
                signal = fouled_signal(component) if isinstance(fault, Fouling) else "m"
                name = f"{fault.target}.{signal}"
                left = max(1.0 - fault.size - fault.rate * since / _DAY_S, _LEAST)
                found.factors[name] = found.factors.get(name, 1.0) * left
            case Stuck():
                place = self._inputs[fault.target]
                if entry.at is None:
                    entry.at = float(position[place]) if fault.at is None else fault.at
                found.stuck[place] = entry.at

    def told(self, now_s: float) -> list[dict[str, Any]]:
        """All that are on, for status."""
        return [
            {
                **entry.fault.model_dump(by_alias=True, exclude_none=True),
                "name": entry.name,
                "active": entry.active(now_s),
            }
            for entry in self.entries.values()
        ]

    def save(self) -> list[dict[str, Any]]:
        """For a saved state."""
        return [
            {
                "fault": e.fault.model_dump(by_alias=True),
                "begin_s": e.begin_s,
                "felt": e.felt,
                "at": e.at,
            }
            for e in self.entries.values()
        ]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        """Go back to what `save` gave."""
        self.entries = {}
        for one in saved:
            fault = read_fault(one["fault"])
            entry = Entry(name_of(fault), fault, one["begin_s"], one["felt"], one["at"])
            self.entries[entry.name] = entry
