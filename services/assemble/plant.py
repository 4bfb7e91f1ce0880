"""The physics and the controllers of a site: models, backends, tuning, strategy."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twins.compose import twins_of
from twins.hts import HeatTransferStation
from twins.supply import Supply

OnTrouble = Callable[[str, Mapping[str, Any]], None]

if TYPE_CHECKING:
    from rami.asset.topology import TwinTopology
    from rami.functional.strategy import StrategyController
    from rami.functional.technical import BaseAutomation, StationController, Tuning
    from services.loop.cosimulation import Cosimulation, PlantBackend
    from twins.site.site import Site


def cache_dir() -> Path:
    """Where generated FMUs are kept: $RAMI_CACHE, else the user's cache folder."""
    chosen = os.environ.get("RAMI_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "rami-twins"


def generated(site: Site) -> list[TwinTopology]:
    """Twins whose FMU is made from their own declaration."""
    return [
        topology
        for name, topology in site.topology.twins.items()
        if _model(site, name).kind == "fmu" and _model(site, name).path is None
    ]


def build_fmus(
    site: Site, cache: Path | None = None, progress: Callable[[str], None] | None = None
) -> dict[str, Path]:
    """Build (or find) the FMU of every twin that needs one; ModelError."""
    from models import build_all

    return build_all(generated(site), cache or cache_dir(), progress)


def open_backends(site: Site, fmus: Mapping[str, Path]) -> dict[str, PlantBackend]:
    """What stands behind each twin's points, loaded and at its start; ModelError.

    A generated FMU, an FMU from elsewhere, a Python model, or our own equations in Python.
    """
    return {
        name: open_backend(site, name, topology, fmus)
        for name, topology in site.topology.twins.items()
    }


def open_backend(
    site: Site,
    name: str,
    topology: TwinTopology,
    fmus: Mapping[str, Path],
    on_trouble: OnTrouble | None = None,
) -> PlantBackend:
    """What stands behind one twin's points, at its start; ModelError.

    `on_trouble` is told in words, and by key, of an FMU's process that was started anew; without
    it that is logged.
    """
    from models import boundaries_of
    from models.points import points_of

    configuration = _model(site, name)
    if configuration.kind == "fmu":
        own = fmus.get(name)
        inputs, outputs = points_of(topology, boundaries_of(own) if own else ())
        path = own or site.folder / configuration.path
        backend: PlantBackend = configuration.open(path, inputs, outputs, name, on_trouble)
        return backend
    if configuration.kind == "native" and configuration.model is None:
        from models import assemble
        from models.native import NativePlant

        plant: PlantBackend = NativePlant(assemble(topology))
        return plant
    inputs, outputs = points_of(topology)
    opened: PlantBackend = configuration.open(topology, inputs, outputs)
    return opened


def _model(site: Site, twin: str) -> Any:
    """The configuration of what stands behind a twin; its class comes from an entry point."""
    return site.twins[twin].backends.model


def open_plant(site: Site, fmus: Mapping[str, Path]) -> Cosimulation:
    """The coupled twins at their start."""
    from services.loop.cosimulation import Cosimulation

    return Cosimulation(site.topology, open_backends(site, fmus))


def tune(site: Site, fmus: Mapping[str, Path]) -> dict[str, Tuning]:
    """Step-test every station on a model of its own; ControlError names the loop that fails."""
    from rami.functional.technical import tune_station

    backends = open_backends(site, fmus)
    return {
        name: tune_station(topology, backends[name], site.clock.control_step)
        for name, topology in site.topology.twins.items()
        if topology.kind == "hts"
    }


def controllers(site: Site, tunings: Mapping[str, Tuning]) -> dict[str, StationController]:
    """Technical controllers of the stations."""
    return {
        name: twin.controller(tunings[name])
        for name, twin in twins_of(site).items()
        if isinstance(twin, HeatTransferStation)
    }


def automation(site: Site, period_s: float) -> dict[str, BaseAutomation]:
    """Base automation of the supply systems, called every `period_s`."""
    return {
        name: replace(twin, period_s=period_s).controller()
        for name, twin in twins_of(site).items()
        if isinstance(twin, Supply)
    }


def strategy(site: Site, **changes: Any) -> StrategyController:
    """The strategy controller as declared, with some settings changed."""
    from rami.functional.strategy import StrategyController, StrategySettings

    declared = site.strategy.model_dump()
    known = {k: v for k, v in declared.items() if k in StrategySettings.model_fields}
    settings = StrategySettings.model_construct(**{**known, **changes})
    return StrategyController(site.topology, settings, site.business.owners)
