"""Types that do not depend on which component kinds there are."""

from __future__ import annotations

from typing import Final

from rami.asset.topology import TwinKind
from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.enumerations import ENUMERATIONS
from rami.communication.information_model.event_types import (
    COMMON_FIELDS,
    EVENT_TYPES,
    TWIN_EVENT_TYPE,
    EventField,
    fields_of,
)
from rami.communication.information_model.groups import (
    COMPONENT,
    NETWORK,
    SCHEDULE,
    SITE,
    TWIN,
    Group,
    Variable,
)
from rami.communication.information_model.layout import (
    FUNCTIONAL_GROUP_TYPE,
    POINT_SERIES_TYPE,
    Layout,
    below,
)
from rami.communication.information_model.methods import Owner, methods_of
from rami.communication.information_model.node import (
    DataTypeNode,
    EnumField,
    ObjectNode,
    ObjectTypeNode,
    ReferenceTypeNode,
    VariableNode,
)
from rami.communication.information_model.node_id import TYPES, Name, NodeId, of_types
from rami.communication.information_model.references import REFERENCE_TYPES
from rami.communication.information_model.values import Rank, Text

SITE_TYPE: Final = of_types("SiteType")
TWIN_TYPE: Final = of_types("TwinType")
NETWORK_TYPE: Final = of_types("NetworkType")
COMPONENT_TYPE: Final = of_types("ComponentType")
CONNECTION_TYPE: Final = of_types("ConnectionType")
BACKEND_TYPE: Final = of_types("BackendType")
STRATEGY_TYPE: Final = of_types("StrategyType")
SCHEDULE_TYPE: Final = of_types("ScheduleType")
TWIN_TYPES: Final[dict[TwinKind, NodeId]] = {
    "hts": of_types("HeatTransferStationType"),
    "iess": of_types("IndustrialEnergySupplySystemType"),
    "dhs": of_types("DistrictHeatingSystemType"),
}
_TWIN_WORDS: Final[dict[TwinKind, str]] = {
    "hts": "A station that moves heat between the networks of other twins.",
    "iess": "A factory's or an estate's own networks with all that heats, cools and draws.",
    "dhs": "A public heat network with its plants and customers.",
}
_MEASURED: Final = Access.MEASUREMENT
#: properties of a connection: what water flows from where to where
CONNECTION: Final = (
    Variable("SourcePort", ua.STRING, "port that the water leaves by", fixed=True),
    Variable("TargetPort", ua.STRING, "port that the water arrives at", fixed=True),
    Variable("Carrier", ua.STRING, "what flows", fixed=True),
    Variable("Device", ua.STRING, "component that sets the flow", fixed=True, optional=True),
)


def add_base_types(layout: Layout) -> None:
    """Everything of `urn:rami-twins:types` but the kinds of components."""
    _reference_types(layout)
    _enumerations(layout)
    _event_types(layout)
    draft = layout.draft
    _object_type(
        layout,
        FUNCTIONAL_GROUP_TYPE,
        "Variables of one purpose, as in OPC UA for Devices (Part 100), whose type it is not.",
        ua.FOLDER_TYPE,
    )
    _object_type(layout, POINT_SERIES_TYPE, "Numbered points, one by one and as one array.")
    layout.variable(
        POINT_SERIES_TYPE,
        Variable("Values", ua.DOUBLE, "all in their order", _MEASURED, Rank.ARRAY),
    )
    draft.add(
        VariableNode(
            below(POINT_SERIES_TYPE, "<Point>"),
            Name(TYPES, "<Point>"),
            "each of them",
            _MEASURED,
            historized=True,
        ),
        POINT_SERIES_TYPE,
        ua.HAS_ORDERED_COMPONENT,
        ua.ANALOG_UNIT_RANGE_TYPE,
        ua.OPTIONAL_PLACEHOLDER,
    )
    _object_type(layout, CONNECTION_TYPE, "Water from one component to another.")
    for variable in CONNECTION:
        layout.variable(CONNECTION_TYPE, variable)
    _object_type(layout, BACKEND_TYPE, "What gives a twin its simulated values.")
    _object_type(layout, COMPONENT_TYPE, "One physical thing of a twin.", abstract=True)
    layout.groups(COMPONENT_TYPE, COMPONENT)
    for group in (Group.MEASUREMENTS, Group.SETPOINTS, Group.BALANCING):
        layout.group(COMPONENT_TYPE, group, optional=True)
    _planned(layout, COMPONENT_TYPE)
    _object_type(layout, NETWORK_TYPE, "A network with a flow and a return line.")
    layout.groups(NETWORK_TYPE, NETWORK)
    _planned(layout, NETWORK_TYPE)
    _placeholder(layout, NETWORK_TYPE, "<Component>", COMPONENT_TYPE)
    _twin_types(layout)
    _strategy_types(layout)
    _site_type(layout)


