"""A district's owners in processes of their own around a broker on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

from rami.communication.service.bus import Rights
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import KeyFigures, Payload
from rami.communication.service.settings import BusSettings
from rami.core.errors import ConfigurationError, DataError, Problem, RunError
from services.negotiation import deployment
from services.platform.parties import broker
from services.platform.parties.registry import Parties
from twins.site import load_site

HOST = "127.0.0.1"
OBSERVER = "observer"
#: s in which a broker answers, and in which a process ends when asked to
_START_S, _END_S = 10.0, 10.0


@dataclass
class Heard:
    """Everything that passed the broker: `texts` by topic as they came, and the days told."""

    texts: list[tuple[str, bytes]] = field(default_factory=list)
    days: list[Message] = field(default_factory=list)
    news: Event = field(default_factory=Event)

    def take(self, topic: str, text: bytes) -> None:
        """One more."""
        self.texts.append((topic, text))
        if "/key_figures/deal" in topic:
            with suppress(DataError):
                self.days.append(Message.decode(text))
        self.news.set()

    def last(self, kind: str, service: str = "", subject: str = "") -> Payload | None:
        """The newest payload of a kind."""
        for topic, text in reversed(self.texts):
            _, _, _, name, of, about = topic.split("/")
            if of == kind and service in ("", name) and subject in ("", about):
                return Message.decode(text).payload
        return None


@dataclass
class Installation:
    """A folder with a site, its parties and its broker's files."""

    folder: Path
    site: Path
    owners: tuple[str, ...]
    settings: BusSettings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, owner: str) -> None:
        """That owner's services, in a process of their own."""
        log = self.folder / "log"
        log.mkdir(exist_ok=True)
        words = [sys.executable, "-m", "services.cli", "services", "run", str(self.site)]
        words += ["--owner", owner, "--folder", str(self.folder / "data" / owner)]
        with (log / f"{owner}.log").open("ab") as opened:
            self.processes[owner] = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=opened, stderr=opened,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip

    def end(self, owner: str) -> None:
        """End that process."""
        process = self.processes.pop(owner)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def ended(self) -> list[str]:
        """Owners whose process has ended by itself."""
        return [o for o, p in self.processes.items() if p.poll() is not None]

    def log(self, owner: str) -> str:
        """What that process printed."""
        return (self.folder / "log" / f"{owner}.log").read_text("utf-8", "replace")


def prepared(folder: Path, reference: Path, district: Any, step: int = 2) -> Installation:
    """Site, parties with keys, broker's files. `district` is what the section says: a file's name,
    or that with `groups` and `days`. Raises ConfigurationError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "site.yaml"
    text = reference.read_text(encoding="utf-8")
    file.write_text(deployment.site_text(text, {"district": district}), encoding="utf-8")
    declared = load_site(file).declaration.district
    assert declared is not None
    port = _free_port()
    more = deployment.sections(declared, district, step, OBSERVER)
    more["bus"] = {"kind": "mqtt", "host": HOST, "port": port, "parties": "parties"}
    file.write_text(deployment.site_text(text, more), encoding="utf-8")
    owners = deployment.owners(declared)
    parties = Parties(folder / "parties")
    for name in (*owners, OBSERVER):
        if name not in parties.known():
            parties.enrol(name)
    made = Installation(folder, file, owners, BusSettings(kind="mqtt", host=HOST, port=port))
    write_rights(made)
    return made


def write_rights(made: Installation) -> None:
    """The broker's files, with the rights that the site's zones give."""
    from services.assemble.services import border

    edge, parties = border(load_site(made.site)), made.folder / "parties"
    everything = Topic("*", "*", "*", "*", "*")
    rights = [edge.rights(o) for o in made.owners] + [Rights(OBSERVER, hears=(everything,))]
    user = "root" if os.geteuid() == 0 else ""
    broker.write(
        parties / "broker", rights, parties / "ca", HOST, made.settings.port, user=user
    )  # fmt: skip


@contextmanager
def running(made: Installation) -> Iterator[Heard]:
    """Broker and observer, while this lasts; processes that are started then end with it."""
    from services.assemble.observed import observer

    heard, process = Heard(), _broker(made)
    try:
        watching = observer(
            made.settings, made.folder / "parties" / "parties" / OBSERVER, heard.take
        )
        watching.open()
        try:
            yield heard
        finally:
            for owner in tuple(made.processes):
                made.end(owner)
            watching.close()
    finally:
        process.terminate()
        process.wait()


def lived(
    made: Installation,
    heard: Heard,
    days: int,
    seconds: float,
    told: Callable[[str], None] = lambda _: None,
) -> list[KeyFigures]:
    """Start every owner and wait until so many days are told. Raises RunError."""
    end = monotonic() + seconds
    for owner in made.owners:
        made.start(owner)
        told(f"{owner}: process {made.processes[owner].pid}")
    seen = 0
    while len(heard.days) < days:
        if made.ended():
            gone = made.ended()[0]
            raise RunError(f"{gone}'s process has ended: {made.log(gone)[-500:]}")
        if monotonic() > end:
            raise RunError(f"{len(heard.days)} of {days} days within {seconds:g} s")
        heard.news.wait(0.5)
        heard.news.clear()
        for message in heard.days[seen:]:
            told(f"day {seen} of {days - 1}: {_words(message)}; {len(heard.texts)} messages so far")
            seen += 1
    return [m.payload for m in heard.days if isinstance(m.payload, KeyFigures)]


def _words(message: Message) -> str:
    payload = message.payload
    figures = payload.figures if isinstance(payload, KeyFigures) else {}
    if "rounds" not in figures:
        return "no talks" + (f", {message.reason}" if message.reason else "")
    end = "a deal" if figures.get("deal", (0.0, ""))[0] else "no deal"
    why = f", {message.reason}" if message.reason else ""
    return f"{figures['rounds'][0]:.0f} rounds, {end}{why}"


def _broker(made: Installation) -> subprocess.Popen[bytes]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        hint = "apt-get install mosquitto"
        raise ConfigurationError([Problem("mosquitto", "is not installed", hint)])
    configuration = made.folder / "parties" / "broker" / "mosquitto.conf"
    process = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    end = monotonic() + _START_S
    while monotonic() < end and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex((HOST, made.settings.port)) == 0:
                return process
        sleep(0.02)
    process.kill()
    process.wait()
    raise RunError(f"mosquitto -c {configuration} does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
