"""A service with its listener, resource managers in processes of their own, and bare websockets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.service import S2Service
from rami.communication.service import Inbox, Message, Payload, Place, Topic
from rami.core.timegrid import NS, instant

START = "2026-01-05T06:00:00+00:00"
NOW = instant(START)
GRID = {"start": START, "step_s": 3600.0, "count": 24}
HOUSE = "s03.house"
_NAMES = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
MANAGER = Path(__file__).with_name("manager.py")


def token(name: str) -> str:
    """That of a resource."""
    return f"token of {name}"


def resource(name: str = HOUSE) -> str:
    """Its id."""
    return str(uuid5(_NAMES, name))


def settings(names: tuple[str, ...] = (HOUSE,), **more: Any) -> S2Configuration:
    """Resources that any resource manager with their token may stand for."""
    listed = {n: {"token_sha256": sha256(token(n).encode()).hexdigest()} for n in names}
    return S2Configuration.model_validate(
        {"owner": "homes", "port": 0, "resources": listed, "answer": "2 s", **more}
    )


@contextmanager
def edge(*names: str, folder: Path = Path(), **more: Any) -> Iterator[S2Service]:
    """A service that listens on some port."""
    service = S2Service(
        settings(names or (HOUSE,), **more), "house_edge", Place("town", folder / "site.yaml")
    )
    try:
        service.run(Inbox(NOW))
        yield service
    finally:
        service.close()


class Manager:
    """A process of `manager.py`."""

    def __init__(
        self, service: S2Service, kind: str = "frbc", name: str = HOUSE, resource_id: str = ""
    ) -> None:
        url = f"ws://127.0.0.1:{service.listener.port}"
        words = [url, token(name), kind, resource_id or resource(name), START]
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGER), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, what: str) -> list[Mapping[str, Any]]:
        """What it says up to a thing that happens to it, that included."""
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(json.loads(line))
            if said[-1]["what"] == what:
                return said
        raise AssertionError(f"ended without {what}: {said}")

    def tell(self, line: str) -> None:
        """A line of its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


def inbox(*payloads: Payload, now_ns: int = NOW, number: int = 1) -> Inbox:
    """Messages of the district to the service."""
    made = {}
    for payload in payloads:
        topic = Topic("town", "district", "negotiation", payload.kind, "house_edge")
        until = now_ns + 86400 * NS
        made[str(topic)] = Message(topic, payload, number, now_ns, until, "day/1")
    return Inbox(now_ns, made)


def by_kind(messages: Any) -> dict[str, Message]:
    """The last one of each kind."""
    return {m.payload.kind: m for m in messages}
