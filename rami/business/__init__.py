"""Tariffs, meters, settlement and emissions per owner, and what they must add up to.

Names are loaded on first use: checking a site file needs no arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.business.benefit import Benefit, compare
    from rami.business.closure import Closure, check_closure
    from rami.business.meters import Meter, meters_of, with_electric_loads
    from rami.business.planned import PlanGap, decompose
    from rami.business.pricing import site_prices
    from rami.business.settlement import Settlement, settle
    from rami.business.tariffs import Business

__all__ = [
    "Benefit",
    "Business",
    "Closure",
    "Meter",
    "PlanGap",
    "Settlement",
    "check_closure",
    "compare",
    "decompose",
    "meters_of",
    "settle",
    "site_prices",
    "with_electric_loads",
]

_HOMES = {
    "Benefit": "benefit",
    "Business": "tariffs",
    "Closure": "closure",
    "Meter": "meters",
    "PlanGap": "planned",
    "Settlement": "settlement",
    "check_closure": "closure",
    "compare": "benefit",
    "decompose": "planned",
    "meters_of": "meters",
    "settle": "settlement",
    "site_prices": "pricing",
    "with_electric_loads": "meters",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
