"""Diagnosis: slow faults of a plant found and named by component.

Names are loaded on first use: a site file is checked with the settings alone, without arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.functional.diagnosis.finding import Diagnosis
    from rami.functional.diagnosis.monitor import Monitor
    from rami.functional.diagnosis.relation import FaultKind
    from rami.functional.diagnosis.settings import DiagnosisSettings

__all__ = ["Diagnosis", "DiagnosisSettings", "FaultKind", "Monitor"]

_HOMES = {
    "Diagnosis": "finding",
    "DiagnosisSettings": "settings",
    "FaultKind": "relation",
    "Monitor": "monitor",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
