"""Section `guard` of a twin: inputs that are there, limits that fit their points and units."""

from __future__ import annotations

from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.points import Direction, PointIndex
from rami.integration.limits import limits_of
from twins.site.checks.case import Case
from twins.site.node import Path

_SET = (Direction.ACTUATED, Direction.DISTURBANCE)


def check_guards(case: Case, site: SiteTopology) -> None:
    """Every twin that names limits, or has a plant to be guarded."""
    for twin, topology in site.twins.items():
        declared = case.parts.twins[twin]
        if case.parts.whole(twin) and (declared.guard or declared.backends.plant):
            _check(case, twin, topology)


def _check(case: Case, twin: str, topology: TwinTopology) -> None:
    guard = case.parts.twins[twin].guard
    points = topology.points.points
    inputs = PointIndex(p for p in points if p.direction in _SET)
    measured = [p for p in points if p.direction not in _SET]
    for wrong in limits_of(inputs, measured, guard).wrong:
        path: Path = ("twins", twin, "guard") if guard else ("twins", twin, "backends", "plant")
        if wrong.entry:
            path = (*path, "inputs", wrong.entry)
        key = bool(wrong.key)
        path = (*path, wrong.key) if key else path
        case.faults.add(path, wrong.what, hint=wrong.hint, at_key=not key)
