"""Section `alarms` of a twin: patterns that name measured points, limits in their units."""

from __future__ import annotations

from rami.asset.topology import SiteTopology
from rami.integration.alarm_limits import alarm_limits
from twins.site.checks.case import Case


def check_alarms(case: Case, site: SiteTopology) -> None:
    """Every twin that declares limits."""
    for twin, topology in site.twins.items():
        declared = case.parts.twins[twin].alarms
        if declared is None or not case.parts.whole(twin):
            continue
        points = topology.points.points
        for wrong in alarm_limits(points, topology.components, declared).wrong:
            path = ("twins", twin, "alarms", "points", wrong.entry)
            at = (*path, wrong.key) if wrong.key else path
            case.faults.add(at, wrong.what, hint=wrong.hint, at_key=not wrong.key)
