"""Tolerances of points as declared and by default; loads no arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import inf, isfinite

from rami.core.points import Point
from rami.core.units import allowed, parse, unit_of
from rami.core.wording import did_you_mean
from rami.integration.fidelity_settings import Fidelity

_DIFFERENCE = {"temperature": "temperature_difference"}
_BOTH = re.compile(r"^(?P<share>.*%)\s+or\s+(?P<amount>.*)$")


@dataclass(frozen=True)
class Tolerance:
    """The larger of `amount` (canonical unit) and `share` times the size of the value."""

    amount: float
    share: float = 0.0

    def at(self, value: float) -> float:
        """The tolerance at a value, canonical unit."""
        return max(self.amount, self.share * abs(value)) if self.share else self.amount


#: what a model may be off, by quantity of the point
FIDELITY: Mapping[str, Tolerance] = {
    "temperature": Tolerance(2.0),
    "temperature_difference": Tolerance(2.0),
    "power": Tolerance(10.0, 0.05),
    "mass_flow": Tolerance(0.2, 0.05),
    "energy": Tolerance(50.0, 0.05),
    "share": Tolerance(0.05, 0.05),
    "pressure": Tolerance(0.2, 0.05),
}
#: standard deviation of a sensor, by quantity: a class B thermometer, a class 2 flow meter
NOISE: Mapping[str, Tolerance] = {
    "temperature": Tolerance(0.2),
    "temperature_difference": Tolerance(0.2),
    "power": Tolerance(1.0, 0.01),
    "mass_flow": Tolerance(0.02, 0.01),
    "energy": Tolerance(5.0, 0.01),
    "share": Tolerance(0.01, 0.01),
    "pressure": Tolerance(0.02, 0.01),
}
#: of a quantity that has no default: never judged
UNBOUNDED = Tolerance(inf)


@dataclass(frozen=True)
class Wrong:
    """A fault of the section: the key (`points`, `noise`) and entry it is at, what, a hint.

    `at_name`: the pattern is wrong, not its amount.
    """

    key: str
    entry: str
    what: str
    hint: str = ""
    at_name: bool = False


@dataclass
class Tolerances:
    """Fidelity and noise of each point in order, and all that is wrong with the section."""

    fidelity: tuple[Tolerance, ...] = ()
    noise: tuple[Tolerance, ...] = ()
    wrong: list[Wrong] = field(default_factory=list)


def judged(points: Iterable[Point]) -> tuple[Point, ...]:
    """Those of some points whose difference says something: registers drift apart for ever."""
    return tuple(p for p in points if not p.cumulative and p.quantity in FIDELITY)


def tolerances_of(points: Iterable[Point], settings: Fidelity | None = None) -> Tolerances:
    """Fidelity and noise of each of `points`; patterns of `settings` must name some of them."""
    settings = settings or Fidelity()
    listed = tuple(points)
    found = Tolerances()
    found.fidelity = _of(listed, "points", settings.points, FIDELITY, found.wrong)
    found.noise = _of(listed, "noise", settings.noise, NOISE, found.wrong)
    return found


def _of(
    points: tuple[Point, ...],
    key: str,
    entries: Mapping[str, str],
    defaults: Mapping[str, Tolerance],
    wrong: list[Wrong],
) -> tuple[Tolerance, ...]:
    found = [defaults.get(p.quantity, UNBOUNDED) for p in points]
    names = [p.name for p in points]
    for pattern, text in entries.items():
        meant = [i for i, name in enumerate(names) if fnmatchcase(name, pattern)]
        if not meant:
            what = f"{pattern!r} names no measured point"
            wrong.append(Wrong(key, pattern, what, did_you_mean(pattern, names), True))
        told: set[str] = set()
        for place in meant:
            quantity = points[place].quantity
            default = defaults.get(quantity, UNBOUNDED)
            try:
                found[place] = _read(text, points[place], default)
            except ValueError as error:
                if quantity not in told:
                    wrong.append(Wrong(key, pattern, f"{names[place]}: {error}"))
                told.add(quantity)
    return tuple(found)


def _read(text: str, point: Point, default: Tolerance) -> Tolerance:
    quantity, ratio = point.quantity, _is_ratio(point)
    both = _BOTH.match(text)
    if both:
        if quantity == "share" and not ratio:
            raise ValueError(f"{text!r}: a share is off by one amount, e.g. '5 %'")
        return Tolerance(_amount(both["amount"], quantity), _amount(both["share"], "share"))
    if text.endswith("%") and (quantity != "share" or ratio):
        return Tolerance(default.amount, _amount(text, "share"))
    return Tolerance(_amount(text, quantity))


def _amount(text: str, quantity: str) -> float:
    quantity = _DIFFERENCE.get(quantity, quantity)
    if quantity == "share" and not text.endswith("%"):
        value = float(parse(float(text) if _is_number(text) else text, "share"))
    else:
        value = parse(text, quantity)
    if not (isfinite(value) and value > 0.0):
        example = "5 %" if quantity == "share" else f"2 {allowed(quantity)[0]}"
        raise ValueError(f"{text!r} allows nothing; wanted more than 0, e.g. {example!r}")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_ratio(point: Point) -> bool:
    """A share without upper bound is a plain number, such as a coefficient of performance."""
    return point.quantity == "share" and not isfinite(point.high)


def written_at(value: float, point: Point) -> str:
    """A difference of a point in words; a plain number without percent."""
    return f"{value:.3g}" if _is_ratio(point) else written(value, point.quantity)


def written(value: float, quantity: str) -> str:
    """A difference in words: `3.2 K`, `4 %`."""
    unit = unit_of(_DIFFERENCE.get(quantity, quantity))
    return f"{100 * value:.3g} %" if unit == "1" else f"{value:.3g} {unit}"