def _object_type(
    layout: Layout,
    at: NodeId,
    description: str,
    parent: NodeId = ua.BASE_OBJECT_TYPE,
    abstract: bool = False,
) -> None:
    node = ObjectTypeNode(at, Name(TYPES, str(at.identifier)), description, abstract=abstract)
    layout.draft.add(node, parent, ua.HAS_SUBTYPE)


def _placeholder(layout: Layout, owner: NodeId, name: str, kind: NodeId) -> None:
    layout.draft.add(
        ObjectNode(below(owner, name), Name(TYPES, name)),
        owner,
        definition=kind,
        rule=ua.OPTIONAL_PLACEHOLDER,
    )


def _planned(layout: Layout, owner: NodeId) -> None:
    """Columns of the schedule stand where they belong, too."""
    group = layout.group(owner, Group.STRATEGY, optional=True)
    node = VariableNode(
        below(group, "<Planned>"),
        Name(TYPES, "<Planned>"),
        "values by step of the schedule that is followed",
        Access.SCHEDULE,
        rank=Rank.ARRAY,
        dimensions=(0,),
    )
    layout.draft.add(
        node, group, definition=ua.ANALOG_UNIT_RANGE_TYPE, rule=ua.OPTIONAL_PLACEHOLDER
    )


def _twin_types(layout: Layout) -> None:
    _object_type(layout, TWIN_TYPE, "A plant or part of one with its model.", abstract=True)
    layout.groups(TWIN_TYPE, TWIN)
    for group in (Group.MEASUREMENTS, Group.SETPOINTS, Group.BALANCING):
        layout.group(TWIN_TYPE, group, optional=True)
    _planned(layout, TWIN_TYPE)
    for owner, name, what in (
        (below(TWIN_TYPE, Group.CONTROL.value), "Advice", "set-points computed and not written"),
        (below(TWIN_TYPE, Group.BACKEND.value), "Residuals", "plant less model"),
        (TWIN_TYPE, "Connections", "water between its components"),
    ):
        layout.draft.add(
            ObjectNode(below(owner, name), Name(TYPES, name), what),
            owner,
            definition=FUNCTIONAL_GROUP_TYPE,
            rule=ua.OPTIONAL,
        )
    _methods(layout, TWIN_TYPE, "twin")
    _placeholder(layout, TWIN_TYPE, "<Network>", NETWORK_TYPE)
    _placeholder(layout, TWIN_TYPE, "<Component>", COMPONENT_TYPE)
    for kind, at in TWIN_TYPES.items():
        _object_type(layout, at, _TWIN_WORDS[kind], TWIN_TYPE)
    _generates(layout, TWIN_TYPE)


