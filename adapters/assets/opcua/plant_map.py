"""The node map of a plant with its heartbeat: all that can be told without a connection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.assets.opcua.address import address
from adapters.assets.opcua.mapping import MappedNode, read_map
from rami.core.errors import Problem
from rami.core.points import Point
from rami.integration.mapped import Mapped

if TYPE_CHECKING:
    from adapters.assets.opcua.configuration import OpcuaConfiguration


def plant_map(
    declared: OpcuaConfiguration, folder: Path, points: Sequence[Point]
) -> Mapped[MappedNode]:
    """The nodes of a twin's points; ConfigurationError when there is nothing to be read."""
    shown = str(declared.nodes)
    found = read_map(folder / declared.nodes, shown, points, declared.optional)
    heartbeat = declared.heartbeat
    if heartbeat is not None:
        try:
            text = address(heartbeat.node).text
        except ValueError as error:
            found.problems.append(Problem(f"{shown}: heartbeat", str(error)))
            return found
        found.problems += [
            Problem(node.where, f"{node.point.name} has the node of the heartbeat")
            for node in found.entries
            if node.address.text == text
        ]
    return found
