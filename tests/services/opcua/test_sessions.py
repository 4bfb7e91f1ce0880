"""Who gets in, what that leaves behind, and when it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncua import ua

from rami.communication.opcua_settings import OpcuaSettings
from rami.core.errors import ConfigurationError
from services.opcua.corrections.logins import password as read
from services.opcua.corrections.sessions import BoundSession
from services.opcua.security.tries import Budget
from tests.services.opcua.attacks import REFUSED
from tests.services.opcua.served import Served, client, node, spaces


def test_login_is_told_and_in_the_audit(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "operator") as made:
            await spaces(made)
            return await node(made, "v3").read_data_value()

    value = asyncio.run(work())
    assert value.Value.Value == served.now[3]
    assert value.SourceTimestamp is not None
    assert [r.who for r in served.told("login")] == ["opcua operator (operator)"]
    assert len(served.told("logout")) == 1


@pytest.mark.parametrize("policy", ["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"])
def test_policies(served: Served, policy: str) -> None:
    async def work() -> Any:
        pair = served.keys["anna"]
        async with client(served.url, pair, "operator", policy=policy) as made:
            await spaces(made)
            return await node(made, "v3").read_value()

    assert asyncio.run(work()) == served.now[3]


@pytest.mark.parametrize(
    ("name", "user", "password", "application", "why"),
    [
        ("stranger", "operator", "", "", "not trusted"),
        ("late", "operator", "", "", "expired"),
        ("anna", "operator", "guess", "", "operator: wrong name or password"),
        ("anna", "secret typed here", "guess", "", "unknown: wrong name or password"),
        ("anna", "", "", "", "no name and password"),
        ("anna", "operator", "", "urn:somebody:else", None),
    ],
)
def test_refused(
    served: Served, name: str, user: str, password: str, application: str, why: str | None
) -> None:
    async def work() -> None:
        pair = served.keys[name]
        async with client(served.url, pair, user, password, application):
            pass

    with pytest.raises(REFUSED):
        asyncio.run(work())
    assert not served.told("login")
    if why is not None:
        told = served.told("refused")
        assert [why in row.why for row in told] == [True]
        assert "secret" not in str(told)


def test_unknown_certificate_is_kept_to_be_looked_at(served: Served) -> None:
    async def work() -> None:
        async with client(served.url, served.keys["stranger"], "operator"):
            pass

    with pytest.raises(REFUSED):
        asyncio.run(work())
    rejected = [k for k in served.server.guards.trust.known() if k.box == "rejected"]
    assert [k.certificate for k in rejected] == [served.keys["stranger"].certificate]


def test_no_login_without_audit(served: Served) -> None:
    async def work() -> None:
        async with client(served.url, served.keys["anna"], "operator"):
            pass

    served.audit.broken = True
    try:
        with pytest.raises(REFUSED):
            asyncio.run(work())
    finally:
        served.audit.broken = False


def test_tokens_are_random(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "operator") as made:
            return made.uaclient.protocol.authentication_token

    one, other = asyncio.run(work()), asyncio.run(work())
    assert one.NodeIdType == ua.NodeIdType.ByteString
    assert len(one.Identifier) == 32
    assert one != other


def test_a_request_needs_its_token(served: Served) -> None:
    async def work() -> None:
        async with client(served.url, served.keys["anna"], "operator") as made:
            protocol = made.uaclient.protocol
            kept = protocol.authentication_token
            protocol.authentication_token = ua.NodeId()
            try:
                with pytest.raises(ua.UaStatusCodeError, match="BadSessionIdInvalid"):
                    await made.get_namespace_array()
            finally:
                protocol.authentication_token = kept
            assert await made.get_namespace_array()

    asyncio.run(work())


def test_who_is_removed_is_cut_off(served: Served) -> None:
    guards = served.server.guards

    async def work() -> None:
        guards.users.add("carla", "observer", "password of carla")
        async with client(served.url, served.keys["anna"], "carla", "password of carla") as made:
            assert await made.get_namespace_array()
            guards.users.remove("carla")
            served.do(served.server._housekeeping.look())
            with pytest.raises(REFUSED):
                await asyncio.wait_for(made.get_namespace_array(), 5)

    asyncio.run(work())
    assert [r.why for r in served.told("ended")] == ["user changed or removed"]


def test_a_recorded_password_is_not_taken_again(served: Served) -> None:
    """An encrypted password carries the session's nonce; with another one it is worth nothing."""
    from asyncua.crypto.uacrypto import encrypt_rsa_oaep

    own = served.server.guards.own
    assert own is not None
    nonce, word = b"n" * 32, b"password of operator"
    plain = (len(word) + 32).to_bytes(4, "little") + word + nonce
    token = ua.UserNameIdentityToken(
        UserName="operator",
        Password=encrypt_rsa_oaep(own.certificate.public_key(), plain),
        EncryptionAlgorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep",
    )

    key = served.server.inner.private_key
    assert read(token, nonce, key) == word.decode()
    with pytest.raises(ua.UaStatusCodeError):
        read(token, b"m" * 32, key)
    token.EncryptionAlgorithm = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"
    with pytest.raises(ua.UaStatusCodeError):
        read(token, nonce, key)


def test_insecure_is_for_this_machine() -> None:
    assert OpcuaSettings(insecure=True).insecure_role == "observer"
    with pytest.raises(ValueError, match="on this machine alone"):
        OpcuaSettings.model_validate({"host": "0.0.0.0", "insecure": True})


def test_sessions_are_ours(served: Served) -> None:
    assert issubclass(type(served.server.inner.create_session("x")), BoundSession)
    served.do(_close_all(served))


async def _close_all(served: Served) -> None:
    for session in list(served.server.inner._external_sessions.values()):
        await session.close_session(True)


def test_users_file(served: Served) -> None:
    users = served.server.guards.users
    for name, role, word in (
        ("a b", "observer", "long enough word"),
        ("dora", "boss", "long enough word"),
        ("dora", "observer", "short"),
        ("dora", "observer", "aaaaaaaaaaaa"),
    ):
        with pytest.raises(ConfigurationError):
            users.add(name, role, word)
    assert users.admitted("operator", "password of operator") is not None
    assert users.admitted("operator", "password of engineer") is None
    assert users.admitted("nobody", "password of nobody") is None


def test_tries_are_counted_and_come_back() -> None:
    now = [0.0]
    tries = Budget(0.1, 2.0, lambda: now[0])
    assert [tries.take("a") for _ in range(3)] == [True, True, False]
    assert tries.take("b")
    now[0] = 10.0
    assert [tries.take("a") for _ in range(2)] == [True, False]
    tries.give("a")
    assert tries.take("a")
