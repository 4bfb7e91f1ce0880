"""What is told to others after each period: exchanged energies, costs and emissions."""

from __future__ import annotations

import numpy as np

from rami.business.settlement import Settlement
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid


def period_balances(settlement: Settlement, per_period: int) -> Frame:
    """Sums over periods of `per_period` steps; a shorter rest at the end is a frame's last row.

    Columns: `<twin>.<border>.E` in kWh, the billed heat of each border, positive into the
    station; `balance.<owner>.cost` in EUR, without the peak charge, which belongs to no single
    period; `balance.<owner>.scope1` and `.scope2` in kg (with `heat_transfer: allocated` scope 2
    holds purchased heat).
    """
    grid = settlement.grid
    count = -(-grid.count // per_period)
    columns = {f"{b.border}.E": ("kWh", b.billed) for b in settlement.borders}
    for owner, account in settlement.owners.items():
        columns[f"balance.{owner}.cost"] = ("EUR", account.cost_steps)
        columns[f"balance.{owner}.scope1"] = ("kg", account.scope1)
        columns[f"balance.{owner}.scope2"] = ("kg", account.scope2 + account.scope2_heat)
    period = np.arange(grid.count) // per_period
    summed = {
        name: (unit, np.asarray(np.bincount(period, values, count), float))
        for name, (unit, values) in columns.items()
    }
    periods = TimeGrid(grid.start_ns, grid.step_ns * per_period, count)
    return Frame.of(periods, summed, "settlement of metered energies")
