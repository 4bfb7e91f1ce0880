"""Maps of plants: that they can be read, name points of their twin, and use units that fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from rami.asset.topology import SiteTopology
from rami.core.errors import Problem
from rami.core.points import Point
from twins.site.checks.case import Case


@runtime_checkable
class Mapped(Protocol):
    """A plant's configuration with a map from points to places in the plant."""

    def check_points(
        self, folder: Path, points: Sequence[Point]
    ) -> tuple[list[Problem], list[Problem]]:
        """What is wrong with the map, and what is worth a look; connects to nothing."""


def check_plants(case: Case, site: SiteTopology) -> None:
    """Every map against the points of its wired twin."""
    folder = Path(case.faults.file).parent
    for twin, declared in case.parts.twins.items():
        plant: object = declared.backends.plant
        if plant is None and declared.mode != "simulate":
            what = f"{declared.mode} needs a plant"
            case.faults.add(("twins", twin, "mode"), what, hint="declare `backends.plant`")
        if twin not in site.twins or not isinstance(plant, Mapped):
            continue
        wrong, notes = plant.check_points(folder, site.twins[twin].points.points)
        path = ("twins", twin, "backends", "plant")
        for problem in wrong:
            case.faults.add_file(path, problem)
        for problem in notes:
            case.faults.warn_file(path, problem)
