"""The equations behind an emulated plant: the twin's own, altered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.right_hand_side import RightHandSide
    from rami.asset.topology import TwinTopology
    from rami.core.points import PointIndex


def right_hand_side(
    topology: TwinTopology,
    scaled: Iterable[str],
    leaks: Mapping[str, float],
    ambient: float,
) -> RightHandSide:
    """The twin's equations with inputs that scale some signals and with losses; ModelError."""
    from models import assemble
    from models.altered import altered
    from models.right_hand_side import RightHandSide

    return RightHandSide(altered(assemble(topology), scaled, leaks, ambient))


def factor_of(signal: str) -> str:
    """Name of the input that scales a signal."""
    from models.altered import factor_of as name

    return name(signal)


def points(topology: TwinTopology) -> tuple[PointIndex, PointIndex]:
    """Inputs and outputs of a twin's plant."""
    from models.points import points_of

    return points_of(topology)
