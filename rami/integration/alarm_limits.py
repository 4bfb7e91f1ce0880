"""Limits of measured points beyond which somebody is told, in canonical units; loads no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import inf, isfinite

from rami.asset.component import Component
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_storage import HeatStorage
from rami.core.points import Direction, Point
from rami.core.units import parse
from rami.core.wording import did_you_mean
from rami.integration.alarm_settings import AlarmSettings, PointAlarms
from rami.integration.limits import Wrong

#: from the lowest to the highest
LEVELS = ("low_low", "low", "high", "high_high")
_DIFFERENCE = {"temperature": "temperature_difference"}
#: of the design power, that an exchanger carries all the same; K above a full storage
_OVERLOAD, _OVERHEAT = 1.1, 15.0
#: share of what lies between the limits by which a value is back inside
_BACK = 0.01


@dataclass(frozen=True)
class AlarmLimit:
    """`levels` are those of `LEVELS` that there are; the rest as in `PointAlarms`."""

    point: Point
    levels: Mapping[str, float]
    deadband: float
    delay_s: float = 0.0


@dataclass
class AlarmLimits:
    """Limits of the points that have any, and all that is wrong with their declaration."""

    all: tuple[AlarmLimit, ...] = ()
    wrong: list[Wrong] = field(default_factory=list)


def alarm_limits(
    points: tuple[Point, ...],
    components: Mapping[str, Component],
    settings: AlarmSettings | None = None,
) -> AlarmLimits:
    """Of the measured ones among `points`: what the engineering data of its component say
    (`usual_levels`), else the range that the point declares, then entry by entry."""
    settings = settings or AlarmSettings()
    measured = [p for p in points if p.direction is Direction.MEASURED]
    found, names = AlarmLimits(), [p.name for p in measured]
    for pattern in settings.points:
        if not any(fnmatchcase(name, pattern) for name in names):
            hint = did_you_mean(pattern, names)
            found.wrong.append(Wrong(pattern, "", f"{pattern!r} names no measured point", hint))
    limits = (_limit(p, components, settings, found.wrong) for p in measured)
    found.all = tuple(limit for limit in limits if limit.levels)
    return found


def usual_levels(point: Point, components: Mapping[str, Component]) -> dict[str, float]:
    """A heat exchanger's power above its design, a storage hotter than full; else the range."""
    name, _, quantity = point.name.partition(".")
    component = components.get(name)
    if isinstance(component, HeatExchanger) and quantity == "P":
        power = component.design.power
        return {"high": _OVERLOAD * power, "high_high": point.high, "low_low": point.low}
    if isinstance(component, HeatStorage) and quantity == "T_1":
        return {"high": component.usable + _OVERHEAT}
    return {"low": point.low, "high": point.high}


def _limit(
    point: Point,
    components: Mapping[str, Component],
    settings: AlarmSettings,
    wrong: list[Wrong],
) -> AlarmLimit:
    levels = usual_levels(point, components)
    entries = [(p, e) for p, e in settings.points.items() if fnmatchcase(point.name, p)]
    deadband, delay, last = -1.0, settings.delay, ""
    for pattern, entry in entries:
        last = pattern
        for level in LEVELS:
            levels[level] = _amount(point, pattern, level, entry, levels.get(level, inf), wrong)
        deadband = _amount(point, pattern, "deadband", entry, deadband, wrong)
        delay = entry.delay if entry.delay is not None else delay
    known = {level: levels[level] for level in LEVELS if isfinite(levels.get(level, inf))}
    values = list(known.values())
    if values != sorted(set(values)):
        told = ", ".join(f"{level} {value:g}" for level, value in known.items())
        what = f"{point.name}: limits do not rise from low_low to high_high: {told} {point.unit}"
        wrong.append(Wrong(last, "", what))
    if deadband < 0.0:
        span = values[-1] - values[0] if len(values) > 1 else 0.0
        deadband = _BACK * (span or max(map(abs, values), default=0.0))
    return AlarmLimit(point, known, deadband, delay)


def _amount(
    point: Point, pattern: str, key: str, entry: PointAlarms, default: float, wrong: list[Wrong]
) -> float:
    text = getattr(entry, key)
    if text is None:
        return default
    quantity = point.quantity
    if key == "deadband":
        quantity = _DIFFERENCE.get(quantity, quantity)
    try:
        value = float(parse(text, quantity))
    except ValueError as error:
        fault = Wrong(pattern, key, f"{point.name}: {error}")
        if not any((w.entry, w.key) == (pattern, key) for w in wrong):
            wrong.append(fault)
        return default
    return value
