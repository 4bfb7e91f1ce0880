"""A real mosquitto in a process of its own, with our files, on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from adapters.buses.mqtt import Credentials, MqttBus
from rami.communication.service.border import Border
from rami.communication.service.gate import Gate
from rami.communication.service.refusals import Refusals
from rami.communication.service.seen import Seen
from rami.communication.service.settings import BusSettings
from services.platform.parties import broker
from services.platform.parties.registry import Parties
from tests.conftest import peer_absent

HOST = "127.0.0.1"


def until(true: Callable[[], object], what: str = "it", seconds: float = 20.0) -> None:
    """Look again and again; fails after the deadline."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, f"{what} did not come about within {seconds} s"
        sleep(0.01)


def program() -> str:
    """The broker's file; the test is skipped where there is none."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if found is None:
        peer_absent("mosquitto", "apt-get install mosquitto")
    assert found is not None
    return found


class Broker:
    """An installation with a broker that runs."""

    def __init__(self, folder: Path, border: Border) -> None:
        self.parties, self.border = Parties(folder), border
        for party in border.parties:
            self.parties.enrol(party)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """On a port that was free a moment ago; another one if it is not any more."""
        for _ in range(5):
            self.port = self.port or _free_port()
            self.write()
            file = self.parties.folder / "broker" / "mosquitto.conf"
            self.process = subprocess.Popen([program(), "-c", str(file)], stderr=subprocess.DEVNULL)
            end = monotonic() + 10
            while monotonic() < end and self.process.poll() is None:
                with socket.socket() as tried:
                    if tried.connect_ex((HOST, self.port)) == 0:
                        return
                sleep(0.01)
            self.stop()
            self.port = 0
        raise AssertionError("mosquitto did not start")

    def write(self) -> None:
        """Rights as the border has them now."""
        folder = self.parties.folder
        rights = [self.border.rights(party) for party in self.border.parties]
        user = "root" if os.geteuid() == 0 else ""
        broker.write(folder / "broker", rights, folder / "ca", HOST, self.port, user=user)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def bus(
        self, party: str, clock: Callable[[], int], seen: Path | None = None, who: str = ""
    ) -> MqttBus:
        """A party's end, not yet connected; `who` speaks with the keys of another."""
        credentials = Credentials.of(self.parties.home(who or party))
        directory = self.parties.directory()
        gate = Gate(party, self.border, clock, Refusals(clock), Seen(seen), directory)
        settings = BusSettings(kind="mqtt", host=HOST, port=self.port)
        return MqttBus(settings, credentials, self.border, gate, clock, backoff_s=(1, 1))

    def log(self) -> str:
        """What the broker said."""
        return (self.parties.folder / "broker" / "broker.log").read_text(errors="replace")


@contextmanager
def running(folder: Path, border: Border) -> Iterator[Broker]:
    """Started and ended."""
    program()
    made = Broker(folder, border)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
