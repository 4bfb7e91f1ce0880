"""What every component kind declares: engineering data, ports, points and faces.

A kind is one pydantic class in a file of its own name. Files of the same name in `models`,
`rami.functional.strategy` and `rami.functional.technical` give it the faces it declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from rami.asset.hierarchy import HierarchyLevel
from rami.asset.life_cycle import LifeCycle
from rami.core.points import Point


class Face(StrEnum):
    """The layers in which a kind has a file of its own."""

    MODEL = "model"  # models/<kind>.py: equations
    STRATEGY = "strategy"  # rami/functional/strategy/<kind>.py: MILP block
    TECHNICAL = "technical"  # rami/functional/technical/<kind>.py: control loops


class Declared(BaseModel):
    """Base of everything a site file may hold: unknown keys forbidden, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Component(Declared):
    """One physical thing of a twin.

    `faces` names the layers that know the kind, `ports` its water connections (empty for
    what carries no water), `points` its quantities without the component's own name. A kind
    from outside names the modules of its faces in `face_files`.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})
    face_files: ClassVar[Mapping[Face, str]] = {}
    level: HierarchyLevel = HierarchyLevel.FIELD_DEVICE
    life_cycle: LifeCycle = LifeCycle.INSTANCE_USAGE

    def ports(self) -> tuple[str, ...]:
        """Names of the water connections."""
        return ()

    def points(self) -> tuple[Point, ...]:
        """The component's quantities; names are relative to the component."""
        return ()
