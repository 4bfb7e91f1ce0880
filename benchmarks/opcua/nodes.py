"""Doubles in folders of a thousand, as an information model."""

from __future__ import annotations

from rami.communication.information_model import (
    Access,
    Name,
    Namespace,
    NodeId,
    NodeSet,
    ObjectNode,
    VariableNode,
)
from rami.communication.information_model import standard as ua
from rami.communication.information_model.node_set import Draft

SPACE = "urn:bench"
FOLDER = 1000


def numbers(count: int) -> tuple[NodeSet, list[NodeId]]:
    """The nodes `P0`, `P1`, ... and their ids."""
    draft, made = Draft(), []
    folder = ua.OBJECTS
    for k in range(count):
        if k % FOLDER == 0:
            at = NodeId(SPACE, f"folder{k}")
            node = ObjectNode(at, Name(SPACE, f"f{k}"))
            folder = draft.add(node, ua.OBJECTS, ua.ORGANIZES, ua.FOLDER_TYPE)
        point = VariableNode(
            NodeId(SPACE, f"P{k}"), Name(SPACE, f"P{k}"), access=Access.MEASUREMENT
        )
        made.append(draft.add(point, folder, definition=ua.BASE_DATA_VARIABLE_TYPE))
    return draft.done(Namespace(SPACE, "1", "2026-01-01T00:00:00Z")), made
