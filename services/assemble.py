"""The one composition root: puts a site's pieces together and hands protocols down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.points import Direction, Point, PointIndex
from twins.compose import twins_of
from twins.hts import HeatTransferStation
from twins.supply import Supply

if TYPE_CHECKING:
    from rami.asset.topology import TwinTopology
    from rami.functional.strategy import StrategyController
    from rami.functional.technical import BaseAutomation, StationController, Tuning
    from services.loop.cosimulation import Cosimulation, PlantBackend
    from twins.site.site import Site

_INPUTS = (Direction.ACTUATED, Direction.DISTURBANCE)


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
        site.topology.twins[name]
        for name in site.topology.twins
        if getattr(site.twins[name].backends.model, "path", None) is None
        and site.twins[name].backends.model.kind == "fmu"  # type: ignore[attr-defined]
    ]


def build_fmus(
    site: Site, cache: Path | None = None, progress: Callable[[str], None] | None = None
) -> dict[str, Path]:
    """Build (or find) the FMU of every twin that needs one; ModelError."""
    from models import build_all

    return build_all(generated(site), cache or cache_dir(), progress)


def point_indexes(
    topology: TwinTopology, registers: Mapping[str, int] | None = None
) -> tuple[PointIndex, PointIndex]:
    """(inputs, outputs) of the backend behind a twin; `registers` adds those of its balance."""
    modelled = [
        p
        for p in topology.points.points
        if topology.components[p.name.rpartition(".")[0]].ports()
        or not p.name.endswith(".P_demand")
    ]
    inputs = [p for p in modelled if p.direction in _INPUTS]
    outputs = [p for p in modelled if p.direction not in _INPUTS]
    known = {p.name for p in outputs}
    for name in registers or {}:
        if name not in known:
            outputs.append(Point(name, "energy", cumulative=True))
    return PointIndex(inputs), PointIndex(outputs)


def balance_registers(fmus: Mapping[str, Path]) -> dict[str, dict[str, int]]:
    """Per generated twin the outputs whose signed sum is constant (its energy balance)."""
    from models import boundaries_of, energy_balance

    return {twin: energy_balance(boundaries_of(path)) for twin, path in fmus.items()}


def open_backends(site: Site, fmus: Mapping[str, Path]) -> dict[str, PlantBackend]:
    """What stands behind each twin's points, loaded and at its start; ModelError."""
    balances = balance_registers(fmus)
    backends: dict[str, PlantBackend] = {}
    for name, topology in site.topology.twins.items():
        configuration: Any = site.twins[name].backends.model
        inputs, outputs = point_indexes(topology, balances.get(name))
        if configuration.kind == "fmu":
            path = fmus.get(name) or site.folder / configuration.path
            backends[name] = configuration.open(path, inputs, outputs, name)
        else:
            backends[name] = configuration.open(inputs, outputs, name)
    return backends


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
