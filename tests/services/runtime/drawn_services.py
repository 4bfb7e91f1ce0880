"""Services that fail in every way while a run goes on; what a file says is done next."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from adapters.buses.local import LocalBus
from rami.communication.service.contract import Offer, ServiceDeclaration
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Forecast
from rami.core.timegrid import NS
from services.platform.hosts.outcome import Recipe
from services.platform.hosts.process import ProcessHost
from tests.communication.service.said import forecast
from tests.services.platform import faulty
from tests.services.runtime.rig import Rig
from tests.services.runtime.with_services import attached, services

#: what the service itself does, and what comes of it; the slowest ones are left out
WITHIN = {act.__name__: what for act, what in faulty.FAULTS.items()
          if act not in (faulty.large, faulty.eats_memory)}  # fmt: skip
#: in its name from outside, and why that is refused
OUTSIDE = {"other identity": "identity", "stale line": "stale", "replay": "replay"}
KILLED = "killed while idle"


@dataclass
class Tally:
    """What was done, and what was not told of it."""

    done: Counter[str] = field(default_factory=Counter)
    unnamed: list[str] = field(default_factory=list)
    stood: list[str] = field(default_factory=list)


def play(rig: Rig, count: int, seed: int, folder: Path, name: str = "load") -> Tally:
    """A fault before each exchange step; the loop goes on and names it."""
    draw, tally, file = Random(seed), Tally(), folder / "act"
    platform = attached(rig).platform
    member = platform.members[name]
    owner = member.declaration.owner
    load = ServiceDeclaration(name, owner, (), (Offer("forecast"),), 60.0, 60.0)
    host = ProcessHost(Recipe(made=faulty.Changing(load, file)), 60.0, 512)
    member.declaration, member.host = load, host
    file.write_text("good")
    rig.run(1)
    for _ in range(count):
        act = draw.choice([*WITHIN, *OUTSIDE, KILLED])
        tally.done[act] += 1
        file.write_text(act if act in WITHIN else "good")
        host._deadline_s = 0.3 if act == "hangs" else 60.0
        before, numbers = platform.journal.counts.copy(), len(rig.events())
        refused = dict(platform._refusals[owner].by_sender())
        if act == KILLED and host.pid is not None:
            os.killpg(host.pid, signal.SIGKILL)
        elif act in OUTSIDE:
            _outside(rig, act, owner, name)
        step = rig.opened.run.loop.control_steps
        rig.run(1)
        if rig.opened.run.loop.control_steps <= step or not rig.opened.run.planning.shown:
            tally.stood.append(act)
        if act in WITHIN:
            key = (owner, name, WITHIN[act])
            told = [e for e in rig.events()[numbers:] if e.kind == "service"
                    and e.details["service"] == name]  # fmt: skip
            same = platform.members[name].trouble == WITHIN[act]
            if platform.journal.counts[key] != before[key] + 1 or not (told or same):
                told_of = {k[2]: n - before[k] for k, n in platform.journal.counts.items()}
                tally.unnamed.append(f"{act}: counted {told_of}, events {len(told)}")
        elif act in OUTSIDE:
            who = (f"{owner}/{name}", OUTSIDE[act])
            now = platform._refusals[owner].by_sender()
            if now.get(who, 0) <= refused.get(who, 0):
                tally.unnamed.append(act)
        services(rig).view()
    return tally


def _outside(rig: Rig, act: str, owner: str, name: str) -> None:
    """Somebody writes on the service's line, as its party hears it."""
    platform = attached(rig).platform
    bus = platform._buses[owner][0]
    assert isinstance(bus, LocalBus)
    now, site = rig.clock(), platform.border.site
    topic = Topic(site, owner, name, "forecast", "all")
    payload = forecast()
    assert isinstance(payload, Forecast)
    good = Message(topic, payload, 10**9, now, now + 3600 * NS)
    if act == "other identity":
        bus.gate.passed(replace(good, topic=Topic(site, "stranger", name, "forecast")), topic)
    elif act == "stale line":
        bus.gate.passed(replace(good, valid_until_ns=now - 1, sent_ns=now - NS), topic)
    else:
        bus.gate.passed(replace(good, sequence=1, sent_ns=now - NS), topic)
