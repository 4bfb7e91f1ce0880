"""A site whose loop is the test, and its server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rami.asset.live import Observation
from rami.communication.information_model import SiteModel
from rami.communication.live_site import Pace, Reply, Request, SiteView, TwinView, Verb
from rami.communication.opcua_settings import OpcuaSettings
from rami.core.points import PointIndex
from rami.core.quality import Reason, good
from rami.integration.mode import Mode
from services.assemble.information_model import information_model
from services.control import Published
from services.control.journal import EventJournal
from services.opcua.history.past import Past
from services.opcua.serving import Serving, serve
from tests.services.opcua.served import KeptAudit

START = 1_547_424_000_000_000_000
SECOND = 1_000_000_000
SPACE = "urn:rami-twins:site:reference"


class Running:
    """A site whose loop is the test."""

    def __init__(self, site: Any, journal: EventJournal | None = None) -> None:
        self.declared, self.now_ns = site, START
        self.points = {name: PointIndex(t.points.points) for name, t in site.topology.twins.items()}
        self.site = Published(site.name, self.points, lambda: self.now_ns, journal)
        self.asked: list[Request] = []
        self.refusals: list[str] = []
        self.step = 0
        self.values = {name: np.arange(float(len(p))) for name, p in self.points.items()}
        self.quality = {name: good(len(p), Reason.SIMULATED) for name, p in self.points.items()}
        self.figures = {"kpi.cop": (3.5, "1")}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def publish(self, state: str = "running") -> None:
        self.step += 1
        at = START + self.step * SECOND
        twins = {
            name: TwinView(
                Mode.SIMULATE,
                Mode.SIMULATE,
                "model",
                ("model",),
                "closed",
                "",
                Observation(
                    self.values[name].copy(),
                    self.quality[name].copy(),
                    np.full(len(index), at, np.int64),
                ),
            )
            for name, index in self.points.items()
        }
        pace = Pace("scaled", 60.0, self.step, 0, 0, 0.001, 0.002)
        self.site.publish(SiteView(self.step, at, twins, pace, dict(self.figures), state))

    def _answer(self) -> None:
        while not self._ended.is_set():
            self.site.wait_for_request(0.05)
            for waiting in self.site.requests():
                self.asked.append(waiting.request)
                waiting.answer(self.reply(waiting.request))

    def reply(self, request: Request) -> Reply:
        """No mode is entered here, everything else is done, unless there are `refusals`."""
        if self.refusals:
            return Reply(False, (self.refusals.pop(0),))
        refused = request.verb is Verb.MODE
        return Reply(not refused, ("guard is not armed",) if refused else ())

    def end(self) -> None:
        self._ended.set()
        self._thread.join(5.0)


class Server:
    """`Serving` of a loop in a thread; `close` it."""

    def __init__(
        self,
        loop: Running,
        folder: Path,
        prepare: Callable[[Serving], None] | None = None,
        past: Callable[[], Past] | None = None,
        journal: Path | None = None,
        **settings: Any,
    ) -> None:
        def remodel(figures: Mapping[str, str]) -> SiteModel:
            return information_model(loop.declared, loop.points, figures)

        self.loop, self.audit = loop, KeptAudit()
        told = OpcuaSettings.model_validate({"port": 0, **settings})
        self.serving = Serving(loop.site, remodel, told, folder, self.audit, past, journal)
        if prepare is not None:
            prepare(self.serving)
        ready, self._until = threading.Event(), threading.Event()
        found: list[str] = []

        def opened(url: str) -> None:
            found.append(url)
            ready.set()

        work = (self.serving, opened, self._until)
        self.thread = threading.Thread(target=serve, args=work, daemon=True)
        self.thread.start()
        assert ready.wait(60)
        self.url = found[0]

    def close(self) -> None:
        self._until.set()
        self.thread.join(30)
