"""Beyond this machine only with TLS; what a site file may not say of an edge."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError
from websockets.sync.client import connect

from rami.core.errors import ConfigurationError
from tests.adapters.edges.s2.rig import HOUSE, edge, settings, token
from tests.adapters.edges.s2.test_strangers import handshake
from tests.adapters.sources.ems.certificates import certificate as make


def test_resource_managers_come_by_tls(tmp_path: Path) -> None:
    certificate, key = make(tmp_path, "edge")
    with edge(folder=tmp_path, certificate=certificate.name, private_key=key.name) as service:
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        url = f"wss://127.0.0.1:{service.listener.port}"
        headers = {"Authorization": f"Bearer {token(HOUSE)}"}
        with connect(url, ssl=context, additional_headers=headers, close_timeout=0.1) as line:
            line.send(json.dumps(handshake()))
            assert json.loads(line.recv(timeout=5))["status"] == "OK"


def test_what_is_no_certificate_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no")
    with (
        pytest.raises(ConfigurationError, match="is no certificate"),
        edge(folder=tmp_path, certificate="no.pem", private_key="no.pem"),
    ):
        pass


def test_other_addresses_need_tls_and_tokens_are_each_ones_own() -> None:
    with pytest.raises(ValidationError, match="certificate is needed"):
        settings(host="0.0.0.0")
    same = {"token_sha256": "0" * 64}
    with pytest.raises(ValidationError, match="the same token"):
        settings(resources={"a": same, "b": same})
