"""The points that a component kind can have, found by declaring it in every way it allows.

A kind tells its points only once it is declared (`Component.points()`). So stand-ins are made from
its fields, without a site: one with every default, then others in which one field at a time takes
another of its choices. A point that all of them have is mandatory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rami.asset.component import Component
from rami.asset.reference import Refers
from rami.core.points import Point

#: how far above its least value a whole number is tried
_STEPS = 40
_NUMBERED = re.compile(r"(.*[A-Za-z])_?(\d+)")


@dataclass(frozen=True)
class Member:
    """A point of a kind; `always`: whatever is declared."""

    point: Point
    always: bool


@dataclass(frozen=True)
class Series:
    """Points of one stem numbered from 1 (`T_1`, `T_2`, ...), e.g. the layers of a storage."""

    stem: str
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """Browse name of the object that holds them."""
        return f"{self.stem}_series"


@cache
def members(kind: type[Component]) -> tuple[Member, ...]:
    """The points of a kind, in the order declared.

    Empty for a kind whose points cannot be told from its fields alone; its things then have
    points beyond those of their type.
    """
    told = [points for stand_in in _stand_ins(kind) if (points := _points(stand_in)) is not None]
    table: dict[str, Point] = {}
    for points in told:
        for point in points:
            table.setdefault(point.name, point)
    common = set(table).intersection(*({p.name for p in points} for points in told))
    return tuple(Member(point, name in common) for name, point in table.items())


def series_of(points: tuple[Point, ...]) -> tuple[tuple[Series, ...], tuple[Point, ...]]:
    """Points that form series, and the others in their order.

    Of one stem, two or more, numbered 1, 2, ... in this order, alike in quantity and direction.
    """
    stems: dict[tuple[str, object, object, object], list[Point]] = {}
    for point in points:
        if found := _NUMBERED.fullmatch(point.name):
            key = (found[1], point.quantity, point.direction, point.cumulative)
            if int(found[2]) == len(stems.get(key, ())) + 1:
                stems.setdefault(key, []).append(point)
    series = tuple(Series(stem, tuple(ps)) for (stem, *_), ps in stems.items() if len(ps) > 1)
    inside = {point.name for s in series for point in s.points}
    names = [s.name for s in series]
    if len(set(names)) < len(names):
        return (), points
    return series, tuple(p for p in points if p.name not in inside)


def _points(stand_in: Component) -> tuple[Point, ...] | None:
    try:
        return tuple(stand_in.points())
    except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError):
        return None  # it needs more than its fields have of themselves


def _stand_ins(kind: type[Component]) -> Iterator[Component]:
    hints = get_type_hints(kind)
    fields = kind.model_fields
    base = {name: _value(hints[name], field) for name, field in fields.items()}
    yield kind.model_construct(**base)
    for name, field in fields.items():
        for choice in _choices(hints[name], field):
            if choice != base[name]:
                yield kind.model_construct(**base | {name: choice})


def _value(hint: Any, field: FieldInfo) -> Any:
    if not field.is_required():
        return field.get_default(call_default_factory=True, validated_data={})
    least = next((m.ge for m in field.metadata if isinstance(m, Ge)), None)
    return _made_up(hint) if least is None or hint not in (int, float) else hint(least)


def _choices(hint: Any, field: FieldInfo) -> Iterator[Any]:
    for mark in field.metadata:
        if isinstance(mark, Refers):
            yield from mark.carriers
    if hint is bool:
        yield from (False, True)
    elif hint is int:
        least = next((m.ge for m in field.metadata if isinstance(m, Ge)), 1)
        most = next((m.le for m in field.metadata if isinstance(m, Le)), None)
        yield least
        yield int(least) + _STEPS if most is None else min(most, int(least) + _STEPS)  # type: ignore[call-overload]
    elif get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_origin(hint) in (Union, UnionType):
        yield from (None if a is NoneType else _made_up(a) for a in get_args(hint))


def _made_up(hint: Any) -> Any:
    """Any value of a type; None where there is no telling."""
    plain: dict[Any, Any] = {str: "", int: 1, float: 1.0, bool: False}
    if hint in plain:
        return plain[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return inner[0]
    if origin in (Union, UnionType):
        return _made_up(inner[0])
    if origin is tuple:
        return () if inner[-1:] == (Ellipsis,) else tuple(map(_made_up, inner))
    if origin in (list, set, frozenset, dict):
        return origin()
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        hints = get_type_hints(hint)
        fields = hint.model_fields.items()
        return hint.model_construct(**{n: _value(hints[n], f) for n, f in fields})
    return None
