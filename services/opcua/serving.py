"""A running site's OPC UA server from begin to end, in a process or a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from rami.communication.information_model import NodeSet
from rami.communication.information_model.site_model import SiteModel
from rami.communication.information_model.type_set import type_set
from rami.communication.live_site import LiveSite
from rami.communication.opcua_settings import OpcuaSettings
from rami.core.audit import Audit
from services.opcua.acting import Acting
from services.opcua.events.acknowledging import Acknowledging
from services.opcua.events.audit_events import AuditEvents
from services.opcua.events.notifier import Notifier
from services.opcua.feed import Feed, Moment
from services.opcua.history.opened import History
from services.opcua.history.past import Past
from services.opcua.live_values import LiveValues
from services.opcua.server import OpcuaServer

#: makes the information model once more, with these key figures (name: unit)
Remodel = Callable[[Mapping[str, str]], SiteModel]
_logger = logging.getLogger(__name__)


class Serving:
    """Serves `site` as `remodel` models it. Files of `settings` are below `folder`; `past` opens
    the store that its history is kept in, `journal` is where its run writes events."""

    def __init__(
        self,
        site: LiveSite,
        remodel: Remodel,
        settings: OpcuaSettings,
        folder: Path,
        audit: Audit,
        past: Callable[[], Past] | None = None,
        journal: Path | None = None,
    ) -> None:
        self._past, self._journal = past, journal
        self._site, self._remodel = site, remodel
        self.server = OpcuaServer(settings, site.name, folder, audit)
        self._figures: dict[str, str] = {}

    async def open(self) -> str:
        """Put the model in, begin to feed it, listen; the address."""
        server = self.server
        await server.prepare()
        self._figures = _figures(self._site)
        model = self._remodel(self._figures)
        await server.add(type_set())
        await server.add(model.nodes)
        self._values = LiveValues(server, model)
        self._acting = Acting(server, model, self._site)
        self._notifier = Notifier(server, model, self._site)
        Acknowledging(server, self._notifier, self._acting.ask)
        AuditEvents(server, self._notifier)
        self._history = History(server, self._past)
        if self._journal is not None:
            self._history.tell_events(self._notifier, self._journal)
        self._history.add(model)
        await self._history.start()
        self._feed = Feed(self._site, self._take)
        self._notifier.begin(self._feed.skip())
        await self._values.take(self._feed.moment())
        await server.start()
        self._feed.start()
        return server.address

    async def close(self) -> None:
        """Cut clients off; the site runs on."""
        self._feed.stop()
        await self.server.stop()
        self._acting.close()
        self._history.close()

    async def _take(self, moment: Moment) -> None:
        told = {name: unit for name, (_, unit) in moment.view.figures.items()}
        if not told.keys() <= self._figures.keys():
            await self._more(told)
        await self._values.take(moment)
        self._notifier.take(moment.events)

    async def _more(self, figures: Mapping[str, str]) -> None:
        """Key figures that nobody knew of when the server began."""
        self._figures |= figures
        model = self._remodel(self._figures)
        nodes = {i: n for i, n in model.nodes.nodes.items() if i not in self.server.nodes}
        fresh = tuple(r for r in model.nodes.references if r.source in nodes or r.target in nodes)
        await self.server.add(NodeSet(model.nodes.namespaces, nodes, fresh))
        self._values.add_figures(model)
        self._history.add(model)


def serve(serving: Serving, ready: Callable[[str], None], until: threading.Event) -> None:
    """Serve in this thread, in an event loop of its own, until the event is set."""

    async def run() -> None:
        try:
            ready(await serving.open())
            while not until.is_set():
                await asyncio.sleep(0.2)
        finally:
            await serving.close()

    asyncio.run(run())


def _figures(site: LiveSite) -> dict[str, str]:
    return {name: unit for name, (_, unit) in site.view().figures.items()}
