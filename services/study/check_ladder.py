"""From the check calculation to a run: one simplification taken back after the other.

Each rung plans and settles a season with one more piece of reality; the differences name, in
EUR, what that piece costs. Only the last two rungs need the run itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from rami.business.pricing import site_prices
from rami.business.settlement import Settlement, settle
from rami.business.static_run import static_run
from rami.core.frame import Frame
from rami.functional.strategy import StrategyController, StrategySettings
from rami.information.prices import Prices
from services.study.check_calculation import (
    Basis,
    check_calculation,
    plan_days,
    without_losses,
)

if TYPE_CHECKING:
    from twins.site.site import Site

Benefits = Mapping[str, float]


@dataclass(frozen=True)
class PlannedRungs:
    """Realised benefits in EUR by owner of every rung before the run; the peak is left out."""

    check: Benefits
    temperatures: Benefits
    losses: Benefits
    minimum_load: Benefits


@dataclass(frozen=True)
class Check:
    """A season's check calculation, and what was published for the same data (None: nothing)."""

    rungs: PlannedRungs
    published: Benefits | None


def planned_rungs(site: Site, data: Frame, basis: Basis) -> PlannedRungs:
    """Plan and settle a season on every rung. Raises as `check_calculation`."""
    topology, business = site.topology, site.business
    prices = site_prices(business, topology, data)
    check = check_calculation(topology, business, data, basis)
    owners = tuple(business.owners)

    def rung(minimum_load: bool, override: Mapping[str, ArrayLike]) -> Benefits:
        settings = StrategySettings(
            cost_basis=basis,
            binaries=True,
            minimum_load=minimum_load,
            peak=False,
            gap=site.strategy.gap,
        )
        controller = StrategyController(topology, settings, business.owners)
        _, powers = plan_days(controller, data, prices, lambda day: override)
        rest = _settled(site, data, prices, None, relaxed=not minimum_load)
        run = _settled(site, data, prices, powers, relaxed=not minimum_load)
        return benefits_without_peak(rest, run)

    return PlannedRungs(
        {owner: check.benefit(owner) for owner in owners},
        rung(False, without_losses(topology)),
        rung(False, {}),
        rung(True, {}),
    )


def benefits_without_peak(before: Settlement, after: Settlement) -> Benefits:
    """Baseline cost less cost in EUR by owner, the peak charge left out."""
    return {
        owner: (before.owners[owner].cost - before.owners[owner].peak_cost)
        - (account.cost - account.peak_cost)
        for owner, account in after.owners.items()
    }


def _settled(
    site: Site, data: Frame, prices: Prices, powers: Frame | None, *, relaxed: bool
) -> Settlement:
    owners = site.business.owners
    run = static_run(site.topology, owners, prices, data, powers, relaxed=relaxed)
    return settle(site.topology, owners, prices, run.metered)


def differences(
    check: Check, static: Benefits, metered: Benefits, realised: Benefits
) -> dict[str, dict[str, float]]:
    """Per owner the way from the published check (else our own) to the realised benefit, EUR.

    `static` are the benefits of the run's own schedules settled by merit order and `metered`
    those of its meters, both without the peak charge; `realised` holds it. The peak is what
    it changes in the plans and what it is billed less. `residual_eur` is what our check calculation
    differs from the published one; the parts sum to realised - check.
    """
    rungs = check.rungs
    table: dict[str, dict[str, float]] = {}
    for owner in rungs.check:
        start = rungs.check[owner] if check.published is None else check.published[owner]
        table[owner] = {
            "check_eur": start,
            "residual_eur": rungs.check[owner] - start,
            "temperatures_eur": rungs.temperatures[owner] - rungs.check[owner],
            "losses_eur": rungs.losses[owner] - rungs.temperatures[owner],
            "minimum_load_eur": rungs.minimum_load[owner] - rungs.losses[owner],
            "peak_eur": static[owner]
            - rungs.minimum_load[owner]
            + (realised[owner] - metered[owner]),
            "dynamics_eur": metered[owner] - static[owner],
            "realised_eur": realised[owner],
        }
    return table
