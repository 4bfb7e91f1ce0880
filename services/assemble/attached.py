"""A site's services at the loop of a run: voices for its owners, what plans take from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rami.communication.service.settings import ServiceConfiguration
from rami.core.event import EventKind, Severity
from rami.information.series import required_series
from services.assemble.services import declarations, platform

if TYPE_CHECKING:
    from rami.communication.service.message import Message
    from services.platform.events import ServiceEvent
    from services.platform.loop.attached import Attached
    from services.platform.loop.told_series import ToldSeries, Wanted
    from services.runtime.beside import Happened
    from services.runtime.figures import LiveFigures
    from services.runtime.live_run import LiveRun
    from services.runtime.loop_services import LoopServices, Offer
    from services.runtime.outsiders import Outsiders
    from services.runtime.telling import Around
    from services.study.season_run import SeasonRun
    from twins.site.site import Site

_RUN = "run"
_ZONE = "refused (zone)"


@dataclass
class AtLoop:
    """Services that are attached; `told` is what plans take from them. `made` joins them to the
    run, which is made after them."""

    site: Site
    attached: Attached
    told: ToldSeries
    happened: Happened
    services: LoopServices | None = None

    def made(
        self,
        run: SeasonRun,
        around: Around | None = None,
        outsiders: Outsiders | None = None,
        offer: Offer | None = None,
    ) -> LoopServices:
        """The run speaks from now on; `around` and what follows are a live run's."""
        from services.runtime.loop_services import LoopServices
        from services.runtime.telling import Telling

        twins, tellings = {}, {}
        for name, one in _runs(self.site).items():
            twins[name] = tuple(self.site.business.owners.get(one.owner, ()))
            whole = set(twins[name]) == set(self.site.twins)
            tells: Sequence[str] = one.tells  # type: ignore[attr-defined]
            tellings[name] = Telling(
                run, one.owner, twins[name], one.period, tells, around, whole=whole
            )
        wanted = self.told.wanted
        self.services = LoopServices(
            self.attached, tellings, twins, wanted, run, self.happened, outsiders, offer
        )
        return self.services

    def wrong(self, message: Message, why: str) -> None:
        """A message that makes no sense."""
        if self.services is not None:
            self.services.wrong(message, why)


def at_loop(
    site: Site,
    clock: Callable[[], int],
    folder: Path,
    happened: Happened,
    *,
    waits: bool,
) -> AtLoop | None:
    """The services that a site declares, not yet open; None where it declares none.

    Owners' own files are in the installation's folder of parties where there is one, else in
    `folder`. With `waits` a loop waits for their cycles. Raises ConfigurationError.
    """
    from services.platform.loop.attached import Attached
    from services.platform.loop.told_series import ToldSeries
    from services.platform.loop.voice import Voice

    if not site.declaration.services:
        return None
    declared = declarations(site)
    voices = {name: Voice(declared[name], site.name) for name in _runs(site)}
    installation = installed(site)
    home = installation / "data" if installation is not None else folder
    made = platform(site, clock, home, _telling(happened), voices=voices)
    directory = _revoked(installation, clock)
    attached = Attached(made, voices, waits=waits, revoked=directory)
    found: list[AtLoop] = []

    def wrong(message: Message, why: str) -> None:
        found[0].wrong(message, why)

    told = ToldSeries(_wanted(site), lambda: attached.heard, wrong)
    found.append(AtLoop(site, attached, told, happened))
    return found[0]


def live_services(beside: AtLoop, run: LiveRun, figures: LiveFigures) -> LoopServices:
    """Joined to a live run: alarms and figures are told, set-points and schedules taken."""
    from services.runtime.offered import offered
    from services.runtime.outsiders import Outsiders
    from services.runtime.telling import Around

    published, loop = run.published, run.loop
    points = {twin: published.points(twin) for twin in published.twins}
    around = Around(
        published.name,
        {twin: index.names for twin, index in points.items()},
        published.conditions,
        figures.now,
        lambda: {twin: one.shown.seen().quality for twin, one in run.modes.items()},
    )

    def offer(message: Message) -> str:
        schedule = offered(message, run.run.schedule, loop.now_ns, points)
        run.planning.offer(schedule, f"{message.topic.owner}/{message.topic.service}")
        return ""

    outsiders = Outsiders(run.modes, loop.clock, published.happened)
    return beside.made(run.run, around, outsiders, offer)


def installed(site: Site) -> Path | None:
    """The folder of parties that the site belongs to, where it is the installation's own."""
    bus = site.declaration.bus
    if bus is None:
        return None
    folder = site.folder / bus.parties
    return (
        folder if (folder / "directory.json").exists() and (folder / "parties").is_dir() else None
    )


def _runs(site: Site) -> Mapping[str, ServiceConfiguration]:
    return {n: s for n, s in site.declaration.services.items() if s.kind == _RUN}


def _wanted(site: Site) -> Wanted:
    from rami.business.ownership import owner_of_twins
    from services.platform.loop.told_series import Wanted

    owner_of = owner_of_twins(site.topology, site.business.owners)
    networks = {
        f"{twin}.{network}": owner_of[twin]
        for twin, topology in site.topology.twins.items()
        for network in topology.networks
    }
    series = required_series(site.topology, site.business.series())
    forecasts = site.declaration.forecasts
    source = forecasts.from_ if forecasts is not None else ""
    return Wanted(series, networks, source, forecasts.subject if forecasts is not None else "*")


def _revoked(installation: Path | None, clock: Callable[[], int]) -> Callable[[], frozenset[str]]:
    from services.platform.parties.directory import FileDirectory

    if installation is None:
        return frozenset
    directory = FileDirectory(installation / "directory.json", clock)
    return lambda: frozenset(n for n, p in directory.parties().items() if p.revoked)


def _telling(happened: Happened) -> Callable[[ServiceEvent], None]:
    """Events of services as events of the run, with owner and service.

    What no zone lets cross is told once for each topic: it comes again with every telling.
    """
    known: set[str] = set()

    def told(event: ServiceEvent) -> None:
        lasts, well = event.what != "refused", event.what == "well"
        if event.text.startswith(_ZONE):
            if event.text in known:
                return
            known.add(event.text)
        happened(
            EventKind.SERVICE, "", Severity.NOTE if well else Severity.WARNING, event.text,
            condition=f"service {event.service}" if lasts else "", active=lasts and not well,
            owner=event.owner, service=event.service, what=event.what,
        )  # fmt: skip

    return told
