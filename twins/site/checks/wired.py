"""All checks that need the wired topology, and the topology itself."""

from __future__ import annotations

from dataclasses import replace

from rami.asset.topology import SiteTopology
from rami.core.errors import ConfigurationError
from twins.site.checks.alarms import check_alarms
from twins.site.checks.case import Case
from twins.site.checks.fidelity import check_fidelity
from twins.site.checks.guard import check_guards
from twins.site.checks.key_figures import check_key_figures
from twins.site.checks.plant import check_plants
from twins.site.checks.quality import check_quality
from twins.site.checks.variables import check_variables
from twins.site.checks.wiring import check_wiring
from twins.site.node import Path
from twins.wiring.site import DeclaredTwin, wire_site


def check_wired(case: Case, name: str, left_out: frozenset[Path]) -> SiteTopology | None:
    """Wires what holds without the components `left_out`; None where that cannot be wired.

    A failure to wire is a fault of its own only where nothing else explains it.
    """
    case = replace(case, parts=case.parts.without(left_out))
    twins = {
        twin: DeclaredTwin(
            d.kind, d.networks, d.components, tuple(k.link for k in d.links), d.template
        )
        for twin, d in case.parts.twins.items()
    }
    try:
        site = wire_site(name, twins)
    except ConfigurationError as error:
        if not case.faults:
            for problem in error.problems:
                case.faults.add(
                    tuple(problem.where.split(".")), problem.what, hint=problem.hint, at_key=True
                )
        return None
    check_wiring(case, site)
    check_variables(case, site)
    check_guards(case, site)
    check_fidelity(case, site)
    check_alarms(case, site)
    if all(case.parts.whole(twin) for twin in case.names):
        check_quality(case, site)
    if not left_out:
        check_key_figures(case, site)
        check_plants(case, site)
    return site
