"""Hierarchy levels of RAMI4.0 (DIN SPEC 91345; IEC 62264 and 61512 extended at both ends)."""

from enum import StrEnum


class HierarchyLevel(StrEnum):
    """From the product to the connected world."""

    PRODUCT = "product"
    FIELD_DEVICE = "field_device"
    CONTROL_DEVICE = "control_device"
    STATION = "station"
    WORK_CENTER = "work_center"
    ENTERPRISE = "enterprise"
    CONNECTED_WORLD = "connected_world"
