"""What others add by entry point: kinds, backends, sources, strategies."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, distributions
from typing import Any


def found(group: str) -> dict[str, Callable[[], Any]]:
    """Loaders of all entry points in a group, by name; a loader imports when called.

    Of several packages that claim one name, the first on the path has it.
    """
    points: dict[str, EntryPoint] = {}
    for point in installed():
        if point.group == group:
            points.setdefault(point.name, point)
    return {name: points[name].load for name in sorted(points)}


@cache
def installed() -> tuple[EntryPoint, ...]:
    """Every entry point of this environment; read once, since it opens a file per package."""
    return tuple(point for package in distributions() for point in package.entry_points)
