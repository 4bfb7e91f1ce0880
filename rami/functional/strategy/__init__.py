"""The strategy controller: eq. 4 to 18 as a MILP built from the topology (design: compiled once).

One block file per component kind; `StrategyController.plan` gives a `Schedule`. Names are
loaded on first use: a site file is checked with the settings alone, without arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.functional.strategy.controller import StrategyController
    from rami.functional.strategy.plant_state import PlantState, content_of
    from rami.functional.strategy.settings import StrategySettings

__all__ = ["PlantState", "StrategyController", "StrategySettings", "content_of"]

_HOMES = {
    "StrategyController": "controller",
    "PlantState": "plant_state",
    "content_of": "plant_state",
    "StrategySettings": "settings",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
