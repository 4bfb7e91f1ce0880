"""Limits of the inputs of a twin as declared and as their points say; loads no arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import inf, isfinite
from typing import Any

from rami.core.points import Direction, Point, PointIndex
from rami.core.units import allowed, parse
from rami.core.wording import did_you_mean
from rami.integration.role import Role
from rami.integration.settings import WRITERS, GuardedInput, GuardSettings, OnLoss

#: units of time that a rate may be per
_PER = ("s", "min", "h")
_DIFFERENCE = {"temperature": "temperature_difference"}


@dataclass(frozen=True)
class Limit:
    """Limits of one input in canonical units; `rate` per second, times in seconds.

    An input without roles is not guarded and nobody may write it.
    """

    name: str
    low: float
    high: float
    rate: float = inf
    safe: float = 0.0
    deadband: float = 0.0
    on_loss: OnLoss = "safe"
    roles: tuple[Role, ...] = WRITERS
    lease: float = 30.0
    depends_on: str | None = None
    measured_within: float = inf


@dataclass(frozen=True)
class Wrong:
    """A fault of the section: entry and key it is at (empty: the entry itself), what, a hint."""

    entry: str
    key: str
    what: str
    hint: str = ""


@dataclass
class Limits:
    """Limits in the order of the inputs, and all that is wrong with their declaration."""

    all: tuple[Limit, ...] = ()
    wrong: list[Wrong] = field(default_factory=list)


def limits_of(
    inputs: PointIndex, measured: Sequence[Point], settings: GuardSettings | None = None
) -> Limits:
    """The limits of each of `inputs`, from its point, then entry by entry.

    Actuators are guarded by default; other inputs (weather, demands) only where an entry names
    them in full. `measured` are the points that an input may depend on.
    """
    settings = settings or GuardSettings()
    found = Limits()
    found.wrong += _unknown(inputs, measured, settings)
    found.all = tuple(_limit(point, settings, found.wrong) for point in inputs.points)
    return found


def _unknown(
    inputs: PointIndex, measured: Sequence[Point], settings: GuardSettings
) -> Iterator[Wrong]:
    names = [p.name for p in measured]
    for pattern, entry in settings.inputs.items():
        if not any(_meant(pattern, point) for point in inputs.points):
            kind = "input" if pattern not in names else "input but a measured point"
            hint = did_you_mean(pattern, inputs.names)
            yield Wrong(pattern, "", f"{pattern!r} is no {kind}", hint)
        if entry.depends_on is not None and entry.depends_on not in names:
            what = f"no measured point {entry.depends_on!r}"
            hint = did_you_mean(entry.depends_on, names)
            yield Wrong(pattern, "depends_on", what, hint if hint.startswith("did") else "")


def _meant(pattern: str, point: Point) -> bool:
    if point.direction is Direction.ACTUATED:
        return fnmatchcase(point.name, pattern)
    return point.name == pattern


def _limit(point: Point, settings: GuardSettings, wrong: list[Wrong]) -> Limit:
    entries = {p: e for p, e in settings.inputs.items() if _meant(p, point)}
    if point.direction is not Direction.ACTUATED and not entries:
        return Limit(point.name, point.low, point.high, roles=())
    reader = _Reader(point, entries, wrong)
    low = reader.number("low", point.low)
    high = reader.number("high", point.high)
    safe = reader.number("safe", min(max(point.start, low), high))
    where = reader.where("low") or reader.where("high")
    if low > high:
        reader.fault(where, f"low {low:g} lies above high {high:g} {point.unit}")
    elif not (isfinite(low) and isfinite(high)):
        what = f"{point.name} has no bounds of its own"
        reader.fault(where or (next(iter(entries), ""), ""), what, "declare low and high")
    elif not low <= safe <= high:
        what = f"safe {safe:g} lies outside {low:g} to {high:g} {point.unit}"
        reader.fault(reader.where("safe") or where, what)
    for key, value in (("low", low), ("high", high)):
        if reader.where(key) and not point.low <= value <= point.high:
            reader.fault(
                reader.where(key),
                f"{key} {value:g} lies outside what {point.name} can be, "
                f"{point.low:g} to {point.high:g} {point.unit}",
            )
    if reader.chosen("measured_within", None) and not reader.chosen("depends_on", None):
        reader.fault(reader.where("measured_within"), "belongs to a depends_on, which is missing")
    return Limit(
        name=point.name,
        low=low,
        high=high,
        rate=reader.rate(),
        safe=safe,
        deadband=reader.number("deadband", 0.0, difference=True),
        on_loss=reader.chosen("on_loss", "safe"),
        roles=reader.chosen("roles", WRITERS),
        lease=reader.chosen("lease", settings.lease),
        depends_on=reader.chosen("depends_on", None),
        measured_within=reader.chosen("measured_within", inf),
    )


class _Reader:
    """The entries for one point, the last one that says something holding."""

    def __init__(self, point: Point, entries: dict[str, GuardedInput], wrong: list[Wrong]) -> None:
        self.point, self.entries, self.wrong = point, entries, wrong

    def where(self, key: str) -> tuple[str, str] | None:
        said = [p for p, entry in self.entries.items() if getattr(entry, key) is not None]
        return (said[-1], key) if said else None

    def chosen(self, key: str, default: Any) -> Any:
        place = self.where(key)
        return default if place is None else getattr(self.entries[place[0]], key)

    def number(self, key: str, default: float, *, difference: bool = False) -> float:
        place = self.where(key)
        if place is None:
            return default
        text = getattr(self.entries[place[0]], key)
        value = self._parsed(place, text, difference)
        if value is not None and difference and value < 0.0:
            self.fault(place, f"{text!r} is negative")
        return default if value is None else value

    def rate(self) -> float:
        place = self.where("rate")
        if place is None:
            return inf
        text = str(self.entries[place[0]].rate)
        amount, _, per = text.rpartition("/")
        quantity = _DIFFERENCE.get(self.point.quantity, self.point.quantity)
        example = f"e.g. '5 {allowed(quantity)[-1]}/min'"
        if per.strip() not in _PER or not amount:
            self.fault(place, f"{text!r} is not a change per s, min or h", example)
            return inf
        value = self._parsed(place, amount, difference=True)
        if value is None:
            return inf
        rate = value / parse(f"1 {per.strip()}", "time")
        if rate <= 0.0:
            self.fault(place, f"{text!r} lets nothing move", example)
        return rate

    def fault(self, place: tuple[str, str] | None, what: str, hint: str = "") -> None:
        entry, key = place or ("", "")
        self.wrong.append(Wrong(entry, key, what, hint))

    def _parsed(self, place: tuple[str, str], text: str, difference: bool) -> float | None:
        quantity = self.point.quantity
        if difference:
            quantity = _DIFFERENCE.get(quantity, quantity)
        try:
            number: object = float(text)
        except ValueError:
            number = text
        try:
            value = parse(number, quantity)
        except (ValueError, KeyError) as error:
            self.fault(place, f"{self.point.name}: {error}")
            return None
        if not isfinite(value):
            self.fault(place, f"{self.point.name}: {text!r} is not a number")
            return None
        return value
