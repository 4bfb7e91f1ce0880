"""Certificates: what is trusted gets values, what is not is told."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.sources.ems.configuration import EmsHttpConfiguration, EmsOpcuaConfiguration
from rami.core.errors import ConfigurationError, UnreachableError
from tests.adapters.sources.ems.certificates import certificate
from tests.adapters.sources.ems.conftest import GRID, SERIES, delivery, line, started, stopped

COST = "cost.iess.hnht"


def test_https_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    public, key = certificate(tmp_path, "ems")
    certificate(tmp_path, "other")
    server = started("http_server", public, key)
    try:
        url = f"https://127.0.0.1:{line(server)}"
        trusted = ssl.create_default_context(cafile=str(public))
        body = {"body": json.dumps(delivery())}
        httpx.put(f"{url}/manner", json=body, verify=trusted).raise_for_status()

        def opened(**more: Any) -> Any:
            said = {"url": f"{url}/values", "retries": 0, **more}
            return EmsHttpConfiguration.model_validate(said).open(tmp_path, SERIES)

        assert opened(ca="ems.pem").read([COST], GRID)[COST][0] == 0.03
        for more in ({}, {"ca": "other.pem"}):
            with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
                opened(**more).read([COST], GRID)
    finally:
        stopped(server)


def test_opcua_signed_and_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public, key = certificate(tmp_path, "server")
    certificate(tmp_path, "ours")
    certificate(tmp_path, "other")
    server = started("opcua_server", public, key)
    ours = {"certificate": "ours.pem", "private_key": "ours_key.pem"}
    try:
        url = line(server)

        def opened(**more: Any) -> Any:
            nodes = {COST: {"node": "ns=2;s=Cost", "unit": "EUR/MWh"}}
            said = {"url": url, "nodes": nodes, **more}
            return EmsOpcuaConfiguration.model_validate(said).open(tmp_path, SERIES)

        secured = {"security": "sign_encrypt", "server_certificate": "server.pem", **ours}
        assert opened(**secured).read([COST], GRID)[COST][-1] == 0.032
        user = {"user": "me", "password_env": "EMS_PASSWORD"}
        monkeypatch.delenv("EMS_PASSWORD", raising=False)
        with pytest.raises(ConfigurationError, match="no EMS_PASSWORD"):
            opened(**secured, **user)
        monkeypatch.setenv("EMS_PASSWORD", "word")
        assert opened(**secured, **user).read([COST], GRID)[COST][-1] == 0.032
        for change in ({"server_certificate": "other.pem"}, {"security": "sign"}):
            with pytest.raises(UnreachableError):
                opened(**(secured | change), timeout="2 s").read([COST], GRID)
    finally:
        stopped(server)
