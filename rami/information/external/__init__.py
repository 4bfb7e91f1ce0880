"""External data with age, validity and fallback.

Names are loaded on first use: checking a site file needs no arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.information.external.delivery import Delivery, on_grid
    from rami.information.external.laid import Laid
    from rami.information.external.provenance import Origin, origin
    from rami.information.external.settings import ExternalSettings

__all__ = ["Delivery", "ExternalSettings", "Laid", "Origin", "on_grid", "origin"]

_HOMES = {
    "Delivery": "delivery",
    "ExternalSettings": "settings",
    "Laid": "laid",
    "Origin": "provenance",
    "on_grid": "delivery",
    "origin": "provenance",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
