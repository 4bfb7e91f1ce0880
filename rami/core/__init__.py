"""The vocabulary that every layer shares: points, units, quality, time, frames, errors."""

from rami.core.errors import (
    ConfigurationError,
    ControlError,
    DataError,
    InfeasibleError,
    Interrupted,
    ModelError,
    Problem,
    RamiError,
    RunError,
    UnreachableError,
)

__all__ = [
    "ConfigurationError",
    "ControlError",
    "DataError",
    "InfeasibleError",
    "Interrupted",
    "ModelError",
    "Problem",
    "RamiError",
    "RunError",
    "UnreachableError",
]
