"""Use of a historian: settings, the writer between a loop and a store, a store apart.

Names are loaded on first use: checking a site file needs no arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.information.historian.apart import StoreApart
    from rami.information.historian.pressure import Pressure
    from rami.information.historian.settings import HistorianConfiguration
    from rami.information.historian.writer import StoreWriter

__all__ = ["HistorianConfiguration", "Pressure", "StoreApart", "StoreWriter"]

_HOMES = {
    "HistorianConfiguration": "settings",
    "Pressure": "pressure",
    "StoreApart": "apart",
    "StoreWriter": "writer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
