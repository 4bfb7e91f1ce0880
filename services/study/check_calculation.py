"""The check calculation of the reference data: a plan of linear programmes, settled statically.

Simplifications, as that calculation states them: 24 h plans without binaries, minimum load and
peak; exchangers limited by their design power (sinks by their network's demand); the heat pump's
share as with the hottest flow line throughout; storage at half its content at both ends of every
day, without reserve and idle loss; what the plan asks for is what the station gives; converters
follow by merit order. The distance from here to a run is what dynamics, minimum load,
temperatures, losses and the peak cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import SiteTopology
from rami.business.pricing import site_prices
from rami.business.settlement import Settlement, settle
from rami.business.static_run import static_run
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.functional.strategy import PlantState, StrategyController, StrategySettings
from rami.functional.strategy.site_layout import SiteLayout
from rami.information.limits import heat_pump_share
from rami.information.network_dispatch import network_demand
from rami.information.prices import Prices

Basis = Literal["marginal", "average"]
_DAY = 24.0


@dataclass(frozen=True)
class CheckCalculation:
    """What was planned (EUR against the station at rest) and what the settlement says.

    `powers` are the planned powers (kW) that were settled.
    """

    basis: Basis
    planned: float
    baseline: Settlement
    run: Settlement
    powers: Frame

    def benefit(self, owner: str) -> float:
        """Baseline cost less cost without the peak charge, EUR."""
        before, after = self.baseline.owners[owner], self.run.owners[owner]
        return (before.cost - before.peak_cost) - (after.cost - after.peak_cost)

    def scope1_t(self, owner: str) -> float:
        """Change of scope 1 in t."""
        before, after = self.baseline.owners[owner], self.run.owners[owner]
        return (after.scope1_kg - before.scope1_kg) / 1000

    def scope2_t(self, owner: str) -> float:
        """Change of scope 2 in t."""
        before, after = self.baseline.owners[owner], self.run.owners[owner]
        return (after.scope2_kg - before.scope2_kg) / 1000


def check_calculation(
    site: SiteTopology,
    business: Business,
    data: Frame,
    basis: Basis,
    override: Mapping[str, ArrayLike] | None = None,
) -> CheckCalculation:
    """Plan all days of `data`, settle plan and rest; `override` replaces plan parameters.

    Raises as `StrategyController.plan` and `site_prices`.
    """
    prices = site_prices(business, site, data)
    settings = StrategySettings(
        cost_basis=basis, binaries=False, minimum_load=False, peak=False, margin=1.0
    )
    controller = StrategyController(site, settings, business.owners)

    def simple(day: Frame) -> Mapping[str, ArrayLike]:
        return {**_simplified(controller.site, day), **(override or {})}

    planned, powers = plan_days(controller, data, prices, simple)
    baseline = _settled(site, business, prices, data, None)
    return CheckCalculation(
        basis, planned, baseline, _settled(site, business, prices, data, powers), powers
    )


def plan_days(
    controller: StrategyController,
    data: Frame,
    prices: Prices,
    override: Callable[[Frame], Mapping[str, ArrayLike]],
) -> tuple[float, Frame]:
    """(planned benefit in EUR, planned powers in kW) of one plan a day from the declared content.

    `override` gives the parameters to replace on a day's data.
    """
    steps = round(_DAY / data.grid.step_h)
    planned, parts = 0.0, []
    columns: tuple[str, ...] = ()
    state = PlantState.nominal(controller.site.site)
    for first in range(0, data.grid.count, steps):
        count = min(steps, data.grid.count - first)
        day, priced = data.part(first, count), prices.part(first, count)
        plan = controller.plan(day.grid, day, priced, state, override=override(day))
        planned += controller.idle_cost(day.grid, day, priced, state)["objective"] - plan.objective
        parts.append(plan.values)
        columns = plan.columns
    return planned, Frame(data.grid, columns, ("1",) * len(columns), np.vstack(parts))


def without_losses(site: SiteTopology) -> dict[str, ArrayLike]:
    """The plan's parameters of storages that lose nothing but their share (lambda of eq. 11)."""
    return {f"{twin}.{name}.loss_idle": 0.0 for twin, name, _ in site.of(HeatStorage)}


def _settled(
    site: SiteTopology, business: Business, prices: Prices, data: Frame, powers: Frame | None
) -> Settlement:
    run = static_run(site, business.owners, prices, data, powers, relaxed=True)
    return settle(site, business.owners, prices, run.metered)


def _simplified(site: SiteLayout, data: Frame) -> dict[str, NDArray[np.float64] | float]:
    """The parameters of the plan that the simplifications replace."""
    topology = site.site
    values: dict[str, NDArray[np.float64] | float] = {}
    for path, (twin, hex_) in site.exchangers.items():
        values[f"{path}.p_max"] = _design_limit(site, path, hex_, data)
        if any(topology.twins[twin].of(HeatPump)) and site.in_circuit(site.secondary(path)):
            values[f"{path}.slope"] = 0.0
    for path, pump, circuit, _ in site.heat_pumps():
        network = topology.network(circuit)
        hottest = site.flow_hot(circuit) if site.hot_sinks(circuit) else network.flow
        share = float(heat_pump_share(pump, network.return_, hottest))
        values[f"{path}.burden"] = 1 / share - 1
    for twin, name, storage in topology.of(HeatStorage):
        half = storage.content_max / 2
        values |= {
            f"{twin}.{name}.loss_idle": 0.0,
            f"{twin}.{name}.q_min": 0.0,
            f"{twin}.{name}.q_start": half,
            f"{twin}.{name}.q_end": half,
        }
    return values


def _design_limit(
    site: SiteLayout, path: str, hex_: HeatExchanger, data: Frame
) -> NDArray[np.float64]:
    limit: NDArray[np.float64] = np.full(data.grid.count, hex_.design.power)
    behind = site.secondary(path)
    if not site.in_circuit(behind):
        twin, _, network = behind.partition(".")
        limit = np.minimum(limit, network_demand(site.site.twins[twin], network, data))
    return limit
