"""Who owns which twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rami.asset.topology import SiteTopology
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean


def owner_of_twins(site: SiteTopology, owners: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Owner by twin; ConfigurationError unless every twin has exactly one."""
    found: dict[str, str] = {}
    problems = []
    for owner, twins in owners.items():
        for twin in twins:
            where = f"business.owners.{owner}"
            if twin not in site.twins:
                problems.append(Problem(where, f"no twin {twin!r}", did_you_mean(twin, site.twins)))
            elif twin in found:
                problems.append(Problem(where, f"{twin!r} already belongs to {found[twin]!r}"))
            else:
                found[twin] = owner
    for twin in site.twins:
        if twin not in found:
            problems.append(Problem("business.owners", f"twin {twin!r} belongs to nobody"))
    if problems:
        raise ConfigurationError(problems)
    return found
