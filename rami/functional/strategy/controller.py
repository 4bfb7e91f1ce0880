"""The strategy controller: state, forecast and prices in, schedule out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from rami.asset.topology import SiteTopology
from rami.core.errors import InfeasibleError
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy.plant_state import PlantState
from rami.functional.strategy.settings import RUNGS, StrategySettings
from rami.functional.strategy.site_layout import SiteLayout

if TYPE_CHECKING:
    from rami.functional.strategy.build import Compiled
    from rami.information.prices import Prices


class StrategyController:
    """Plans by eq. 4 to 18 with eq. 21 as objective, for any declared topology.

    `owners` maps each owner to its twins. The plan's model is built and compiled at the first
    plan of its length, once per process. Raises ConfigurationError for twins without owner.
    """

    def __init__(
        self, site: SiteTopology, settings: StrategySettings, owners: Mapping[str, Sequence[str]]
    ) -> None:
        self.site = SiteLayout(site, owners)
        self.settings = settings
        self._plans: dict[int, Compiled] = {}

    def plan(
        self,
        grid: TimeGrid,
        forecast: Frame,
        prices: Prices,
        state: PlantState,
        previous: Schedule | None = None,
        override: Mapping[str, ArrayLike] | None = None,
    ) -> Schedule:
        """The schedule over `grid`, from the best rung of the ladder that gives one.

        `forecast` and `prices` stand on `grid`; `previous` serves the rung `shifted`; `override`
        replaces parameters of the model by name (`hts.hp.p_el_max`), for what-ifs. What the
        state says is not available rests (`availability`), and the notes name it. Raises
        DataError listing by name what is missing, not finite or contradictory, and
        InfeasibleError when no allowed rung gives a schedule.
        """
        from rami.functional.strategy.fallback import rest, shift
        from rami.functional.strategy.forecast_check import own_notes
        from rami.functional.strategy.ladder import climb
        from rami.functional.strategy.outcome import schedule_of

        compiled, absent = self._prepared(grid, forecast, prices, state, override)
        found = climb(compiled, self.settings)
        notes = own_notes(compiled.layout, self.settings, forecast)
        reasons = (*found.reasons, *notes, *absent)
        if found.solution and found.rung:
            return schedule_of(compiled, self.site, grid, found.solution, found.rung, reasons)
        if "shifted" in self.settings.rungs and previous is not None:
            return shift(compiled, self.site, grid, previous, reasons)
        if "rules" in self.settings.rungs:
            return rest(compiled, self.site, grid, reasons)
        raise InfeasibleError(
            "no plan: "
            + "; ".join(found.reasons)
            + f"; rungs allowed: {', '.join(self.settings.rungs)}; allow 'rules' to let the "
            "station rest instead"
        )

    def idle_cost(
        self, grid: TimeGrid, forecast: Frame, prices: Prices, state: PlantState
    ) -> Mapping[str, float]:
        """The terms of eq. 21 with the station at rest, `objective` among them; EUR.

        A plan's cost less this is its planned benefit. Raises as `plan`.
        """
        from rami.functional.strategy.fallback import at_rest
        from rami.functional.strategy.ladder import climb

        compiled, _ = self._prepared(grid, forecast, prices, state)
        at_rest(compiled)
        found = climb(compiled, self.settings.model_copy(update={"rungs": RUNGS}))
        if found.solution is None:
            raise InfeasibleError(f"no plan with the station at rest: {'; '.join(found.reasons)}")
        terms = compiled.program.parts(found.solution.x)
        return {**terms, "objective": found.solution.objective}

    def compiled(self, steps: int) -> Compiled:
        """The compiled model of a plan of that many steps, made at its first use."""
        from rami.functional.strategy.build import compiled

        if steps not in self._plans:
            s = self.settings
            balanced = s.cost_basis == "marginal"
            layout = self.site.layout(steps, balanced, s.binaries, s.minimum_load)
            self._plans[steps] = compiled(layout)
        return self._plans[steps]

    def _prepared(
        self,
        grid: TimeGrid,
        forecast: Frame,
        prices: Prices,
        state: PlantState,
        override: Mapping[str, ArrayLike] | None = None,
    ) -> tuple[Compiled, tuple[str, ...]]:
        """The compiled model with all parameters of this plan; notes on what is not available."""
        from rami.functional.strategy import availability
        from rami.functional.strategy.forecast_check import check_forecast
        from rami.functional.strategy.parameters import parameters
        from rami.functional.strategy.plan_data import PlanData

        plan = self.compiled(grid.count)
        check_forecast(self.site, plan.layout, self.settings, grid, forecast, prices)
        data = PlanData(self.site, plan.layout, self.settings, grid, forecast, prices, state)
        values = parameters(data)
        values |= availability.withdrawn(data, values)
        plan.program.set({**values, **(override or {})})
        plan.program.update()
        return plan, availability.notes(data)
