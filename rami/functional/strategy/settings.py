"""What a site file may say about its strategy controller."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration, EnergyPrice, Share
from rami.core.written import Switch

#: how a schedule came about, best first (see `ladder`)
Rung = Literal["milp", "incumbent", "rounded", "shifted", "rules"]
RUNGS: tuple[Rung, ...] = ("milp", "incumbent", "rounded", "shifted", "rules")


class StrategySettings(Declared):
    """Settings of the MILP strategy controller.

    `cost_basis`: `marginal` puts the owner's converters into the plan, `average` prices heat by
    eq. 3 from the baseline dispatch (the paper's method), `ems` by given values (series
    `cost.<network>` in EUR/kWh and `emission.<network>` in kg/kWh of the forecast). `gap` is
    what the plan may lose, as a share of the turnover. `deadline` ends the search and makes a
    plan depend on the machine; without it the same input gives the same plan. `margin` is the
    part of a network's capacity and demand that a plan counts on. `terminal_content` is Q_end
    of eq. 11a: the content at the start of the run as declared, or at the start of each plan.
    `rungs` are the steps of the ladder that may be used. `binaries`, `minimum_load` and `peak`
    switch these parts off for comparisons; without binaries all is one linear programme.
    """

    kind: Literal["milp"] = "milp"
    horizon: Duration = 86400.0
    step: Duration = 900.0
    cost_basis: Literal["marginal", "average", "ems"] = "marginal"
    gap: float = Field(1e-4, ge=0.0, le=0.1)
    deadline: Duration | None = None
    margin: Share = 0.97
    shortage_price: EnergyPrice = 10.0
    terminal_price: EnergyPrice = 1.0
    terminal_content: Literal["declared", "initial"] = "declared"
    rungs: tuple[Rung, ...] = RUNGS
    binaries: Switch = True
    minimum_load: Switch = True
    peak: Switch = True
