"""What others add by entry point: kinds, backends, sources, strategies."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any


def found(group: str) -> dict[str, Callable[[], Any]]:
    """Loaders of all entry points in a group, by name; a loader imports when called."""
    points: dict[str, EntryPoint] = {p.name: p for p in entry_points(group=group)}
    return {name: points[name].load for name in sorted(points)}
