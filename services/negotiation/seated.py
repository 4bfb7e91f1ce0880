"""Seats of a site's district, made from its file in the process in which they run."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rami.communication.service.settings import Place
from rami.core.errors import ConfigurationError, Problem
from rami.functional.district.stock import Stock, stock
from services.negotiation import founding
from services.negotiation.dealing import Member
from services.negotiation.kinds.party import PartyConfiguration, StationPartyConfiguration
from services.negotiation.mail import Sender
from services.negotiation.seats.conductor import ConductorSeat
from services.negotiation.seats.consumers import ConsumersSeat
from services.negotiation.seats.network import NetworkSeat
from services.negotiation.seats.production import ProductionSeat
from services.negotiation.seats.seat import Seat
from services.negotiation.seats.station import StationSeat
from services.negotiation.world import Day, days

if TYPE_CHECKING:
    from rami.asset.district.declaration import District
    from services.negotiation.kinds.negotiation import NegotiationConfiguration
    from twins.site.site import Site


def seated(configuration: PartyConfiguration, name: str, place: Place) -> Seat:
    """A party's seat. Raises ConfigurationError."""
    site, declared, groups, world = _district(place)
    sender = Sender(place.site, configuration.owner, name)
    where = site.where(f"services.{name}")
    if configuration.role == "consumers":
        _owned(where, configuration.owner, {b.owner for b in declared.buildings.values()})
        actor = founding.consumers(declared, groups, configuration.owner)
        return ConsumersSeat(sender, actor, world, founding.rows(groups, configuration.owner))
    if configuration.role == "network":
        _owned(where, configuration.owner, {declared.network.owner})
        return NetworkSeat(sender, founding.network(declared, groups), world)
    if isinstance(configuration, StationPartyConfiguration):
        station = declared.surplus.get(configuration.station)
        _owned(where, configuration.owner, {station.owner} if station else set())
        return StationSeat(sender, founding.station(declared, configuration.station), world)
    _owned(where, configuration.owner, {declared.production.owner})
    contracts = {n: s.contract for n, s in declared.surplus.items()}
    plant = founding.production(declared)
    return ProductionSeat(sender, plant, world, declared.market.heat_tariff, contracts)


def conductor(configuration: NegotiationConfiguration, name: str, place: Place) -> ConductorSeat:
    """The seat of the one that asks. Raises ConfigurationError."""
    from services.assemble.services import declarations

    site, declared, _, world = _district(place)
    members = [
        Member(n, d.owner)
        for n, d in declarations(site).items()
        if any(o.kind == "flexibility_answer" for o in d.provides)
    ]
    lacking = {configuration.network, configuration.production} - {m.service for m in members}
    if lacking:
        what = f"no service {', '.join(sorted(lacking))} of the site answers requests"
        raise ConfigurationError([Problem(site.where(f"services.{name}"), what)])
    return ConductorSeat(
        Sender(place.site, configuration.owner, name), members, configuration.network,
        configuration.production, declared.negotiation, [d.grid for d in world.values()],
        configuration.steps,
    )  # fmt: skip


@lru_cache(1)
def _district(place: Place) -> tuple[Site, District, Stock, dict[int, Day]]:
    from twins.site.loading import load_site

    site = load_site(place.file)
    declared = site.declaration.district
    if declared is None:
        hint = "`district: FILE`, or what such a file says"
        raise ConfigurationError([Problem(str(place.file), "has no section `district`", hint)])
    groups = stock(declared)
    return site, declared, groups, {d.grid.start_ns: d for d in days(declared, groups.count)}


def _owned(where: str, owner: str, owners: set[str]) -> None:
    if owner not in owners:
        what = f"is {owner}'s, but of that in the district is {' and '.join(sorted(owners))}"
        raise ConfigurationError([Problem(where, what if owners else "is not in the district")])
