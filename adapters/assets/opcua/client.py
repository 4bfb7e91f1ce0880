"""A client for one connection: made, connected, and let go of whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncua import Client, ua
from asyncua.crypto import security_policies
from asyncua.crypto.uacrypto import CertProperties

from adapters.assets.opcua.certificates import Certificates, fingerprint, load, secret
from adapters.assets.opcua.configuration import OpcuaConfiguration
from adapters.assets.opcua.trouble import TROUBLE
from rami.core.errors import ConfigurationError, Problem, UnreachableError

_MODES = {
    "sign": ua.MessageSecurityMode.Sign,
    "sign_encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
#: asyncua's own look at the link is not wanted: ours has the declared times
_NEVER = 1e6
#: of letting go of a server that may not answer any more
_FAREWELL_S = 1.0


@dataclass(frozen=True)
class Access:
    """What a connection needs besides the address, read once."""

    certificates: Certificates | None
    user: str | None
    password: str | None

    @classmethod
    def of(cls, configuration: OpcuaConfiguration, folder: Path) -> Access:
        """From files and environment; ConfigurationError with all that is wrong."""
        problems: list[Problem] = []
        user = configuration.user
        name = secret(user.name_env, "user.name_env", problems) if user else None
        password = secret(user.password_env, "user.password_env", problems) if user else None
        certificates = None
        if configuration.security is not None:
            try:
                certificates = load(configuration.security, folder)
            except ConfigurationError as error:
                problems += error.problems
        if problems:
            raise ConfigurationError(problems)
        return cls(certificates, name, password)


@asynccontextmanager
async def connected(
    configuration: OpcuaConfiguration, access: Access, lost: Callable[[str], None]
) -> AsyncIterator[Any]:
    """A fresh client with an active session; `lost` is told when its connection breaks.

    A used client does not come back after a loss (opcua-asyncio #1660), so each is used once.
    """
    _quiet()
    client = _made(configuration, access)
    if access.certificates is not None:
        await _check_server(configuration, access.certificates)
        await _secure(client, configuration, access.certificates)

    async def broken(error: Exception) -> None:
        lost("the connection broke")

    client.connection_lost_callback = broken
    try:
        async with asyncio.timeout(3 * configuration.timeout):
            await client.connect()
        yield client
    finally:
        await _let_go(client)


def _made(configuration: OpcuaConfiguration, access: Access) -> Any:
    client = Client(
        configuration.endpoint, timeout=configuration.timeout, watchdog_intervall=_NEVER
    )
    client.name = client.description = "rami-twins"
    client.application_uri = client.product_uri = "urn:rami-twins:client"
    # a server that is left alone forgets us soon
    client.session_timeout = int(1000 * max(30.0, 10 * configuration.keep_alive))
    if access.user is not None:
        client.set_user(access.user)
        client.set_password(access.password or "")
    return client


async def _secure(client: Any, configuration: OpcuaConfiguration, ours: Certificates) -> None:
    assert configuration.security is not None
    if ours.application is not None:  # servers compare it with the certificate's
        client.application_uri = ours.application
    await client.set_security(
        getattr(security_policies, f"SecurityPolicy{configuration.security.policy}"),
        certificate=CertProperties(ours.own, "der"),
        private_key=CertProperties(ours.key, "der"),
        server_certificate=CertProperties(ours.server, "der"),
        mode=_MODES[configuration.security.mode],
    )


async def _check_server(configuration: OpcuaConfiguration, ours: Certificates) -> None:
    """Ask the server what it offers, so that a refusal can be told in words.

    What holds the trust is the secured channel: it works with the pinned certificate alone.
    """
    assert configuration.security is not None
    asking = Client(configuration.endpoint, timeout=configuration.timeout)
    async with asyncio.timeout(3 * configuration.timeout):
        offers = await asking.connect_and_get_server_endpoints()
    mode = _MODES[configuration.security.mode]
    uri = getattr(security_policies, f"SecurityPolicy{configuration.security.policy}").URI
    fitting = [o for o in offers if o.SecurityPolicyUri == uri and o.SecurityMode == mode]
    if not fitting:
        told = sorted(
            {f"{o.SecurityPolicyUri.rpartition('#')[2]} {o.SecurityMode.name}" for o in offers}
        )
        raise ConfigurationError(
            f"{configuration.endpoint} does not offer {uri.rpartition('#')[2]} {mode.name}; "
            f"it offers {', '.join(told)}"
        )
    certificates = {bytes(o.ServerCertificate or b"") for o in fitting}
    if not any(der.startswith(ours.server) for der in certificates):
        shown = ", ".join(sorted(fingerprint(der) for der in certificates))
        raise UnreachableError(
            f"{configuration.endpoint} shows the certificate {shown}, but "
            f"{configuration.security.server_certificate} is {fingerprint(ours.server)}: "
            "not trusted, not connected"
        )


async def _let_go(client: Any) -> None:
    """Close session, channel and socket; a server that does not answer is left."""
    protocol = client.uaclient.protocol
    transport = getattr(protocol, "transport", None)
    try:
        with suppress(*TROUBLE):
            async with asyncio.timeout(_FAREWELL_S):
                await client.disconnect()
    finally:  # also when we are told to stop meanwhile
        client.disconnect_socket()
        if transport is not None:
            transport.abort()


def _quiet() -> None:
    """Asyncua's client logs tracebacks of what is told here in one line."""
    for name in ("asyncua.client", "asyncua.crypto"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL + 1)
