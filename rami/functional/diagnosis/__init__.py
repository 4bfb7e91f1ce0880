"""Diagnosis: slow faults of a plant found and named by component."""

from rami.functional.diagnosis.finding import Diagnosis
from rami.functional.diagnosis.monitor import Monitor
from rami.functional.diagnosis.relation import FaultKind
from rami.functional.diagnosis.settings import DiagnosisSettings

__all__ = ["Diagnosis", "DiagnosisSettings", "FaultKind", "Monitor"]
