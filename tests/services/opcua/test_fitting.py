"""Corrections know the asyncua they were written for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asyncua import ua

from rami.communication.opcua_settings import OpcuaSettings
from rami.core.errors import ConfigurationError
from services.opcua.corrections import fitting, notifying, sessions
from services.opcua.corrections.fitting import CORRECTIONS, demand_security, fits
from services.opcua.internal import Inner
from services.opcua.live.service import Subscriptions
from services.opcua.server import OpcuaServer
from tests.services.opcua.attacks import (
    REFUSED,
    Heard,
    Target,
    delete_foreign,
    take_over_foreign,
    until,
    without_security,
)
from tests.services.opcua.served import KeptAudit, Keys, Served, client, node, spaces


@pytest.fixture
def afresh() -> Iterator[None]:
    fits.cache_clear()
    yield
    fits.cache_clear()


def test_they_fit_the_pinned_version(afresh: None) -> None:
    assert {c.hole: c.misfits() for c in CORRECTIONS} == {c.hole: [] for c in CORRECTIONS}
    assert fits() == (True, True)
    demand_security()


def test_an_unknown_part_is_a_misfit() -> None:
    (part, digest) = next(iter(sessions.CORRECTION.parts.items()))
    changed = replace(sessions.CORRECTION, parts={part: digest, "server.nowhere:Nothing.at": "0"})
    assert changed.misfits() == ["server.nowhere:Nothing.at"]


def _with(monkeypatch: pytest.MonkeyPatch, security: bool) -> None:
    other = tuple(
        replace(c, parts=dict.fromkeys(c.parts, "other")) if c.security is security else c
        for c in CORRECTIONS
    )
    monkeypatch.setattr(fitting, "CORRECTIONS", other)


def test_another_version_is_not_trusted(
    afresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _with(monkeypatch, security=True)
    with caplog.at_level(logging.WARNING), pytest.raises(ConfigurationError, match="holes"):
        OpcuaServer(OpcuaSettings(), "demo", tmp_path, KeptAudit())
    assert "stays open" in caplog.text
    assert not list(tmp_path.iterdir())


def test_the_plain_path_where_speed_does_not_fit(
    afresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _with(monkeypatch, security=False)
    with caplog.at_level(logging.WARNING):
        server = OpcuaServer(OpcuaSettings(insecure=True), "demo", tmp_path, KeptAudit())
    assert notifying.CORRECTION.hole in caplog.text
    assert not server.inner.quick
    assert not isinstance(server.inner.subscription_service, Subscriptions)
    server.guards.trail.close()
    quick = Inner(server.guards, quick=True)
    assert isinstance(quick.subscription_service, Subscriptions)


def test_the_plain_path_serves(
    afresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keys: Keys
) -> None:
    _with(monkeypatch, security=False)
    served = Served(tmp_path, keys)

    async def work() -> list[float]:
        heard = Heard()
        async with client(served.url, keys["anna"], "observer") as made:
            await spaces(made)
            assert await node(made, "v3").read_value() == 3.0
            subscription = await made.create_subscription(50, heard)
            await subscription.subscribe_data_change(node(made, "v1"))
            assert await until(lambda: heard.values == [1.0])
            await asyncio.to_thread(served.set, {1: 8.0})
            assert await until(lambda: heard.values == [1.0, 8.0])
            with pytest.raises(ua.UaStatusCodeError):
                await node(made, "security").read_value()
        return heard.values

    try:
        assert asyncio.run(work()) == [1.0, 8.0]
        assert asyncio.run(_refused(Target(served.url, keys)))
    finally:
        served.close()


async def _refused(target: Target) -> bool:
    """Holes of security stay closed on the plain path."""
    for attack in (delete_foreign, take_over_foreign, without_security):
        try:
            if await attack(target):
                return False
        except REFUSED:
            pass
    return True
