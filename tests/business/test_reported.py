import numpy as np
import pytest

from rami.business.reported import period_balances
from tests.business.conftest import Settled


@pytest.mark.parametrize("per_period", [1, 2, 5])
def test_periods_add_up_to_the_settlement(fed: Settled, per_period: int) -> None:
    settlement = fed.settlement
    frame = period_balances(settlement, per_period)
    assert frame.grid.count == -(-settlement.grid.count // per_period)
    assert frame.grid.step_ns == settlement.grid.step_ns * per_period
    for owner, account in settlement.owners.items():
        cost = frame[f"balance.{owner}.cost"].sum() + account.peak_cost
        assert cost == pytest.approx(account.cost, abs=1e-6)
        assert frame[f"balance.{owner}.scope1"].sum() == pytest.approx(account.scope1_kg)
        assert frame[f"balance.{owner}.scope2"].sum() == pytest.approx(account.scope2_kg)
    for border in settlement.borders:
        name = f"{border.border}.E"
        assert frame[name].sum() == pytest.approx(border.billed.sum())
        assert frame[name][0] == pytest.approx(border.billed[:per_period].sum())
        assert frame.units[frame.place(name)] == "kWh"
    assert np.isfinite(frame.values).all()
