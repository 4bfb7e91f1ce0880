"""A few nodes of every class of the roles' matrix, without a site."""

from __future__ import annotations

from rami.communication.information_model import (
    Access,
    MethodNode,
    Name,
    Namespace,
    NodeId,
    NodeSet,
    ObjectNode,
    VariableNode,
)
from rami.communication.information_model import standard as ua
from rami.communication.information_model.node_set import Draft

SPACE = "urn:test"
NUMBERS = 40


def at(name: str) -> NodeId:
    return NodeId(SPACE, name)


def small_model() -> tuple[NodeSet, list[NodeId]]:
    """A folder with numbers `v0`, `v1`, ..., and one node for each class of the matrix."""
    draft = Draft()
    folder = draft.add(
        ObjectNode(at("plant"), Name(SPACE, "plant"), notifies=True),
        ua.OBJECTS,
        ua.ORGANIZES,
        ua.FOLDER_TYPE,
    )
    numbers = []
    for k in range(NUMBERS):
        node = VariableNode(at(f"v{k}"), Name(SPACE, f"v{k}"), access=Access.MEASUREMENT)
        kind = ua.BASE_DATA_VARIABLE_TYPE
        numbers.append(draft.add(node, folder, ua.HAS_COMPONENT, kind))
    for access in Access:
        name = Name(SPACE, access.value)
        if access.is_method:
            draft.add(MethodNode(at(access.value), name, access=access), folder)
        else:
            made = VariableNode(at(access.value), name, access=access, value=1.0)
            draft.add(made, folder, definition=ua.BASE_DATA_VARIABLE_TYPE)
    space = Namespace(SPACE, "1", "2026-01-01T00:00:00Z")
    return draft.done(space), numbers
