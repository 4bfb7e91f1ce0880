"""What a run changed against its baseline, absolute and relative, per owner and in total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rami.business.account import OwnerAccount
from rami.business.settlement import Settlement

#: a baseline below this share of its gross flows is called near zero
NEAR_ZERO = 0.05
TOTAL = "total"


@dataclass(frozen=True)
class Change:
    """A difference, run less baseline, with the baseline and its gross flows.

    The unit is the figure's own (EUR or kg).
    """

    delta: float
    baseline: float
    gross: float

    @property
    def near_zero(self) -> bool:
        """Whether the baseline is too small to be a measure."""
        return abs(self.baseline) <= NEAR_ZERO * self.gross

    @property
    def relative(self) -> float | None:
        """Delta / |baseline|; None where the baseline is near zero."""
        return None if self.near_zero else self.delta / abs(self.baseline)


@dataclass(frozen=True)
class Benefit:
    """Changes by owner and `total`.

    `benefit` in EUR (baseline cost less cost, which is profit less baseline profit; negative
    values are results), `scope1` and `scope2` in kg. `scope2` has no total where purchased
    heat is allocated.
    """

    benefit: Mapping[str, Change]
    scope1: Mapping[str, Change]
    scope2: Mapping[str, Change]

    def plain(self) -> dict[str, dict[str, float | None]]:
        """`delta` of results.json: t and EUR; a total that must not be formed is None."""
        tonnes = {
            key: {name: c.delta / 1000 for name, c in table.items()}
            for key, table in (("scope1_t", self.scope1), ("scope2_t", self.scope2))
        }
        delta: dict[str, dict[str, float | None]] = {
            **{key: dict(table) for key, table in tonnes.items()},
            "benefit_eur": {name: c.delta for name, c in self.benefit.items()},
        }
        delta["scope2_t"].setdefault(TOTAL, None)
        return delta

    def plain_relative(self) -> dict[str, dict[str, float | None]]:
        """`relative` of results.json: shares of the baseline, None where that is near zero."""
        return {
            key: {name: c.relative for name, c in table.items()}
            for key, table in (
                ("benefit", self.benefit),
                ("scope1", self.scope1),
                ("scope2", self.scope2),
            )
        }


def compare(baseline: Settlement, run: Settlement) -> Benefit:
    """Run against baseline, both with the same owners and the same treatment of heat.

    Raises ValueError when they are not comparable.
    """
    if set(baseline.owners) != set(run.owners) or baseline.grid != run.grid:
        raise ValueError("baseline and run have different owners or stand on different grids")
    if baseline.heat_transfer != run.heat_transfer:
        raise ValueError("baseline and run treat purchased heat differently")
    pairs = {name: (baseline.owners[name], run.owners[name]) for name in run.owners}
    money = {n: _money(a, b) for n, (a, b) in pairs.items()}
    scope1 = {n: _scope1(a, b) for n, (a, b) in pairs.items()}
    scope2 = {n: _scope2(a, b) for n, (a, b) in pairs.items()}
    return Benefit(
        {**money, TOTAL: _sum(money)},
        {**scope1, TOTAL: _sum(scope1)},
        scope2 if run.heat_transfer == "allocated" else {**scope2, TOTAL: _sum(scope2)},
    )


def _money(before: OwnerAccount, after: OwnerAccount) -> Change:
    return Change(before.cost - after.cost, before.cost, before.gross_money)


def _scope1(before: OwnerAccount, after: OwnerAccount) -> Change:
    return Change(after.scope1_kg - before.scope1_kg, before.scope1_kg, before.scope1_kg)


def _scope2(before: OwnerAccount, after: OwnerAccount) -> Change:
    gross = float(abs(before.scope2).sum() + before.scope2_heat.sum())
    return Change(after.scope2_kg - before.scope2_kg, before.scope2_kg, gross)


def _sum(table: Mapping[str, Change]) -> Change:
    return Change(
        sum(c.delta for c in table.values()),
        sum(c.baseline for c in table.values()),
        sum(c.gross for c in table.values()),
    )
