"""The control channel of a played plant: its clock is brought to the run's."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from rami.core.errors import UnreachableError
from rami.core.timegrid import NS, instant
from services.runtime.rehearsal import EmulatorRehearsal

START_NS = instant("2019-01-14T00:00Z")
Run = Callable[[int], tuple[Callable[[], None], list[str]]]


class Played:
    """An emulator's control channel as far as time goes; ended and begun anew on its port."""

    def __init__(self) -> None:
        self.port = 0
        self.refuses = ""
        self.said: list[dict[str, Any]] = []
        self.begin()

    def begin(self) -> None:
        self.ns = START_NS
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        self._peers: list[socket.socket] = []
        threading.Thread(target=self._serve, args=(self._server,), daemon=True).start()

    def end(self) -> None:
        # wakes the thread that accepts
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            self._peers.append(peer)
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with peer, peer.makefile("rb") as lines:
            try:
                for line in lines:
                    peer.sendall(json.dumps(self._done(json.loads(line))).encode() + b"\n")
            except OSError:
                return

    def _done(self, command: dict[str, Any]) -> dict[str, Any]:
        self.said.append(command)
        if "time" in command:
            if self.refuses:
                return {"ok": False, "error": self.refuses}
            self.ns = instant(command["time"])
        self.ns += round(command.get("advance", 0.0) * NS)
        return {"ok": True, "speed": None, "time_ns": self.ns}


@pytest.fixture
def played() -> Iterator[Played]:
    found = Played()
    yield found
    found.end()


@pytest.fixture
def run(played: Played) -> Iterator[Run]:
    """`run(begin)`: steps of ten seconds, and what is told."""
    begun: list[EmulatorRehearsal] = []

    def begin(begun_ns: int) -> tuple[Callable[[], None], list[str]]:
        now, told = [begun_ns], list[str]()
        rehearsal = EmulatorRehearsal(played.port, lambda: now[0], told.append, again_s=0.0)
        begun.append(rehearsal)

        def step() -> None:
            now[0] += 10 * NS
            rehearsal.advance(10.0)

        return step, told

    yield begin
    for rehearsal in begun:
        rehearsal.close()


def test_an_emulator_started_anew_is_set_to_the_runs_time(played: Played, run: Run) -> None:
    step, told = run(START_NS)
    for _ in range(6):
        step()
    assert not told and played.ns == START_NS + 60 * NS
    assert not [said for said in played.said if "time" in said]
    played.end()
    for _ in range(3):
        with pytest.raises(UnreachableError):
            step()
    played.begin()
    step()
    assert played.ns == START_NS + 100 * NS
    (text,) = told
    assert "stood at 2019-01-14T00:00:00Z" in text and "the run's, 2019-01-14T00:01:30Z" in text
    step()
    assert len(told) == 1


def test_one_that_went_on_before_a_resumption_is_set_back(played: Played, run: Run) -> None:
    played.ns = START_NS + 500 * NS
    step, told = run(START_NS + 100 * NS)
    step()
    assert played.ns == START_NS + 110 * NS and len(told) == 1


def test_one_that_cannot_be_set_says_why(played: Played, run: Run) -> None:
    played.refuses = "time: the plant's clock begins at 2020-01-01T00:00:00Z"
    step, _ = run(START_NS + 100 * NS)
    for _ in range(2):
        with pytest.raises(UnreachableError, match=r"refuses: .*begins at 2020"):
            step()
