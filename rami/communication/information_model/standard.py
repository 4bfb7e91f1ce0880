"""Nodes of the standard that ours refer to (Part 6, Annex A: NodeIds.csv)."""

from __future__ import annotations

from typing import Final

from rami.communication.information_model.node_id import standard

# places
OBJECTS: Final = standard(85)
SERVER: Final = standard(2253)

# references
NON_HIERARCHICAL: Final = standard(32)
ORGANIZES: Final = standard(35)
HAS_EVENT_SOURCE: Final = standard(36)
HAS_MODELLING_RULE: Final = standard(37)
HAS_TYPE_DEFINITION: Final = standard(40)
GENERATES_EVENT: Final = standard(41)
HAS_SUBTYPE: Final = standard(45)
HAS_PROPERTY: Final = standard(46)
HAS_COMPONENT: Final = standard(47)
HAS_NOTIFIER: Final = standard(48)
HAS_ORDERED_COMPONENT: Final = standard(49)
#: those that lead from a parent to its children
HIERARCHICAL: Final = frozenset(
    {
        ORGANIZES,
        HAS_EVENT_SOURCE,
        HAS_SUBTYPE,
        HAS_PROPERTY,
        HAS_COMPONENT,
        HAS_NOTIFIER,
        HAS_ORDERED_COMPONENT,
    }
)

# modelling rules
MANDATORY: Final = standard(78)
OPTIONAL: Final = standard(80)
OPTIONAL_PLACEHOLDER: Final = standard(11508)

# types of objects
BASE_OBJECT_TYPE: Final = standard(58)
FOLDER_TYPE: Final = standard(61)
BASE_EVENT_TYPE: Final = standard(2041)
LIMIT_ALARM_TYPE: Final = standard(2955)
OFF_NORMAL_ALARM_TYPE: Final = standard(10637)
AUDIT_UPDATE_METHOD_EVENT_TYPE: Final = standard(2127)
AUDIT_WRITE_UPDATE_EVENT_TYPE: Final = standard(2100)

# types of variables
BASE_DATA_VARIABLE_TYPE: Final = standard(63)
PROPERTY_TYPE: Final = standard(68)
ANALOG_UNIT_RANGE_TYPE: Final = standard(17570)

# data types
BOOLEAN: Final = standard(1)
INT32: Final = standard(6)
UINT32: Final = standard(7)
INT64: Final = standard(8)
DOUBLE: Final = standard(11)
STRING: Final = standard(12)
DATE_TIME: Final = standard(13)
LOCALIZED_TEXT: Final = standard(21)
ENUMERATION: Final = standard(29)
DURATION: Final = standard(290)
UTC_TIME: Final = standard(294)
ARGUMENT: Final = standard(296)
RANGE: Final = standard(884)
EU_INFORMATION: Final = standard(887)

# well-known roles (Part 18)
ROLE_OBSERVER: Final = standard(15668)
ROLE_OPERATOR: Final = standard(15680)
ROLE_ENGINEER: Final = standard(16036)
ROLE_SECURITY_ADMIN: Final = standard(15704)
ROLE_CONFIGURE_ADMIN: Final = standard(15716)
