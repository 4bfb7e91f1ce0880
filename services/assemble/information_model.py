"""The OPC UA information model of a site as its file declares it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rami.communication.information_model import SiteModel, Told, site_model
from rami.core.points import PointIndex

if TYPE_CHECKING:
    from twins.site import Site


def information_model(
    site: Site,
    points: Mapping[str, PointIndex] | None = None,
    figures: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> SiteModel:
    """The instances. `points` as a running site tells them, else those declared; units of its
    `figures` and of its schedule's `columns` by name."""
    twins = site.twins
    told = Told(
        points=points or {},
        simulated_by={name: twins[name].backends.model.model_dump()["kind"] for name in twins},
        plants=[name for name in twins if twins[name].backends.plant is not None],
        figures=figures or {},
        columns=columns or {},
    )
    return site_model(site.topology, told)
