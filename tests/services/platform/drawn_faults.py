"""Faults one after another, drawn by seed, at a platform that has to go on."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rami.communication.service.gate import Gate
from rami.communication.service.message import Message
from rami.communication.service.rate import Rate
from rami.communication.service.refusals import Refusals
from rami.communication.service.signature import Signer
from services.platform.hosts.process import ProcessHost
from tests.communication.service.said import NOW, message, provider
from tests.services.platform import faulty
from tests.services.platform.stage import Stage, planner, process

#: what the service itself does, and what comes of it
WITHIN = {act.__name__: what for act, what in faulty.FAULTS.items()
          if act not in (faulty.large, faulty.eats_memory)}  # fmt: skip
#: what is done to it, or comes from outside in its name
AROUND = ("killed while idle", "stale", "malformed", "other identity", "replay", "flood")
DEADLINE_S = 5.0
HOUR = 3600 * 10**9


@dataclass
class Tally:
    """What was done, and what was told of it."""

    done: Counter[str] = field(default_factory=Counter)
    unnamed: list[str] = field(default_factory=list)
    without_plan: list[str] = field(default_factory=list)


class _Keys:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

    def keys(self, party: str) -> dict[str, bytes]:
        return {"k": self.key.public_key().public_bytes_raw()}

    def revoked(self, party: str) -> bool:
        return False


def play(count: int, seed: int, folder: Path) -> Tally:
    """`count` faults; after each the plan has to be there and the fault to be named."""
    draw, tally, file = Random(seed), Tally(), folder / "act"
    load = process(faulty.Changing(provider(), file), DEADLINE_S)
    stage = Stage(load, planner(older_than_s=30 * 86400.0), folder=folder)
    outside = _Outside(stage)
    with stage.platform as platform:
        file.write_text("good")
        platform.cycle(NOW)
        for i in range(1, count + 1):
            now = NOW + i * HOUR
            act = draw.choice([*WITHIN, *AROUND])
            tally.done[act] += 1
            if act in WITHIN:
                if act == "hangs":
                    assert isinstance(load.host, ProcessHost)
                    load.host._deadline_s = 0.3
                file.write_text(act)
                named = ("load", WITHIN[act])
            else:
                file.write_text("good")
                stage.clock.now_ns = now
                if act == "killed while idle" and isinstance(load.host, ProcessHost):
                    if load.host.pid is not None:
                        os.killpg(load.host.pid, signal.SIGKILL)
                    named = None
                else:
                    named = outside.do(act, draw, now)
            before = platform.journal.counts.copy()
            platform.cycle(now)
            if isinstance(load.host, ProcessHost):
                load.host._deadline_s = DEADLINE_S
            _judge(stage, tally, act, named, before, now, outside)
    return tally


def _judge(
    stage: Stage,
    tally: Tally,
    act: str,
    named: tuple[str, str] | None,
    before: Counter[tuple[str, str, str]],
    now: int,
    outside: _Outside,
) -> None:
    plans = [m for m in stage.exchange.kept() if m.topic.kind == "schedule"]
    if not plans or plans[0].sent_ns != now:
        tally.without_plan.append(act)
    if named is None:
        return
    if act in WITHIN:
        key = ("buildings", *named)
        if stage.platform.journal.counts[key] != before[key] + 1:
            tally.unnamed.append(act)
    elif not outside.named(named):
        tally.unnamed.append(act)


class _Outside:
    """A partner's line that somebody else writes on as well."""

    def __init__(self, stage: Stage) -> None:
        self.keys, self.refusals = _Keys(), Refusals(stage.clock)
        self.gate = Gate("network", stage.border, stage.clock, self.refusals,
                         directory=self.keys, rate=Rate(50, 1e-3))  # fmt: skip
        self.sequence, self.before = 1000, Counter[tuple[str, str]]()

    def do(self, act: str, draw: Random, now: int) -> tuple[str, str]:
        """One fault; who and why it has to be refused with."""
        self.before = Counter(self.refusals.by_sender())
        self.sequence += 1
        good = message(sequence=self.sequence, sent_ns=now)
        acts: dict[str, Callable[[], bool]] = {
            "stale": lambda: self._put(replace(good, valid_until_ns=now - 1, sent_ns=now - HOUR)),
            "malformed": lambda: self._bytes(good, draw.randbytes(draw.randint(0, 500))),
            "other identity": lambda: self._put(good, self.keys.stranger),
            "replay": lambda: self._replayed(good),
            "flood": lambda: self._flood(good),
        }
        # a rate of its own for each fault: a flood before must not hide the next
        self.gate._rate = Rate(50, 1e-3)
        acts[act]()
        reasons = {"other identity": "identity", "replay": "replay"}
        return "buildings/load", reasons.get(act, act)

    def named(self, wanted: tuple[str, str]) -> bool:
        """Whether it was refused, in that name and for that reason."""
        return Counter(self.refusals.by_sender())[wanted] > self.before[wanted]

    def _put(self, one: Message, key: Ed25519PrivateKey | None = None) -> bool:
        return self._bytes(one, one.encode(), key)

    def _bytes(self, one: Message, text: bytes, key: Ed25519PrivateKey | None = None) -> bool:
        signer = Signer("k", (key or self.keys.key).private_bytes_raw())
        signature = signer.sign(str(one.topic), text)
        heard = self.gate.admit(str(one.topic), text, signature)
        return heard is not None

    def _replayed(self, one: Message) -> bool:
        later = replace(one, sequence=one.sequence + 1)
        self.sequence += 1
        assert self._put(later)
        return self._put(one)

    def _flood(self, one: Message) -> bool:
        return sum(self._put(one) for _ in range(60)) == 60
