"""Heat meters whose registers must fit together: those declared, or the one of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import escape, fullmatch

from rami.information.quality.relation import Registers, Relation
from rami.information.quality.settings import CrossChecks, HeatMeterRegisters
from rami.information.quality.subject import Subject


def meter_relations(names: Iterable[str], settings: CrossChecks) -> list[Relation]:
    """A relation for each declared meter that has its signals; a `*` stands for many meters."""
    there = set(names)
    return [
        relation
        for title, declared in settings.meters.items()
        for relation in _of(title, declared, there, settings)
    ]


def _of(
    title: str, declared: HeatMeterRegisters, there: set[str], settings: CrossChecks
) -> Iterable[Relation]:
    before, star, after = declared.energy.partition("*")
    pattern = f"{escape(before)}(.*){escape(after)}"
    for energy in sorted(there):
        found = fullmatch(pattern if star else escape(before), energy)
        if not found:
            continue
        word = found[1] if star else ""
        inlet, outlet = (t.replace("*", word) for t in (declared.inlet, declared.outlet))
        volume = declared.volume.replace("*", word) if declared.volume else None
        if {inlet, outlet, volume} - {None} <= there:
            name = f"{title} {word}".strip()
            yield _registers(name, energy, inlet, outlet, volume, settings)


def only_meter(
    signals: Sequence[Subject], growth: dict[str, float], settings: CrossChecks
) -> list[Relation]:
    """The meter of a file with one energy register and two of volume times temperature.

    `growth` is what each register gained: the inlet gains more than the outlet.
    """
    energy = [s.name for s in signals if s.cumulative and s.quantity == "energy"]
    sides = [s.name for s in signals if s.quantity == "volume_temperature"]
    volume = [s.name for s in signals if s.cumulative and s.quantity == "volume"]
    if len(energy) != 1 or len(sides) != 2:
        return []
    inlet, outlet = sorted(sides, key=lambda name: -growth.get(name, 0.0))
    one = volume[0] if len(volume) == 1 else None
    return [_registers("heat meter", energy[0], inlet, outlet, one, settings)]


def _registers(
    title: str, energy: str, inlet: str, outlet: str, volume: str | None, settings: CrossChecks
) -> Registers:
    return Registers(
        f"{title}: energy and volume x temperature",
        energy,
        inlet,
        outlet,
        settings.register_window,
        volume,
        accuracy_class=settings.accuracy_class,
        in_service=settings.in_service,
    )
