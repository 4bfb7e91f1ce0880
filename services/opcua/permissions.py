"""Who may do what with which node: the matrix of roles and classes of nodes, looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rami.communication.information_model.access import (
    RIGHTS,
    ROLES,
    Access,
    Person,
    Right,
    role_permissions,
)
from rami.communication.information_model.node_id import NodeId

#: methods of the standard that act on a session's own subscriptions
_REFRESH = {3875, 12912, 11492, 11489}


class Permissions:
    """Classes of nodes by NodeId; nodes of the standard are STRUCTURE, and none of them written."""

    def __init__(self) -> None:
        self.classes: dict[Any, Access] = {}

    def of(self, node: Any) -> Access:
        """The class of a node."""
        return self.classes.get(node, Access.STRUCTURE)

    def may(self, role: Person, right: Right, node: Any) -> bool:
        """Whether a role may do this with a node."""
        if right is Right.CALL and node.NamespaceIndex == 0 and node not in self.classes:
            return node.Identifier in _REFRESH
        return right in RIGHTS[role, self.of(node)]

    def table(self, node: Any) -> tuple[tuple[NodeId, int], ...]:
        """RolePermissions of a node: the standard's roles and PermissionType bits."""
        return role_permissions(self.of(node))

    def own_table(self, role: Person, node: Any) -> tuple[tuple[NodeId, int], ...]:
        """UserRolePermissions: the rows of the table that are of this role."""
        mine: Mapping[NodeId, None] = dict.fromkeys(ROLES[role])
        return tuple(row for row in self.table(node) if row[0] in mine)
