"""The strategy controller: eq. 4 to 18 as a MILP built from the topology (design: compiled once).

One block file per component kind; `StrategyController.plan` gives a `Schedule`.
"""

from rami.functional.strategy.controller import StrategyController
from rami.functional.strategy.plant_state import PlantState, content_of
from rami.functional.strategy.settings import StrategySettings

__all__ = ["PlantState", "StrategyController", "StrategySettings", "content_of"]
