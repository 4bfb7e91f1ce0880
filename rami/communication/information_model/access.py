"""Who may do what: roles by classes of nodes, one matrix for the whole server."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Flag, StrEnum, auto
from types import MappingProxyType
from typing import Final

from rami.communication.information_model import standard as ua
from rami.communication.information_model.node_id import NodeId


class Right(Flag):
    """What a role may do with a node."""

    BROWSE = auto()
    READ = auto()
    WRITE = auto()
    CALL = auto()
    HISTORY = auto()
    EVENTS = auto()


class Person(StrEnum):
    """Roles of those who connect; each may do what the ones before it may, and more."""

    OBSERVER = "observer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"


class Access(StrEnum):
    """Classes of nodes, the columns of the matrix. The methods stand one by one."""

    STRUCTURE = "structure"
    MEASUREMENT = "measurement"
    SET_POINT = "set_point"
    MODE = "mode"
    BACKEND = "backend"
    SCHEDULE = "schedule"
    STRATEGY = "strategy"
    CONFIGURATION = "configuration"
    SECURITY = "security"
    AUDIT = "audit"
    CHANGE_MODE = "ChangeMode"
    SWAP_BACKEND = "SwapBackend"
    REPLAN = "Replan"
    APPLY_SCHEDULE = "ApplySchedule"
    REJECT_SCHEDULE = "RejectSchedule"
    SET_MANUAL = "SetManual"
    GIVE_BACK = "GiveBack"
    EMERGENCY = "Emergency"
    RELEASE = "Release"
    ACKNOWLEDGE = "Acknowledge"
    CHECKPOINT = "Checkpoint"
    STOP = "Stop"

    @property
    def is_method(self) -> bool:
        """Whether nodes of this class are called, not read."""
        return self.value[0].isupper()


_SEE = Right.BROWSE | Right.READ
_RECORD = _SEE | Right.HISTORY
_NONE = Right(0)
_CALL = Right.BROWSE | Right.CALL

#: what the first role may, then what is added by each of the next ones
_STEPS: Mapping[Access, tuple[Right, Right, Right, Right]] = {
    Access.STRUCTURE: (_RECORD | Right.EVENTS, _NONE, _NONE, _NONE),
    Access.MEASUREMENT: (_RECORD, _NONE, _NONE, _NONE),
    Access.SET_POINT: (_RECORD, Right.WRITE, _NONE, _NONE),
    Access.MODE: (_RECORD, _NONE, _NONE, _NONE),
    Access.BACKEND: (_RECORD, _NONE, _NONE, _NONE),
    Access.SCHEDULE: (_RECORD, _NONE, _NONE, _NONE),
    Access.STRATEGY: (_SEE, _NONE, _NONE, _NONE),
    Access.CONFIGURATION: (Right.BROWSE, _NONE, Right.READ, _NONE),
    Access.SECURITY: (_NONE, _NONE, _NONE, _SEE),
    Access.AUDIT: (_NONE, _NONE, _SEE, Right.HISTORY | Right.EVENTS),
    Access.CHANGE_MODE: (Right.BROWSE, _NONE, Right.CALL, _NONE),
    Access.SWAP_BACKEND: (Right.BROWSE, _NONE, Right.CALL, _NONE),
    Access.REPLAN: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.APPLY_SCHEDULE: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.REJECT_SCHEDULE: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.SET_MANUAL: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.GIVE_BACK: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.EMERGENCY: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.RELEASE: (Right.BROWSE, _NONE, Right.CALL, _NONE),
    Access.ACKNOWLEDGE: (Right.BROWSE, Right.CALL, _NONE, _NONE),
    Access.CHECKPOINT: (Right.BROWSE, _NONE, Right.CALL, _NONE),
    Access.STOP: (Right.BROWSE, _NONE, _NONE, Right.CALL),
}


def _matrix() -> dict[tuple[Person, Access], Right]:
    cells = {}
    for access, steps in _STEPS.items():
        held = _NONE
        for person, more in zip(Person, steps, strict=True):
            held |= more
            cells[person, access] = held
    return cells


#: the whole matrix, cell by cell
RIGHTS: Final[Mapping[tuple[Person, Access], Right]] = MappingProxyType(_matrix())

#: well-known roles of the standard (Part 18) for each of ours
ROLES: Final[Mapping[Person, tuple[NodeId, ...]]] = MappingProxyType(
    {
        Person.OBSERVER: (ua.ROLE_OBSERVER,),
        Person.OPERATOR: (ua.ROLE_OPERATOR,),
        Person.ENGINEER: (ua.ROLE_ENGINEER,),
        Person.ADMIN: (ua.ROLE_SECURITY_ADMIN, ua.ROLE_CONFIGURE_ADMIN),
    }
)

#: PermissionType bits of each right (Part 3, 8.55)
_BITS = {
    Right.BROWSE: 1 << 0,
    Right.READ: 1 << 5,
    Right.WRITE: 1 << 6,
    Right.HISTORY: 1 << 7,
    Right.EVENTS: 1 << 11,
    Right.CALL: 1 << 12,
}


def may(person: Person, right: Right, access: Access) -> bool:
    """Whether a role may do something with nodes of a class."""
    return right in RIGHTS[person, access]


def role_permissions(access: Access) -> tuple[tuple[NodeId, int], ...]:
    """The RolePermissions attribute of a node: role, PermissionType; roles without any left out."""
    return tuple(
        (role, permissions)
        for person in Person
        if (permissions := _permissions(RIGHTS[person, access]))
        for role in ROLES[person]
    )


def access_level(access: Access, historized: bool = False) -> int:
    """The AccessLevel attribute of a variable: what is possible at all (Part 3, 8.57)."""
    most = RIGHTS[Person.ADMIN, access]
    return (
        (1 if Right.READ in most else 0)
        | (2 if Right.WRITE in most else 0)
        | (4 if historized and Right.HISTORY in most else 0)
    )


def _permissions(rights: Right) -> int:
    return sum(bit for right, bit in _BITS.items() if right in rights)
