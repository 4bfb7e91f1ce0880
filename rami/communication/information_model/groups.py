"""Functional groups: what they hold in every twin, component and site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.enumerations import (
    BACKEND_KIND,
    LINK_STATE,
    MODE,
    RUNG,
)
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.values import Rank
from rami.core.points import Direction, Point


class Group(StrEnum):
    """Browse names of the groups, in this order below whatever has them."""

    IDENTIFICATION = "Identification"
    MEASUREMENTS = "Measurements"
    SETPOINTS = "Setpoints"
    CONTROL = "Control"
    STRATEGY = "Strategy"
    BALANCING = "Balancing"
    BACKEND = "Backend"


def group_of(point: Point) -> Group:
    """Registers are for balances, actuated points are set-points, the rest is measured."""
    if point.direction is Direction.ACTUATED:
        return Group.SETPOINTS
    if point.cumulative or point.name.startswith("balance."):
        return Group.BALANCING
    return Group.MEASUREMENTS


def access_of(point: Point) -> Access:
    """The column of the roles' matrix that a point stands in."""
    return Access.SET_POINT if point.direction is Direction.ACTUATED else Access.MEASUREMENT


@dataclass(frozen=True)
class Variable:
    """One variable of a group; a property where `fixed`, left out where `optional` and empty."""

    name: str
    data_type: NodeId
    description: str
    access: Access = Access.STRUCTURE
    rank: Rank = Rank.SCALAR
    unit: str = ""
    historized: bool = False
    fixed: bool = False
    optional: bool = False


def _fixed(name: str, description: str, access: Access = Access.STRUCTURE) -> Variable:
    return Variable(name, ua.STRING, description, access, fixed=True)


_IDENTITY = (
    _fixed("Path", "name within the site; also the identifier of its NodeId"),
    _fixed("Kind", "what it is, as the site's file says it"),
    _fixed("HierarchyLevel", "RAMI 4.0: IEC 62264 and 61512, extended"),
    _fixed("LifeCycle", "RAMI 4.0: IEC 62890"),
)
DECLARATION: Final = _fixed(
    "Declaration", "as declared, JSON, canonical units", Access.CONFIGURATION
)

COMPONENT: Final = {Group.IDENTIFICATION: (*_IDENTITY, DECLARATION)}
NETWORK: Final = {Group.IDENTIFICATION: (*_IDENTITY, DECLARATION)}
TWIN: Final = {
    Group.IDENTIFICATION: _IDENTITY,
    Group.CONTROL: (
        Variable("Mode", MODE.id, "mode that holds", Access.MODE, historized=True),
        Variable("WantedMode", MODE.id, "mode to return to once the plant is back", Access.MODE),
        Variable(
            "Stopped", ua.STRING, "why it stands in an emergency stop, else empty", Access.MODE
        ),
    ),
    Group.BACKEND: (
        Variable(
            "ActiveBackend",
            BACKEND_KIND.id,
            "what values come from",
            Access.BACKEND,
            historized=True,
        ),
        Variable(
            "Backends", BACKEND_KIND.id, "what there is to go over to", Access.BACKEND, Rank.ARRAY
        ),
        Variable("LinkState", LINK_STATE.id, "link to the plant", Access.BACKEND, historized=True),
        Variable("LinkTrouble", ua.STRING, "last trouble of the link", Access.BACKEND),
        Variable(
            "Diagnosis", ua.STRING, "faults found, likeliest first", Access.BACKEND, Rank.ARRAY
        ),
    ),
}
SCHEDULE: Final = (
    Variable("Times", ua.UTC_TIME, "beginning of each step", Access.SCHEDULE, Rank.ARRAY),
    Variable("Step", ua.DURATION, "length of a step, ms", Access.SCHEDULE),
    Variable("Columns", ua.STRING, "what is scheduled, site paths", Access.SCHEDULE, Rank.ARRAY),
    Variable("Units", ua.STRING, "unit of each column", Access.SCHEDULE, Rank.ARRAY),
    Variable("Values", ua.DOUBLE, "one row a step, one column each", Access.SCHEDULE, Rank.MATRIX),
    Variable("Rung", RUNG.id, "where it came from", Access.SCHEDULE, historized=True),
    Variable("Gap", ua.DOUBLE, "share by which it may be off the best", Access.SCHEDULE),
    Variable("Bound", ua.DOUBLE, "proven: no plan costs less", Access.SCHEDULE, unit="EUR"),
    Variable("Objective", ua.DOUBLE, "what it costs", Access.SCHEDULE, unit="EUR"),
    Variable("Made", ua.UTC_TIME, "when it was made", Access.SCHEDULE),
    Variable("Notes", ua.STRING, "what to know about it", Access.SCHEDULE, Rank.ARRAY),
    Variable("Present", ua.BOOLEAN, "whether there is one", Access.SCHEDULE),
)
SITE: Final = {
    Group.IDENTIFICATION: _IDENTITY,
    Group.CONTROL: (
        Variable("State", ua.STRING, "of the run: starting, running, ended", Access.MODE),
        Variable("Time", ua.UTC_TIME, "the run's own time", Access.MODE),
        Variable("Clock", ua.STRING, "simulated, scaled or real", Access.MODE),
        Variable("Speed", ua.DOUBLE, "seconds of the run in a second", Access.MODE),
        Variable("Steps", ua.INT64, "steps taken", Access.MODE),
        Variable("LateSteps", ua.INT64, "steps that ended late", Access.MODE),
        Variable("MissedSteps", ua.INT64, "steps left out", Access.MODE),
        Variable("LatenessP99", ua.DOUBLE, "of a step, 99 % are below it", Access.MODE, unit="s"),
        Variable("LatenessMost", ua.DOUBLE, "of the latest step", Access.MODE, unit="s"),
    ),
}
