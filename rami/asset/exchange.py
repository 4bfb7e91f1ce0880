"""Exchange: what another twin's heat exchanger does to a network (the other side of a `border`)."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.core.points import Direction, Point


class Exchange(Component):
    """Moves `m` from one line of `network` to the other and takes the heat `Q` out of it.

    It sets the flow of the link between the two lines and has no water of its own; the heat
    is taken from the line the water is given to. `partner` is the border's path in the other
    twin. `Q` is the mean heat of the step, negative when the network receives heat.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})

    kind: Literal["exchange"] = "exchange"
    network: str
    taken_from: Literal["flow", "return"]
    partner: str

    def points(self) -> tuple[Point, ...]:
        return (
            Point("m", "mass_flow", Direction.DISTURBANCE, "flow set by the other twin"),
            Point("Q", "power", Direction.DISTURBANCE, "heat out of this network"),
            Point(
                "E",
                "energy",
                description="heat out of this network since the start",
                cumulative=True,
            ),
        )
