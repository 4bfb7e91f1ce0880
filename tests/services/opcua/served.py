"""A server of ours in a thread of the test's process, and clients of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import Client, ua
from cryptography.hazmat.primitives.asymmetric import rsa

from rami.communication.opcua_settings import OpcuaSettings
from rami.core.audit import AuditEntry
from services.opcua.corrections.calls import Method
from services.opcua.security.own import Pair, make_pair
from services.opcua.server import OpcuaServer
from tests.services.opcua.small_model import SPACE, at, small_model
from tests.services.opcua.wire import SOON

PASSWORDS = {role: f"password of {role}" for role in ("observer", "operator", "engineer", "admin")}


class KeptAudit:
    """An audit in memory; `broken` makes it fail."""

    def __init__(self) -> None:
        self.rows: list[AuditEntry] = []
        self.broken = False

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        if self.broken:
            from rami.core.errors import RunError

            raise RunError("disk full")
        self.rows += entries

    def head(self) -> str:
        return ""


@dataclass
class Keys:
    """Client certificates by name; `stranger` is nowhere trusted, `late` has expired."""

    folder: Path

    def __getitem__(self, name: str) -> Pair:
        return self.made[name]

    def __post_init__(self) -> None:
        self.made = {
            name: make_pair(
                self.folder / f"{name}.der",
                self.folder / f"{name}.pem",
                f"urn:client:{name}",
                ["localhost"],
                server=False,
            )
            for name in ("anna", "bert", "stranger")
        }
        self.made["late"] = expired(self.folder, self.made["anna"].key)


def expired(folder: Path, key: rsa.RSAPrivateKey) -> Pair:
    from datetime import UTC, datetime, timedelta

    from cryptography.hazmat.primitives import serialization

    from services.opcua.security.own import signed

    end = datetime.now(UTC) - timedelta(days=1)
    made = signed(key, "urn:client:late", ["localhost"], end - timedelta(days=9), end, False)
    file = folder / "late.der"
    file.write_bytes(made.public_bytes(serialization.Encoding.DER))
    return Pair(made, key, file, folder / "anna.pem")


class Served:
    """The server with the small model; `do` runs something in its loop."""

    def __init__(self, folder: Path, keys: Keys, **settings: Any) -> None:
        self.audit, self.keys = KeptAudit(), keys
        told = OpcuaSettings.model_validate({"port": 0, **settings})
        self.server = OpcuaServer(told, "demo", folder, self.audit)
        self.written: list[Any] = []
        self.called: list[Any] = []
        if not told.insecure:
            trust, users = self.server.guards.trust, self.server.guards.users
            for name in ("anna", "bert", "late"):
                trust.put(keys[name].certificate, "trusted")
            for role, password in PASSWORDS.items():
                users.add(role, role, password)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.do(self._open())

    async def _open(self) -> None:
        await self.server.prepare()
        nodes, numbers = small_model()
        await self.server.add(nodes)
        self.block = self.server.block(numbers, [200.0] * len(numbers))
        self.now = np.arange(float(len(numbers)))
        self._publish()
        inner = self.server.inner

        async def take(caller: Any, value: Any) -> Any:
            self.written.append((caller.name, value))
            return ua.StatusCode()

        for name in ("set_point", "measurement"):
            inner.takers[self.id(name)] = (ua.VariantType.Double, take)

        async def run(caller: Any, place: Any, values: Any) -> Any:
            self.called.append((caller.name, values))
            return ua.StatusCode(), [ua.Variant(caller.role.value)]

        for name in ("ChangeMode", "Replan", "Stop"):
            kinds = [ua.VariantType.Double] if name == "ChangeMode" else []
            inner.methods[self.id(name)] = Method(name, kinds, run)
        await self.server.start()

    @property
    def url(self) -> str:
        return self.server.address

    def id(self, name: str) -> Any:
        return self.server.nodes[at(name)].nodeid

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SOON)

    def _publish(self) -> None:
        ns = time.time_ns()
        zeros = np.zeros(len(self.now), np.uint32)
        self.block.update(self.now.copy(), zeros, np.full(len(self.now), ns), ns)

    async def _set(self, values: dict[int, float]) -> None:
        for place, value in values.items():
            self.now[place] = value
        self._publish()

    def set(self, values: dict[int, float]) -> None:
        """New values of the numbers, by place."""
        self.do(self._set(values))

    def rows(self) -> list[AuditEntry]:
        """What is in the audit, all of it written."""
        if not self.audit.broken:
            self.do(self.server.guards.trail.kept("test", "", "", "looked at"))
        return [row for row in self.audit.rows if row.who != "test"]

    def told(self, outcome: str) -> list[AuditEntry]:
        return [row for row in self.rows() if row.outcome == outcome]

    def close(self) -> None:
        self.do(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SOON)
        self._loop.close()


@asynccontextmanager
async def client(
    url: str,
    pair: Pair | None = None,
    user: str = "",
    password: str = "",
    application: str = "",
    policy: str = "Basic256Sha256",
    **more: Any,
) -> Any:
    """A client of asyncua, connected; its watchdog is quick, its waits are short."""
    made = Client(url, timeout=SOON, **more)
    made.session_timeout = 60_000
    if pair is not None:
        made.application_uri = application or f"urn:client:{pair.file.stem}"
        await made.set_security_string(f"{policy},SignAndEncrypt,{pair.file},{pair.key_file}")
    if user:
        made.set_user(user)
        made.set_password(password or PASSWORDS.get(user, ""))
    async with made:
        yield made


def node(made: Any, name: str) -> Any:
    """A node of the small model, namespace index as both servers have it."""
    return made.get_node(ua.NodeId(name, made.spaces.index(SPACE)))


async def spaces(made: Any) -> Any:
    made.spaces = await made.get_namespace_array()
    return made
