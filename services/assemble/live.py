"""Live backends of a site's twins: running plants as declared, models run as plants."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rami.asset.live import Commandable, Linked, Observable
from rami.core.errors import ConfigurationError, Problem
from rami.core.points import Direction, PointIndex

if TYPE_CHECKING:
    from rami.integration.live_model import LiveModel
    from twins.site.site import Site

Clock = Callable[[], int]


class LiveBackend(Observable, Commandable, Linked, Protocol):
    """What stands behind a twin's points while it runs."""


def live_points(site: Site, twin: str) -> tuple[PointIndex, PointIndex]:
    """Inputs that are commanded; outputs: all that a plant may tell, what acts on it too."""
    from models.points import points_of

    inputs, outputs = points_of(site.topology.twins[twin])
    commanded = [p for p in inputs.points if p.direction is Direction.ACTUATED]
    acting = [p for p in inputs.points if p.direction is not Direction.ACTUATED]
    return PointIndex(commanded), PointIndex([*outputs.points, *acting])


def live_plant(site: Site, twin: str, clock: Clock = time.time_ns) -> LiveBackend:
    """The plant that a twin declares under `backends.plant`, not yet open.

    `clock` gives UTC ns. ConfigurationError without one, or for a map that does not fit.
    """
    from services.assemble.recordings import SiteRecordings

    declared: Any = site.twins[twin].backends.plant
    if declared is None:
        where, hint = f"{site.file}: twins.{twin}.backends", "e.g. `plant: {kind: modbus, ...}`"
        raise ConfigurationError([Problem(where, "no plant is declared", hint)])
    inputs, outputs = live_points(site, twin)
    more = {"recordings": SiteRecordings(site)} if declared.kind == "replay" else {}
    backend: LiveBackend = declared.open_live(site.folder, twin, inputs, outputs, clock, **more)
    return backend


def live_model(
    site: Site, twin: str, fmus: Mapping[str, Path], clock: Clock = time.time_ns
) -> LiveModel:
    """The twin's model run as a plant, with a plant's points, not yet open.

    Steps are at most the site's.
    """
    from rami.integration.live_model import LiveModel
    from services.assemble.plant import open_backend

    topology = site.topology.twins[twin]
    inputs, outputs = live_points(site, twin)
    return LiveModel(
        lambda: open_backend(site, twin, topology, fmus), inputs, outputs, clock, site.clock.step
    )
