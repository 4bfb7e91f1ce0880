"""Checks across a site file that no single section can make, one file for each concern."""

from twins.site.checks.case import Case
from twins.site.checks.declared import check_declared
from twins.site.checks.wired import check_wired

__all__ = ["Case", "check_declared", "check_wired"]
