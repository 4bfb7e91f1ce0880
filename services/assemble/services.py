"""A site's services: their declarations, borders, buses, and the platform that runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from rami.communication.service.border import Border
from rami.communication.service.gate import Gate
from rami.communication.service.refusals import Refusals
from rami.communication.service.seen import Seen
from rami.communication.service.settings import Place, ServiceConfiguration
from rami.core.errors import ConfigurationError, Problem
from services.platform.clock import SetClock
from services.platform.hosts.outcome import Recipe
from services.platform.member import Member

if TYPE_CHECKING:
    from rami.communication.service.bus import Bus
    from rami.communication.service.contract import ServiceDeclaration
    from services.platform.events import ServiceEvent
    from services.platform.hosts.outcome import Host
    from services.platform.runner import Platform
    from services.utility.loading import Utility
    from twins.site.site import Site

    Served = Site | Utility


#: kinds that nothing is started for: a partner's, and the run's own
_ELSEWHERE = ("remote", "run")


def declarations(site: Served) -> Mapping[str, ServiceDeclaration]:
    """What each service of a site declares. Raises ConfigurationError."""
    found, problems = {}, []
    for name, configuration in site.declaration.services.items():
        declared = configuration.declaration(name)
        if (declared.name, declared.owner) != (name, configuration.owner):
            what = f"declares itself as {declared.name} of {declared.owner}"
            problems.append(Problem(site.where(f"services.{name}"), what))
        found[name] = declared
    if problems:
        raise ConfigurationError(problems)
    return found


def border(site: Served) -> Border:
    """Who may say and hear what at a site."""
    return Border(site.name, declarations(site).values(), site.declaration.zones)


def platform(
    site: Served,
    clock: Callable[[], int] = time_ns,
    folder: Path | None = None,
    told: Callable[[ServiceEvent], None] | None = None,
    only: frozenset[str] = frozenset(),
    voices: Mapping[str, Host] | None = None,
    *,
    follow: bool = False,
) -> Platform:
    """The services of a site, not yet running.

    `folder` holds each owner's own files in a folder of his: events, the audit of what was refused,
    sequences (none: nothing is kept). `only` are
    owners whose services run here; the others' are heard over the bus. `voices` speak for runs,
    where there is a loop. With `follow` a `SetClock` goes with what comes over the bus. Raises
    ConfigurationError.
    """
    from services.platform.runner import Platform

    made = border(site)
    place = Place(site.name, site.file)
    members = []
    for name, configuration in site.declaration.services.items():
        here = configuration.kind not in _ELSEWHERE and (not only or configuration.owner in only)
        host = _host(configuration, name, place) if here else (voices or {}).get(name)
        members.append(Member(configuration.declaration(name), host))
    owners = sorted({m.declaration.owner for m in members if m.host is not None})

    def home(owner: str) -> Path:
        assert folder is not None
        own = folder / owner / site.name
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        return own

    def refused(owner: str) -> Refusals:
        from rami.integration.audit import AuditFile

        file = home(owner) / "refused" / "audit.jsonl" if folder is not None else None
        return Refusals(clock, AuditFile(file, clock) if file is not None else None)

    refusals = {owner: refused(owner) for owner in owners}
    kept = home if folder is not None else None
    follows = clock.follow if follow and isinstance(clock, SetClock) else None
    buses = _buses(site, made, owners, clock, refusals, kept, follows)
    return Platform(members, made, buses, clock, refusals, kept, told)


def _host(configuration: ServiceConfiguration, name: str, place: Place) -> Host:
    from services.platform.hosts.process import ProcessHost
    from services.platform.hosts.thread import ThreadHost

    recipe = Recipe(configuration, name, place)
    if configuration.apart == "thread":
        return ThreadHost(recipe, configuration.deadline)
    return ProcessHost(recipe, configuration.deadline, configuration.memory_mb)


def _buses(
    site: Served,
    made: Border,
    owners: list[str],
    clock: Callable[[], int],
    refusals: Mapping[str, Refusals],
    home: Callable[[str], Path] | None,
    follows: Callable[[int], None] | None,
) -> dict[str, tuple[Bus, ...]]:
    from adapters.buses.local import Exchange

    exchange = Exchange(made, clock, refusals.__getitem__)
    buses: dict[str, tuple[Bus, ...]] = {owner: (exchange.party(owner),) for owner in owners}
    settings = site.declaration.bus
    if settings is None or settings.kind == "local":
        return buses
    from adapters.buses.mqtt import Credentials, MqttBus
    from services.platform.parties.directory import FileDirectory

    parties = site.folder / settings.parties
    for owner in owners:
        folder = parties / "parties" / owner if (parties / "parties").is_dir() else parties
        credentials = Credentials.of(folder)
        directory = FileDirectory(_directory(parties, folder), clock)
        seen = Seen(home(owner) / "seen.json" if home is not None else None)
        gate = Gate(owner, made, clock, refusals[owner], seen, directory, follows=follows)
        buses[owner] += (MqttBus(settings, credentials, made, gate, clock),)
    return buses


def _directory(parties: Path, folder: Path) -> Path:
    """The installation's own, else the copy in what was handed over."""
    own = parties / "directory.json"
    return own if own.exists() else folder / "directory.json"
