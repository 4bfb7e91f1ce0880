"""Section `fidelity` of a twin: patterns that name measured points, amounts in their units."""

from __future__ import annotations

from rami.asset.topology import SiteTopology
from rami.core.points import Direction
from rami.integration.tolerance import tolerances_of
from twins.site.checks.case import Case

_SET = (Direction.ACTUATED, Direction.DISTURBANCE)


def check_fidelity(case: Case, site: SiteTopology) -> None:
    """Every twin that declares how far its model may be off."""
    for twin, topology in site.twins.items():
        declared = case.parts.twins[twin].fidelity
        if declared is None or not case.parts.whole(twin):
            continue
        measured = [p for p in topology.points.points if p.direction not in _SET]
        for wrong in tolerances_of(measured, declared).wrong:
            path = ("twins", twin, "fidelity", wrong.key, wrong.entry)
            case.faults.add(path, wrong.what, hint=wrong.hint, at_key=wrong.at_name)
