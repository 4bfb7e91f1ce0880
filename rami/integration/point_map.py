"""A map's rows against the points of a twin: unknown, repeated and unmapped points."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite
from pathlib import Path

from rami.core.errors import Problem
from rami.core.points import Direction, Point
from rami.core.units import allowed, convert
from rami.core.wording import did_you_mean
from rami.integration.map_rows import MapForm, read_rows

#: directions whose points a plant has; the others are a model's own
_EXPECTED = (Direction.MEASURED, Direction.ACTUATED)
_SWITCH = {"true": True, "false": False}
#: points that one message names
_NAMED = 12


@dataclass(frozen=True)
class PointRow:
    """One point and the words its row has."""

    where: str
    point: Point
    words: Mapping[str, str]


@dataclass(frozen=True)
class Conversion:
    """Canonical value = factor x number in the plant + offset."""

    factor: float = 1.0
    offset: float = 0.0


def read_points(
    path: Path, shown: str, points: Sequence[Point], form: MapForm, optional: Sequence[str] = ()
) -> tuple[list[PointRow], list[Problem], list[Problem]]:
    """Rows of known points, what is wrong, what is worth a look.

    `optional` are patterns of points that need no row; a row may say so too. Raises
    ConfigurationError when the file cannot be read.
    """
    file = read_rows(path, shown, form)
    known = {point.name: point for point in points}
    problems = list(file.problems)
    notes: list[Problem] = []
    rows: list[PointRow] = []
    seen: dict[str, str] = {}
    for where, words in file.rows:
        name = words.get("point", "")
        point = known.get(name)
        if point is None:
            what = f"the twin has no point {name!r}" if name else "names no point"
            problems.append(Problem(where, what, did_you_mean(name, known) if name else ""))
        elif name in seen:
            problems.append(Problem(where, f"{name} is mapped already, see {seen[name]}"))
        else:
            seen[name] = where
            rows.append(PointRow(where, point, words))
    for pattern in optional:
        if not any(fnmatchcase(name, pattern) for name in known):
            problems.append(Problem(shown, f"optional: no point fits {pattern!r}"))
    lacking, free = unmapped(shown, points, seen, optional, form.what)
    return rows, problems + lacking, notes + free


def unmapped(
    shown: str, points: Sequence[Point], mapped: Container[str], optional: Sequence[str], what: str
) -> tuple[list[Problem], list[Problem]]:
    """Points that a plant should have and `what` has not: a problem, or a note if optional."""
    without = [p.name for p in points if p.direction in _EXPECTED and p.name not in mapped]
    free = [n for n in without if any(fnmatchcase(n, o) for o in optional)]
    lacking = [n for n in without if n not in free]
    problems: list[Problem] = []
    notes: list[Problem] = []
    if lacking:
        text = f"{len(lacking)} points are not in {what}: {_some(lacking)}"
        problems.append(Problem(shown, text, "map them, or name them under `optional`"))
    if free:
        text = f"{len(free)} optional points are not in {what}: {_some(free)}"
        notes.append(Problem(shown, text))
    return problems, notes


def conversion(row: PointRow, wrong: list[str]) -> Conversion:
    """From `scale`, `offset` and `unit`: value in `unit` = scale x number + offset.

    Without a unit the canonical one is meant. Adds to `wrong` what is.
    """
    point, unit = row.point, row.words.get("unit", row.point.unit)
    scale, offset = scaling(row, "one count", wrong)
    if not measures(unit, point, wrong):
        return Conversion()
    shift = convert(0.0, unit, point.quantity)
    factor = convert(1.0, unit, point.quantity) - shift
    return Conversion(factor * scale, factor * offset + shift)


def scaling(row: PointRow, count: str, wrong: list[str]) -> tuple[float, float]:
    """`scale` and `offset`; adds to `wrong` where a `count` would be worth nothing."""
    scale, offset = number(row, "scale", 1.0, wrong), number(row, "offset", 0.0, wrong)
    if scale == 0.0:
        wrong.append(f"scale is 0; wanted what {count} is worth")
    return scale, offset


def measures(unit: str, point: Point, wrong: list[str]) -> bool:
    """Whether a unit measures what the point is; adds to `wrong` where it does not."""
    units = allowed(point.quantity)
    if unit not in units:
        quantity = point.quantity.replace("_", " ")
        wrong.append(
            f"unit {unit!r} does not measure {quantity}; wanted one of {', '.join(units)}"
            + _by_density(unit, point)
        )
    return unit in units


def _by_density(unit: str, point: Point) -> str:
    """How a flow that is metered by volume is mapped."""
    if point.quantity != "mass_flow" or unit not in allowed("volume_flow"):
        return ""
    return "; of m3/h write unit kg/h and the density as scale, e.g. 983"


def number(row: PointRow, key: str, default: float, wrong: list[str]) -> float:
    """A word as a finite number; adds to `wrong` where it is none."""
    if key not in row.words:
        return default
    try:
        value = float(row.words[key])
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        wrong.append(f"{key} is {row.words[key]!r}; wanted a number")
        return default
    return value


def switch(row: PointRow, key: str, default: bool, wrong: list[str]) -> bool:
    """`true` or `false`; adds to `wrong` where it is neither."""
    word = row.words.get(key)
    if word is None:
        return default
    found = _SWITCH.get(word.lower())
    if found is None:
        wrong.append(f"{key} is {word!r}; wanted true or false")
    return default if found is None else found


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
