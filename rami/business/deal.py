"""Settlement of a deal between owners: nobody is worse off by a cent, or it is not made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Deal:
    """`paid` to each party in EUR (negative: it pays), `gain` of each after that; in whole cents.
    Without `made` nothing is paid and `why` says why."""

    made: bool
    paid: Mapping[str, float]
    gain: Mapping[str, float]
    total: float
    why: str = ""


def settle(
    without: Mapping[str, float],
    with_: Mapping[str, float],
    effort: Mapping[str, float],
    asker: str,
    asker_share: float = 0.5,
) -> Deal:
    """Pay each party what the deal costs it and a share of the common gain.

    `without` and `with_` are each party's cost in EUR (income negative) if there is no deal and
    if there is one. The asker keeps `asker_share` of the gain, the rest goes by `effort` (kWh
    changed). All in cents: costs of a deal are rounded up, so that

        paid[i] >= with_[i] - without[i]      and      sum(paid) = 0

    hold exactly, or the deal is not made.
    """
    parties = sorted(without)
    if set(parties) != set(with_) or asker not in without:
        raise ValueError("the accounts with and without a deal name different parties")
    more = {p: _cents(with_[p]) - _cents(without[p]) for p in parties}
    owed = {p: m.quantize(_CENT, ROUND_CEILING) for p, m in more.items()}
    total = -sum(owed.values(), Decimal(0))
    gain = float(-sum(more.values(), Decimal(0)))
    if total <= 0:
        nothing = dict.fromkeys(parties, 0.0)
        why = f"all parties together would gain {gain:.2f} EUR, less than a cent to share out"
        return Deal(False, nothing, nothing, gain, why)
    others = {p: max(effort.get(p, 0.0), 0.0) for p in parties if p != asker}
    weight = sum(others.values())
    rest = total * Decimal(str(1 - asker_share)) if weight > 0 else Decimal(0)
    shares = {
        p: (rest * Decimal(repr(e)) / Decimal(repr(weight))).quantize(_CENT, ROUND_FLOOR)
        for p, e in others.items()
        if weight > 0
    }
    shares[asker] = total - sum(shares.values(), Decimal(0))
    paid = {p: owed[p] + shares.get(p, Decimal(0)) for p in parties}
    return Deal(
        True,
        {p: float(v) for p, v in paid.items()},
        {p: float(paid[p] - more[p]) for p in parties},
        gain,
    )


def _cents(euro: float) -> Decimal:
    # what accounts carry beyond a millionth of a EUR is round-off
    return Decimal(f"{euro:.6f}")
