"""All checks of what is written, before anything is wired."""

from __future__ import annotations

from twins.site.checks.case import Case
from twins.site.checks.external import check_external
from twins.site.checks.layout import check_layout
from twins.site.checks.ownership import check_ownership
from twins.site.checks.references import check_references
from twins.site.checks.series import check_series
from twins.site.checks.services import check_services
from twins.site.checks.temperatures import check_temperatures
from twins.site.checks.times import check_times
from twins.site.node import Path


def check_declared(case: Case) -> frozenset[Path]:
    """Adds every fault to the case; returns components that cannot be wired."""
    dangling = check_references(case)
    check_layout(case)
    check_temperatures(case)
    check_times(case)
    check_series(case)
    check_external(case)
    check_ownership(case)
    check_services(case)
    return dangling
