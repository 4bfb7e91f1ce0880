"""State estimators of a site's twins: the twin's own equations, stepped and linearised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.asset.capability import Stateful
from services.assemble.plant import open_backend

if TYPE_CHECKING:
    from rami.core.points import PointIndex
    from rami.functional.estimation import StateEstimator
    from twins.site.site import Site


def why_not_estimated(site: Site, twin: str) -> str:
    """Why a twin's state cannot be estimated; empty when it can."""
    model: Any = site.twins[twin].backends.model
    if model.kind == "fmu" and model.path is not None:
        return f"{twin}: an FMU from elsewhere ({model.path}) does not tell its equations"
    if model.kind == "native" and model.model is not None:
        return f"{twin}: the Python model {model.model} does not tell its equations"
    return ""


def state_estimator(
    site: Site, twin: str, fmus: Mapping[str, Path], measured: PointIndex
) -> StateEstimator | None:
    """An estimator of a twin's state from what its plant tells, with a model of its own.

    None where the model does not tell its state (`why_not_estimated`). Raises ModelError.
    """
    from models import Linearise, assemble
    from rami.functional.estimation import StateEstimator

    if why_not_estimated(site, twin):
        return None
    topology = site.topology.twins[twin]
    model = open_backend(site, twin, topology, fmus)
    if not isinstance(model, Stateful):
        return None
    linearised = Linearise(assemble(topology))
    return StateEstimator(model, linearised, measured, site.twins[twin].fidelity, twin)
