"""State of a plant's model estimated from measurements: extended Kalman filter, mismatch gate."""

from rami.functional.estimation.estimate import Estimate
from rami.functional.estimation.estimator import StateEstimator
from rami.functional.estimation.linearised import EstimatedModel, Linearised
from rami.functional.estimation.mismatch import Mismatch
from rami.functional.estimation.observability import unobservable

__all__ = [
    "Estimate",
    "EstimatedModel",
    "Linearised",
    "Mismatch",
    "StateEstimator",
    "unobservable",
]
