"""External data, derived quantities and key figures (eq. 1-3), limits and merit order.

Names are loaded on first use: checking a site file needs no arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.information.dispatch import Dispatch
    from rami.information.kpi import Kpi
    from rami.information.prices import HeatPrices, OwnerPrices, Prices
    from rami.information.series import Role, Series, required_series
    from rami.information.source import DataSource, SourceConfiguration
    from rami.information.wet_bulb import with_wet_bulb

__all__ = [
    "DataSource",
    "Dispatch",
    "HeatPrices",
    "Kpi",
    "OwnerPrices",
    "Prices",
    "Role",
    "Series",
    "SourceConfiguration",
    "required_series",
    "with_wet_bulb",
]

_HOMES = {
    "DataSource": "source",
    "Dispatch": "dispatch",
    "HeatPrices": "prices",
    "Kpi": "kpi",
    "OwnerPrices": "prices",
    "Prices": "prices",
    "Role": "series",
    "Series": "series",
    "SourceConfiguration": "source",
    "required_series": "series",
    "with_wet_bulb": "wet_bulb",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
