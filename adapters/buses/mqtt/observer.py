"""Somebody with the right to hear everything on a broker, for demonstrations and audits."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event
from typing import Any

from adapters.buses.mqtt.bus import WAIT_S, client_named, let_go
from adapters.buses.mqtt.credentials import Credentials
from rami.communication.service.settings import BusSettings
from rami.core.errors import UnreachableError


class Observer:
    """Calls `heard` with topic and bytes of each message that passes the broker, in a thread of
    its own. Nothing of it is checked, and it never speaks."""

    def __init__(
        self, settings: BusSettings, credentials: Credentials, heard: Callable[[str, bytes], None]
    ) -> None:
        self._settings, self._credentials, self._heard = settings, credentials, heard
        self._ready = Event()
        self._client: Any = None

    def open(self) -> None:
        """Connect and listen. Raises UnreachableError."""
        party = self._credentials.party
        self._client = client = client_named(f"{party}-{os.urandom(6).hex()}")
        client.username_pw_set(party, self._credentials.password)
        client.tls_set_context(self._credentials.context())
        client.on_connect = lambda c, *_: c.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: self._ready.set()
        client.on_message = lambda _c, _u, came: self._heard(came.topic, bytes(came.payload))
        host, port = self._settings.host, self._settings.port
        client.connect_async(host, port, clean_start=True)
        client.loop_start()
        if not self._ready.wait(WAIT_S):
            raise UnreachableError(f"broker {host}:{port}: no answer within {WAIT_S:g} s")

    def close(self) -> None:
        """Let go."""
        client, self._client = self._client, None
        if client is not None:
            let_go(client)
