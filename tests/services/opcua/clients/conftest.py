"""A running station for clients in processes of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from rami.communication.live_site import Reply, Verb
from rami.core.event import EventKind, Severity
from rami.core.quality import good
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant
from services.opcua.serving import Serving
from tests.services.opcua.running import Running, Server
from tests.services.opcua.served import PASSWORDS, Keys
from twins.site import load_site

#: first of the hours that are kept
BEGIN = instant("2019-01-14T00:00:00Z")
TOP = "hts.hs.T_1"
POWERS = [f"hts.hex_{name}.P" for name in ("hnht", "dhs_in", "hnlt", "dhs_out")]


class Moving(Running):
    """Values that move; who has it plan anew sees the plant lost."""

    def __init__(self, site: Any) -> None:
        super().__init__(site)
        self._halt = threading.Event()
        self._mover = threading.Thread(target=self._move, daemon=True)
        self._mover.start()

    def reply(self, request: Any) -> Reply:
        if request.verb is Verb.REPLAN:
            self.site.happened(
                EventKind.LINK, "hts", Severity.ALARM, "plant lost", condition="plant", active=True
            )
        return super().reply(request)

    def _move(self) -> None:
        while not self._halt.wait(0.1):
            for values in self.values.values():
                values += 0.25
            self.publish()

    def end(self) -> None:
        self._halt.set()
        self._mover.join(5.0)
        super().end()


@pytest.fixture(scope="session")
def station(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path, keys: Keys
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("station")
    declared = DuckdbConfiguration(folder=folder / "rows")
    store = declared.open(folder)
    store.declare([Signal(TOP, "temperature")])
    times = BEGIN + 10 * NS * np.arange(60)
    store.write(Rows.of_series(TOP, times, 60.0 + np.arange(60.0), good(60)))
    store.declare([Signal(name, "power") for name in POWERS])
    for name in POWERS:
        store.write(Rows.of_series(name, times - 600 * NS, np.arange(60.0), good(60)))
    store.close()
    loop = Moving(load_site(reference_site_file))
    loop.publish()

    def prepare(serving: Serving) -> None:
        guards = serving.server.guards
        guards.trust.put(keys["anna"].certificate, "trusted")
        for role, password in PASSWORDS.items():
            guards.users.add(role, role, password)

    made = Server(
        loop, folder, prepare, past=lambda: declared.open(folder, read_only=True),
        limits={"logins": 1000},
    )  # fmt: skip
    yield made
    made.close()
    loop.end()
