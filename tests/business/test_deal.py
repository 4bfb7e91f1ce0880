"""Settlement: whoever takes part is not worse off, money is neither made nor lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.business.deal import settle

EURO = st.floats(-1e5, 1e5, allow_nan=False)
ACCOUNTS = st.lists(st.tuples(EURO, EURO, st.floats(0, 1e4)), min_size=2, max_size=40)


@given(ACCOUNTS, st.floats(0, 1))
def test_nobody_loses_and_money_adds_up(rows, share) -> None:
    names = [f"p{i}" for i in range(len(rows))]
    without = {n: r[0] for n, r in zip(names, rows, strict=True)}
    with_ = {n: r[1] for n, r in zip(names, rows, strict=True)}
    effort = {n: r[2] for n, r in zip(names, rows, strict=True)}
    deal = settle(without, with_, effort, "p0", share)
    assert sum((Decimal(str(v)) for v in deal.paid.values()), Decimal(0)) == 0
    if deal.made:
        for n in names:
            assert without[n] - with_[n] + deal.paid[n] >= -1e-5, n
            assert deal.gain[n] >= 0
    else:
        assert not any(deal.paid.values())
        # what is left on the table is less than rounding up a cent each
        assert deal.total <= 0.01 * len(names) + 0.01
        assert deal.why


def test_a_deal_that_costs_more_than_it_brings_is_not_made() -> None:
    deal = settle({"a": 0.0, "b": 10.0}, {"a": 5.0, "b": 6.0}, {}, "b")
    assert not deal.made
    assert "-1.00 EUR" in deal.why


def test_the_one_who_moves_is_paid_his_cost_and_a_share() -> None:
    deal = settle({"a": 0.0, "b": 100.0}, {"a": 5.0, "b": 75.0}, {"a": 3.0}, "b", 0.5)
    assert deal.paid == {"a": 15.0, "b": -15.0}
    assert deal.gain == {"a": 10.0, "b": 10.0}


def test_accounts_of_other_parties_are_refused() -> None:
    with pytest.raises(ValueError, match="different parties"):
        settle({"a": 0.0}, {"b": 0.0}, {}, "a")
