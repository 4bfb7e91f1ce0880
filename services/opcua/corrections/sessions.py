"""Hole: a session belongs to whoever names it.

asyncua's authentication tokens are a counter, so that the next one is known; a request's token is
not looked at, and any channel may activate a session it did not make. Anybody registers servers
for discovery to tell.

Here a token is 32 random bytes, bound to the channel's certificate and to the user; every request
must carry it, on the channel that the session was activated on; a login is in the audit before it
counts.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError, create_nonce
from asyncua.crypto.uacrypto import InvalidSignature
from asyncua.server.internal_session import InternalSession, SessionState
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary

from services.opcua.caller import Caller
from services.opcua.corrections.channel import Channel
from services.opcua.corrections.garbled import GARBLED, refused
from services.opcua.corrections.logins import identified
from services.opcua.corrections.written_for import Correction
from services.opcua.security.acts import Session as Act
from services.opcua.security.checks import application_uri

CORRECTION = Correction(
    "a session belongs to whoever names it",
    security=True,
    parts={
        "server.uaprocessor:UaProcessor.process_message": "89a801eda25ba340",
        "server.uaprocessor:UaProcessor._process_message": "4d109f55a1bcc75d",
        "server.internal_session:InternalSession": "8f31e540001d69eb",
    },
)
_logger = logging.getLogger(__name__)
_IDS = ua.ObjectIds


def _kind(name: str) -> int:
    return int(getattr(_IDS, f"{name}Request_Encoding_DefaultBinary"))


_DISCOVERY = {_kind("GetEndpoints"), _kind("FindServers")}
#: services that nobody from outside may use
_CLOSED = {
    _kind(name)
    for name in (
        "RegisterServer",
        "RegisterServer2",
        "AddNodes",
        "DeleteNodes",
        "AddReferences",
        "DeleteReferences",
    )
}
#: where in a request the length of its array stands, behind the header
_LENGTHS = {
    _kind("Read"): 12,
    _kind("Write"): 0,
    _kind("TranslateBrowsePathsToNodeIds"): 0,
    _kind("RegisterNodes"): 0,
    _kind("UnregisterNodes"): 0,
    _kind("Call"): 0,
    _kind("CreateMonitoredItems"): 8,
    _kind("ModifyMonitoredItems"): 8,
    _kind("DeleteMonitoredItems"): 4,
    _kind("SetMonitoringMode"): 8,
    _kind("SetPublishingMode"): 1,
    _kind("DeleteSubscriptions"): 0,
    _kind("TransferSubscriptions"): 0,
    _kind("Publish"): 0,
    _kind("HistoryUpdate"): 0,
}


class BoundSession(InternalSession):  # type: ignore[misc]
    """A session whose token cannot be guessed, and which knows its channel and its caller."""

    state: Any

    def __init__(self, iserver: Any, aspace: Any, submgr: Any, name: str, **more: Any) -> None:
        super().__init__(iserver, aspace, submgr, name, **{**more, "external": False})
        self.external = True
        self.auth_token = ua.NodeId(create_nonce(32), 0, ua.NodeIdType.ByteString)
        self.guards = iserver.guards
        self.channel: Services | None = None
        self.certificate: bytes | None = None
        self._caller: Caller | None = None
        iserver.register_external_session(self)

    @property
    def caller(self) -> Caller:
        """Who it was activated for."""
        if self._caller is None:
            raise refused(ua.StatusCodes.BadSessionNotActivated)
        return self._caller

    @property
    def known(self) -> bool:
        """Whether it was activated for anybody yet."""
        return self._caller is not None

    def admit(self, caller: Caller, channel: Services) -> None:
        """Activate it for somebody on a channel."""
        if self.state == SessionState.Created:
            InternalSession._current_connections += 1
        self._caller, self.channel = caller, channel
        self.state = SessionState.Activated
        self.touch()
        self._start_timeout_watchdog()


class Services(Channel):
    """A connection's requests."""

    async def process_message(self, seqhdr: Any, body: Any) -> bool:
        """One request; whether the connection stays."""
        kind = nodeid_from_binary(body)
        header = struct_from_binary(ua.RequestHeader, body)
        try:
            number = kind.Identifier if kind.NamespaceIndex == 0 else None
            return await self._serve(number, kind, header, seqhdr, body)
        except (ServiceError, ua.UaStatusCodeError) as error:
            self._fault(header, seqhdr, error.code)
        except InvalidSignature:
            self._fault(header, seqhdr, ua.StatusCodes.BadApplicationSignatureInvalid)
        except NotImplementedError:
            self._fault(header, seqhdr, ua.StatusCodes.BadServiceUnsupported)
        except GARBLED as error:
            _logger.debug("%s: request %s: %r", self.name, kind, error)
            self._fault(header, seqhdr, ua.StatusCodes.BadDecodingError)
        return True

    def _fault(self, header: Any, seqhdr: Any, code: int) -> None:
        response = ua.ServiceFault()
        response.ResponseHeader.ServiceResult = ua.StatusCode(code)
        self.send_response(header.RequestHandle, seqhdr, response)

    async def _serve(self, number: Any, kind: Any, header: Any, seqhdr: Any, body: Any) -> bool:
        if number in _DISCOVERY:
            return bool(await super()._process_message(kind, header, seqhdr, body))
        if number in _CLOSED:
            raise refused(ua.StatusCodes.BadServiceUnsupported)
        if not self.secured and not self.guards.settings.insecure:
            raise refused(ua.StatusCodes.BadSecurityModeInsufficient)
        if number == _kind("CreateSession"):
            await self._create(header, seqhdr, body)
            return True
        if number == _kind("ActivateSession"):
            await self._activate(header, seqhdr, body)
            return True
        session = self._session_of(header)
        if number == _kind("CloseSession"):
            result = await super()._process_message(kind, header, seqhdr, body)
            act = Act(session.session_id)
            self.guards.trail.tell(session.caller.who, "opcua.session", "", "logout", act)
            self.session = None
            return bool(result)
        self._count(number, body)
        session.touch()
        ours = self.iserver.own_services.get(number)
        if ours is not None:
            await ours(self, session, header, seqhdr, body)
            return True
        return bool(await super()._process_message(kind, header, seqhdr, body))

    def _session_of(self, header: Any) -> Any:
        session = self.session
        if session is None or header.AuthenticationToken != session.auth_token:
            raise refused(ua.StatusCodes.BadSessionIdInvalid)
        if session.state == SessionState.Closed:
            raise refused(ua.StatusCodes.BadSessionClosed)
        if not session.is_activated():
            raise refused(ua.StatusCodes.BadSessionNotActivated)
        if session.channel is not self:
            raise refused(ua.StatusCodes.BadSecureChannelIdInvalid)
        return session

    def _count(self, number: Any, body: Any) -> None:
        place = _LENGTHS.get(number)
        if place is None:
            return
        seen = body.copy()
        seen.skip(place)
        length = int.from_bytes(seen.read(4), "little", signed=True)
        if length > self.guards.settings.limits.operations:
            raise refused(ua.StatusCodes.BadTooManyOperations)

    async def _create(self, header: Any, seqhdr: Any, body: Any) -> None:
        wanted = struct_from_binary(ua.CreateSessionParameters, body)
        if self.session is not None and self.session.state != SessionState.Closed:
            raise refused(ua.StatusCodes.BadTooManySessions)
        policy = self._connection.security_policy
        if self.certificate is not None:
            if wanted.ClientCertificate != policy.peer_certificate:
                raise refused(ua.StatusCodes.BadCertificateInvalid)
            if application_uri(self.certificate) != wanted.ClientDescription.ApplicationUri:
                raise refused(ua.StatusCodes.BadCertificateUriInvalid)
            if len(wanted.ClientNonce or b"") < 32:
                raise refused(ua.StatusCodes.BadNonceInvalid)
        if len(self.iserver._external_sessions) >= self.guards.settings.limits.sessions:
            raise refused(ua.StatusCodes.BadTooManySessions)
        session = self.iserver.create_session(self.name, external=True)
        session.certificate = policy.peer_certificate
        self.session = session
        response = ua.CreateSessionResponse()
        result = await session.create_session(wanted, sockname=self.sockname)
        result.ServerCertificate = policy.host_certificate
        result.MaxRequestMessageSize = self.guards.settings.limits.message_kB * 1024
        data = (policy.peer_certificate or b"") + (wanted.ClientNonce or b"")
        async with self.guards.gate.asymmetric:
            result.ServerSignature.Signature = policy.asymmetric_cryptography.signature(data)
            await asyncio.sleep(0)
        result.ServerSignature.Algorithm = policy.AsymmetricSignatureURI
        response.Parameters = result
        self.send_response(header.RequestHandle, seqhdr, response)

    async def _activate(self, header: Any, seqhdr: Any, body: Any) -> None:
        wanted = struct_from_binary(ua.ActivateSessionParameters, body)
        session = self.session
        if session is None:
            session = self.iserver.lookup_external_session(header.AuthenticationToken)
        if session is None or header.AuthenticationToken != session.auth_token:
            raise refused(ua.StatusCodes.BadSessionIdInvalid)
        policy = self._connection.security_policy
        if session.certificate != policy.peer_certificate:
            self.guards.trail.tell(
                self.who, "opcua.session", "token of another client's session", "refused"
            )
            raise refused(ua.StatusCodes.BadSecurityChecksFailed)
        async with self.guards.gate.asymmetric:
            data = (policy.host_certificate or b"") + session.nonce
            signature = wanted.ClientSignature.Signature
            policy.asymmetric_cryptography.verify(data, signature)
            await asyncio.sleep(0)
        caller = await identified(self, session, wanted.UserIdentityToken)
        if session.known and session.caller.name != caller.name:
            act = Act(session.session_id)
            who = caller.who
            self.guards.trail.tell(who, "opcua.session", "of somebody else", "refused", act)
            raise refused(ua.StatusCodes.BadIdentityTokenRejected)
        act = Act(session.session_id)
        if not await self.guards.trail.kept(caller.who, "opcua.session", self.who, "login", act):
            raise refused(ua.StatusCodes.BadUserAccessDenied, "the audit cannot be written")
        if session.state == SessionState.Closed:
            raise refused(ua.StatusCodes.BadSessionClosed)
        before = session.channel
        if before is not None and before is not self:
            before.session = None
        session.admit(caller, self)
        session.nonce = create_nonce(32)
        self.session, self._closing = session, False
        self._admit_messages(self.guards.settings.limits.message_kB)
        self.guards.gate.logged_in(self.guest)
        response = ua.ActivateSessionResponse()
        response.Parameters.ServerNonce = session.nonce
        self.send_response(header.RequestHandle, seqhdr, response)

    async def close(self) -> None:
        """As in asyncua; a session that has moved to another channel stays."""
        session = self.session
        if session is not None and session.channel not in (None, self):
            self.session = None
        await super().close()
