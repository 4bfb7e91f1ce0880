"""Owners, their twins and their tariffs fit together."""

from __future__ import annotations

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
    if not business.contracts:
        _needed(case, owner_of)
    if business.heat_between_owners:
        _contract(case, ("business", "heat_between_owners"), business.heat_between_owners)
    for place, contract in enumerate(business.more_heat_contracts):
        _contract(case, ("business", "more_heat_contracts", place), contract)


def _contract(case: Case, path: Path, contract: HeatBetweenOwners) -> None:
    _known(case, (*path, "buyer"), contract.buyer)
    _known(case, (*path, "seller"), contract.seller)
    if contract.buyer == contract.seller:
        what = f"{contract.seller!r} would trade with itself"
        case.faults.add((*path, "seller"), what, wanted="two owners")


def _known(case: Case, path: Path, owner: str) -> None:
    owners = case.parts.business.owners if case.parts.business else {}
    if owner not in owners:
        case.faults.add(path, f"no owner {owner!r}", hint=did_you_mean(owner, owners), at_key=True)


def _needed(case: Case, owner_of: dict[str, str]) -> None:
    stations = [t for t, names in case.names.items() if names.kind == "hts"]
    others = {owner_of.get(t) for t in case.names} - {None}
    if stations and len(others) > 1:
        case.faults.add(
            ("business",),
            "key 'heat_between_owners' is missing: the station has more than one owner around it",
            hint="give buyer, seller, feed_in_share, draw_surcharge",
        )
