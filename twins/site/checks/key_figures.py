"""Key figures: formulas that read, names that exist, units that fit."""

from __future__ import annotations

from rami.asset.topology import SiteTopology
from rami.core.errors import ConfigurationError
from rami.information.analytics.declared import quantities_of_site, read_declared
from rami.information.analytics.settings import KpiDeclaration
from rami.information.series import required_series
from twins.site.checks.case import Case, children, word


def check_key_figures(case: Case, site: SiteTopology) -> None:
    """Every formula of the section `kpi`, once the site is wired."""
    declared = {
        name: KpiDeclaration.model_construct(
            formula=word(node, "formula"), unit=word(node, "unit", "1")
        )
        for name, node in children(case.root, "kpi")
        if word(node, "formula")
    }
    if not declared:
        return
    business = case.parts.business
    series = required_series(site, business.series() if business else ()).values()
    try:
        read_declared(declared, quantities_of_site(site, series))
    except ConfigurationError as error:
        for problem in error.problems:
            case.faults.add(tuple(problem.where.split(".")), problem.what, hint=problem.hint)
