"""Policies, modes, pinned certificates, users; what is not trusted is refused in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import LinkState, Taken
from rami.core.errors import ConfigurationError, RamiError, UnreachableError
from tests.adapters.assets.opcua.conftest import PlantServer, command, until, value
from tests.adapters.sources.ems.certificates import certificate

Open = Callable[..., OpcuaBackend]
POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates and keys: of the server, ours, and somebody else's."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("server", "ours", "other"):
        certificate(folder, name)
    return folder


@pytest.fixture(scope="module")
def secured(keys: Path) -> Iterator[PlantServer]:
    """A server that offers every policy, signed and encrypted, and nothing in clear."""
    offers = [f"{p}_{m}" for p in POLICIES for m in ("Sign", "SignAndEncrypt")]
    files = {"certificate": str(keys / "server.pem"), "key": str(keys / "server_key.pem")}
    server = PlantServer(security=offers, **files)
    yield server
    server.kill()


def _security(keys: Path, **changes: str) -> dict[str, str]:
    return {
        "certificate": str(keys / "ours.pem"),
        "private_key": str(keys / "ours_key.pem"),
        "server_certificate": str(keys / "server.pem"),
    } | changes


@pytest.mark.parametrize("mode", ["sign", "sign_encrypt"])
@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_and_mode(
    secured: PlantServer, opened: Open, keys: Path, policy: str, mode: str
) -> None:
    backend = opened(secured.url, security=_security(keys, policy=policy, mode=mode))
    assert value(backend, "hp.P_el") == 120.0
    assert command(backend, hp_u=0.5)["hp.u"].taken is Taken.DONE
    secured.do("drop")
    until(lambda: backend.link().losses == 1 and backend.link().state is LinkState.OPEN)


def _refused(backend: OpcuaBackend, kind: type[RamiError]) -> str:
    with pytest.raises(kind) as caught:
        backend.open()
    told = str(caught.value)
    assert "\n" not in told
    assert backend.link().state is LinkState.CLOSED
    return told


def test_another_certificate_than_the_pinned_one(
    secured: PlantServer, made: Open, keys: Path
) -> None:
    other = _security(keys, server_certificate=str(keys / "other.pem"))
    told = _refused(made(secured.url, security=other), UnreachableError)
    assert "not trusted, not connected" in told


def test_what_the_server_does_not_offer(plant: PlantServer, made: Open, keys: Path) -> None:
    told = _refused(made(plant.url, security=_security(keys)), ConfigurationError)
    assert told.endswith("does not offer Basic256Sha256 SignAndEncrypt; it offers None None_")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"private_key": "other_key.pem"}, "is not the key of"),
        ({"certificate": "ours_key.pem"}, "is no certificate"),
        ({"private_key": "ours.pem"}, "is no key"),
        ({"key_password_env": "NO_SUCH"}, "the environment has no NO_SUCH"),
    ],
)
def test_files_that_do_not_fit(made: Open, keys: Path, change: dict[str, str], words: str) -> None:
    files = {k: v if k.endswith("env") else str(keys / v) for k, v in change.items()}
    backend = made("opc.tcp://127.0.0.1:1", security=_security(keys, **files))
    with pytest.raises(ConfigurationError, match=words):
        backend.open()


def test_users_come_from_the_environment(
    secured: PlantServer, made: Open, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = {"name_env": "PLC_USER", "password_env": "PLC_WORD"}
    monkeypatch.delenv("PLC_USER", raising=False)
    monkeypatch.delenv("PLC_WORD", raising=False)

    def make() -> OpcuaBackend:
        return made(secured.url, security=_security(keys), user=user)

    with pytest.raises(ConfigurationError, match="no PLC_USER") as caught:
        make().open()
    assert len(caught.value.problems) == 2
    monkeypatch.setenv("PLC_USER", "operator")
    monkeypatch.setenv("PLC_WORD", "wrong-word")
    told = _refused(make(), UnreachableError)
    assert "name and password do not fit" in told
    assert "wrong-word" not in told
    monkeypatch.setenv("PLC_WORD", "word")
    backend = make()
    backend.open()
    assert value(backend, "hp.P_el") == 120.0


def test_a_server_that_shows_a_new_certificate_is_not_followed(
    secured: PlantServer, opened: Open, keys: Path
) -> None:
    backend = opened(secured.url, security=_security(keys))
    good: dict[str, Any] = {k: secured.wanted[k] for k in ("certificate", "key")}
    secured.kill()
    bad = {"certificate": str(keys / "other.pem"), "key": str(keys / "other_key.pem")}
    secured.start(**bad)
    until(lambda: "not trusted" in backend.link().trouble)
    assert backend.link().state is LinkState.LOST
    secured.kill()
    secured.start(**good)
    until(lambda: backend.link().state is LinkState.OPEN)