def _strategy_types(layout: Layout) -> None:
    _object_type(layout, SCHEDULE_TYPE, "A schedule with its time grid.")
    for variable in SCHEDULE:
        layout.variable(SCHEDULE_TYPE, variable)
    _object_type(layout, STRATEGY_TYPE, "What makes schedules for the whole site.")
    for name, what in (
        ("Schedule", "the one that is followed"),
        ("Proposal", "one that waits for an operator"),
    ):
        layout.draft.add(
            ObjectNode(below(STRATEGY_TYPE, name), Name(TYPES, name), what),
            STRATEGY_TYPE,
            definition=SCHEDULE_TYPE,
            rule=ua.MANDATORY,
        )
    _methods(layout, STRATEGY_TYPE, "strategy")


def _site_type(layout: Layout) -> None:
    _object_type(layout, SITE_TYPE, "A site: its twins and what plans for them.")
    layout.groups(SITE_TYPE, SITE)
    layout.draft.add(
        ObjectNode(below(SITE_TYPE, Group.STRATEGY.value), Name(TYPES, Group.STRATEGY.value)),
        SITE_TYPE,
        definition=STRATEGY_TYPE,
        rule=ua.MANDATORY,
    )
    balancing = layout.group(SITE_TYPE, Group.BALANCING)
    layout.draft.add(
        VariableNode(
            below(balancing, "<Figure>"), Name(TYPES, "<Figure>"), "a key figure", _MEASURED
        ),
        balancing,
        definition=ua.ANALOG_UNIT_RANGE_TYPE,
        rule=ua.OPTIONAL_PLACEHOLDER,
    )
    layout.draft.add(
        ObjectNode(
            below(SITE_TYPE, "Connections"), Name(TYPES, "Connections"), "water between its twins"
        ),
        SITE_TYPE,
        definition=FUNCTIONAL_GROUP_TYPE,
        rule=ua.OPTIONAL,
    )
    _methods(layout, SITE_TYPE, "site")
    _placeholder(layout, SITE_TYPE, "<Twin>", TWIN_TYPE)
    _generates(layout, SITE_TYPE)


def _methods(layout: Layout, at: NodeId, owner: Owner) -> None:
    for method in methods_of(owner):
        layout.method(at, method)


def _generates(layout: Layout, at: NodeId) -> None:
    for kind in (*EVENT_TYPES.values(), ua.OFF_NORMAL_ALARM_TYPE, ua.LIMIT_ALARM_TYPE):
        layout.draft.refer(at, ua.GENERATES_EVENT, kind)


def _reference_types(layout: Layout) -> None:
    for at, (inverse, description) in REFERENCE_TYPES.items():
        node = ReferenceTypeNode(at, Name(TYPES, str(at.identifier)), description, inverse=inverse)
        layout.draft.add(node, ua.NON_HIERARCHICAL, ua.HAS_SUBTYPE)


def _enumerations(layout: Layout) -> None:
    for at, enumeration in ENUMERATIONS.items():
        fields = tuple(EnumField(i, word) for i, word in enumerate(enumeration.words))
        node = DataTypeNode(
            at, Name(TYPES, enumeration.name), enumeration.description, fields=fields
        )
        layout.draft.add(node, ua.ENUMERATION, ua.HAS_SUBTYPE)
        texts = tuple(Text(word) for word in enumeration.words)
        layout.property(at, "EnumStrings", ua.LOCALIZED_TEXT, texts, rank=Rank.ARRAY)


def _event_types(layout: Layout) -> None:
    _object_type(layout, TWIN_EVENT_TYPE, "Something that happened on a site.", ua.BASE_EVENT_TYPE)
    _fields(layout, TWIN_EVENT_TYPE, COMMON_FIELDS)
    for kind, at in EVENT_TYPES.items():
        if at.namespace == TYPES:
            _object_type(layout, at, f"An event of the kind `{kind.value}`.", TWIN_EVENT_TYPE)
            _fields(layout, at, fields_of(kind))


def _fields(layout: Layout, at: NodeId, fields: tuple[EventField, ...]) -> None:
    for field in fields:
        layout.variable(at, Variable(field.name, field.data_type, field.description, fixed=True))
