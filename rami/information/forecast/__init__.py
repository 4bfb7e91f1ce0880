"""Forecasts of loads and prices with bands, and how good they are.

Names are loaded on first use: a site file is read without arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.information.forecast.desk import ForecastDesk
    from rami.information.forecast.forecast import Forecast
    from rami.information.forecast.forecaster import Fitted, Forecaster
    from rami.information.forecast.history import History
    from rami.information.forecast.methods import forecaster
    from rami.information.forecast.settings import ForecastSettings
    from rami.information.forecast.task import Task

__all__ = [
    "Fitted",
    "Forecast",
    "ForecastDesk",
    "ForecastSettings",
    "Forecaster",
    "History",
    "Task",
    "forecaster",
]

_HOMES = {
    "Fitted": "forecaster",
    "Forecast": "forecast",
    "ForecastDesk": "desk",
    "ForecastSettings": "settings",
    "Forecaster": "forecaster",
    "History": "history",
    "Task": "task",
    "forecaster": "methods",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
