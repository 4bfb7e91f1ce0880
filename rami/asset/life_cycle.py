"""Life cycle and value stream of RAMI4.0 (IEC 62890): type or instance, and its phase."""

from enum import StrEnum


class LifeCycle(StrEnum):
    """Where on the life-cycle axis a node stands."""

    TYPE_DEVELOPMENT = "type_development"
    TYPE_USAGE = "type_usage"
    INSTANCE_PRODUCTION = "instance_production"
    INSTANCE_USAGE = "instance_usage"
