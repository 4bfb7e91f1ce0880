"""Hole: the default user manager takes any password, and `admin` is administrator.

An encrypted password is decrypted without a look at the session's nonce in it, so that a recorded
one can be shown again, and by RSA 1.5, whose padding tells too much.

Here a login is a name and a password of the users file; tries are counted before they are made.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from typing import Any

from asyncua import ua
from asyncua.crypto.uacrypto import decrypt_rsa_oaep, decrypt_rsa_oaep_sha256
from cryptography.hazmat.primitives import hashes

from rami.core.errors import ConfigurationError
from services.opcua.caller import Caller
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.written_for import Correction
from services.opcua.security.acts import Session as Act
from services.opcua.security.passwords import LONGEST

CORRECTION = Correction(
    "any password is taken",
    security=True,
    parts={
        "server.internal_server:InternalServer.decrypt_user_token": "3d7c617ae5e164f6",
        "server.internal_session:InternalSession.activate_session": "78a97dcd50449166",
    },
)
_logger = logging.getLogger(__name__)
_DECRYPT = {
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep": decrypt_rsa_oaep,
    "http://opcfoundation.org/UA/security/rsa-oaep-sha2-256": decrypt_rsa_oaep_sha256,
}
_SC = ua.StatusCodes


async def identified(channel: Any, session: Any, token: Any) -> Caller:
    """Who logs in to a session; refused, and in the audit, if he is not who he says."""
    guards = channel.guards
    certificate = channel.certificate
    application = certificate.fingerprint(hashes.SHA256()).hex() if certificate else ""
    if guards.settings.insecure:
        return Caller("anybody", guards.insecure_role, application)
    act = Act(session.session_id)

    def refuse(why: str, code: int) -> ua.UaStatusCodeError:
        guards.trail.tell(channel.who, "opcua.session", why, "refused", act)
        return refused(code)

    if not isinstance(token, ua.UserNameIdentityToken) or not token.UserName:
        raise refuse("no name and password", _SC.BadIdentityTokenRejected)
    name, tries, address = token.UserName[:64], guards.gate.failed, channel.guest.address
    if not tries.take(address):
        raise refuse("too many failed", _SC.BadUserAccessDenied)
    try:
        word = password(token, session.nonce, channel.iserver.private_key)
        user = await asyncio.to_thread(guards.users.admitted, name, word)
    except ConfigurationError as error:
        _logger.error("nobody can log in: %s", error)
        user = None
    if user is None:
        # the name may be a password typed in the wrong place: it is told only if it exists
        known = name if guards.users.exists(name) else "unknown"
        raise refuse(f"{known}: wrong name or password", _SC.BadUserAccessDenied)
    tries.give(address)
    return Caller(user.name, user.role, application)


def password(token: Any, nonce: bytes, key: Any) -> str:
    """The password in a token: in clear, as the channel is encrypted, or encrypted itself with the
    session's nonce behind it."""
    content = token.Password or b""
    if isinstance(content, str):
        content = content.encode()
    if token.EncryptionAlgorithm:
        decrypt = _DECRYPT.get(token.EncryptionAlgorithm)
        if decrypt is None or len(content) > 1024:
            raise refused(_SC.BadIdentityTokenInvalid)
        plain = decrypt(key, content)
        (length,) = struct.unpack_from("<I", plain)
        secret = plain[4 : 4 + length]
        # else a recorded one could be shown again
        if len(secret) < len(nonce) or secret[-len(nonce) :] != nonce:
            raise refused(_SC.BadIdentityTokenInvalid)
        content = secret[: -len(nonce)]
    if len(content) > 4 * LONGEST:
        raise refused(_SC.BadIdentityTokenInvalid)
    return bytes(content).decode("utf-8")
