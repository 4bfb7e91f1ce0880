"""Owners, their twins and their tariffs fit together."""

from __future__ import annotations

from rami.asset.heat_exchanger import HeatExchanger
from rami.business.tariffs import HeatBetweenOwners
from rami.core.wording import did_you_mean
from twins.site.checks.case import Case
from twins.site.node import Path


def check_ownership(case: Case) -> None:
    """Every twin has one owner, every owner a tariff, and heat is sold between two of them."""
    business = case.parts.business
    if business is None:
        return
    owner_of: dict[str, str] = {}
    for owner, twins in business.owners.items():
        for place, twin in enumerate(twins):
            path = ("business", "owners", owner, place)
            if twin not in case.names:
                case.faults.add(path, f"no twin {twin!r}", hint=did_you_mean(twin, case.names))
            elif twin in owner_of:
                case.faults.add(path, f"twin {twin!r} has two owners, {owner_of[twin]} and {owner}")
            else:
                owner_of[twin] = owner
    unowned = [twin for twin in case.names if twin not in owner_of]
    if unowned:
        case.faults.add(("business", "owners"), f"no owner has {', '.join(unowned)}")
    for owner in business.owners:
        if owner not in business.tariffs:
            case.faults.add(("business", "tariffs"), f"no tariff for owner {owner!r}")
    for owner in business.tariffs:
        _known(case, ("business", "tariffs", owner), owner)
    pairs = _pairs(case, owner_of)
    contracts: dict[Path, HeatBetweenOwners] = {}
    if business.heat_between_owners:
        contracts["business", "heat_between_owners"] = business.heat_between_owners
    for place, more in enumerate(business.more_heat_contracts):
        contracts["business", "more_heat_contracts", place] = more
    for where, contract in contracts.items():
        _contract(case, where, contract, pairs)
    covered = {frozenset((c.buyer, c.seller)) for c in contracts.values()}
    for station, network in sorted(pairs):
        if contracts and all(frozenset((station, network)) != pair for pair in covered):
            what = f"no contract for the heat between {station} and {network}"
            case.faults.add(("business", "heat_between_owners"), what, at_key=True)
        elif not contracts:
            case.faults.add(
                ("business",),
                f"key 'heat_between_owners' is missing: {station} and {network} exchange heat",
                hint="give buyer, seller, feed_in_share, draw_surcharge",
            )


def _pairs(case: Case, owner_of: dict[str, str]) -> set[tuple[str, str]]:
    """(owner of a station, owner of a network it exchanges heat with), where they differ."""
    pairs = set()
    for _, twin, hex_ in case.of(HeatExchanger):
        for side in (hex_.primary, hex_.secondary):
            pair = (owner_of.get(twin), owner_of.get(side.partition(".")[0]))
            if pair[0] and pair[1] and pair[0] != pair[1]:
                pairs.add((pair[0], pair[1]))
    return pairs


def _contract(
    case: Case, path: Path, contract: HeatBetweenOwners, pairs: set[tuple[str, str]]
) -> None:
    _known(case, (*path, "buyer"), contract.buyer)
    _known(case, (*path, "seller"), contract.seller)
    if contract.buyer == contract.seller:
        what = f"{contract.seller!r} would trade with itself"
        case.faults.add((*path, "seller"), what, wanted="two owners")
    elif (contract.buyer, contract.seller) not in pairs and (
        contract.seller,
        contract.buyer,
    ) in pairs:
        case.faults.add(
            (*path, "buyer"),
            f"the station belongs to {contract.seller!r}, not to {contract.buyer!r}",
            wanted="the owner of the station as buyer",
        )


def _known(case: Case, path: Path, owner: str) -> None:
    owners = case.parts.business.owners if case.parts.business else {}
    if owner not in owners:
        case.faults.add(path, f"no owner {owner!r}", hint=did_you_mean(owner, owners), at_key=True)
