"""Technical controller: PID (eq. 24), tuning from a step test, loops per component kind."""

from rami.functional.technical.base_automation import BaseAutomation
from rami.functional.technical.causes import Cause
from rami.functional.technical.pid import Gains, PidBank
from rami.functional.technical.process import Process
from rami.functional.technical.station import StationController
from rami.functional.technical.step_test import tune_station
from rami.functional.technical.tuning import LoopTuning, Tuning

__all__ = [
    "BaseAutomation",
    "Cause",
    "Gains",
    "LoopTuning",
    "PidBank",
    "Process",
    "StationController",
    "Tuning",
    "tune_station",
]
