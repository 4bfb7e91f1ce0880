"""What a caller hands to the guard, taken apart before anything is believed."""

from __future__ import annotations

from math import isfinite
from numbers import Real

import numpy as np

from rami.asset.live import Mask, Vector
from rami.core.points import Point
from rami.core.units import allowed, convert
from rami.integration.refusal import Reason, Refusal


def vector(values: object, size: int) -> Vector | Refusal:
    """Numbers of shape (size,) as float64."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
        return Refusal(Reason.TYPE, f"wanted an array of numbers, got {_named(values)}")
    if values.shape != (size,):
        return Refusal(Reason.TYPE, f"wanted {size} values, got the shape {values.shape}")
    with np.errstate(over="ignore"):
        return np.asarray(values.astype(np.float64))


def mask(chosen: object, size: int) -> Mask | Refusal:
    """A choice of inputs of shape (size,)."""
    if not isinstance(chosen, np.ndarray) or chosen.dtype != np.bool_ or chosen.shape != (size,):
        return Refusal(Reason.TYPE, f"wanted {size} booleans as choice, got {_named(chosen)}")
    return chosen


def number(value: object, unit: object, point: Point) -> float | Refusal:
    """One value in the point's canonical unit; `unit` None means canonical."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return Refusal(Reason.TYPE, f"wanted a number, got {_named(value)}")
    try:
        plain = float(value)
    except OverflowError:
        return Refusal(Reason.NOT_FINITE, "larger than any float")
    if unit is not None:
        if not isinstance(unit, str) or unit not in allowed(point.quantity):
            wanted = ", ".join(allowed(point.quantity))
            return Refusal(Reason.UNIT, f"{str(unit)[:20]!r}, wanted one of {wanted}")
        plain = convert(plain, unit, point.quantity)
    return plain if isfinite(plain) else Refusal(Reason.NOT_FINITE, str(plain))


def aged(at_ns: object, now: int, most_ns: int) -> Refusal | None:
    """A refusal where a request was made too long ago, or is yet to be made."""
    if isinstance(at_ns, bool) or not isinstance(at_ns, int | np.integer):
        return Refusal(Reason.TYPE, f"wanted UTC ns as time of the request, got {_named(at_ns)}")
    age = now - int(at_ns)
    if age > most_ns:
        return Refusal(Reason.STALE, f"{age / 1e9:.0f} s old, at most {most_ns / 1e9:g} s")
    if age < 0:
        return Refusal(Reason.STALE, f"{-age / 1e9:g} s in the future")
    return None


def holder(name: object) -> str | Refusal:
    """A name that the audit can show."""
    if not isinstance(name, str) or not name.strip() or len(name) > 80 or not name.isprintable():
        return Refusal(Reason.TYPE, "wanted the holder's name, 1 to 80 printable characters")
    return name.strip()


def _named(value: object) -> str:
    kind = type(value).__name__
    return f"{kind} of {value.dtype}" if isinstance(value, np.ndarray) else kind
