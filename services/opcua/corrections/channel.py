"""Hole: configured policies are not enforced, and certificates are not looked at.

A server with SignAndEncrypt alone still opens a channel without security and lets a session log
in over it. The client's certificate is taken as it comes, expired ones too, and private-key work
is done for everybody. 100 MB of chunks are taken from a connection without login. What cannot be
verified is logged, and the next message read.

Here a channel without security serves discovery alone (`sessions` refuses the rest); a certificate
must lie in the trust list and hold before any key is used; messages before login are small; and
whatever cannot be read or verified ends the connection.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
from typing import Any

from asyncua import ua
from asyncua.common.connection import TransportLimits
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary, uatcp_to_binary
from cryptography import x509

from services.opcua.corrections.decoding import begin_message
from services.opcua.corrections.garbled import GARBLED, refused
from services.opcua.corrections.written_for import Correction
from services.opcua.security.checks import faults
from services.opcua.security.gate import Guest

CORRECTION = Correction(
    "configured policies are not enforced",
    security=True,
    parts={
        "server.uaprocessor:UaProcessor": "6f0aec1413f4cc24",
        "common.connection:SecureConnection": "abf26da716ef81a0",
        "common.connection:MessageChunk": "048e6a029647a6e3",
        "crypto.security_policies:SecurityPolicyFactory": "7f1beed9458d0355",
    },
)
_logger = logging.getLogger(__name__)
_CHUNK, _SMALLEST_CHUNK = 65_535, 8192
_MOST_CHUNKS = 4096
#: lifetime of a channel's keys, ms
_LIFETIME = (10_000, 3_600_000)
#: renewals of keys by somebody who has not logged in
_RENEWALS = 2


class Channel(UaProcessor):  # type: ignore[misc]
    """A connection's secure channel."""

    session: Any

    def __init__(self, iserver: Any, transport: Any, limits: Any, guest: Guest) -> None:
        own = TransportLimits(_CHUNK, _CHUNK, 0, 0)
        super().__init__(iserver, transport, own)
        self.guards, self.guest = iserver.guards, guest
        #: the client's, when the channel is secured
        self.certificate: x509.Certificate | None = None
        self._greeted, self._opened = False, 0
        #: bytes of an answer that the client takes; 0: it told no limit
        self.most_answer = self._most_answer_chunks = 0
        self._admit_messages(self.guards.settings.limits.message_before_login_kB)

    @property
    def secured(self) -> bool:
        """Whether messages are signed and encrypted."""
        policy = self._connection.security_policy
        return bool(
            self.certificate is not None and policy.Mode == ua.MessageSecurityMode.SignAndEncrypt
        )

    def _admit_messages(self, kilobytes: int) -> None:
        limits = self._connection._limits
        limits.max_message_size = kilobytes * 1024
        limits.max_chunk_count = math.ceil(limits.max_message_size / _SMALLEST_CHUNK) + 1

    async def process(self, header: Any, body: Any) -> bool:
        """One frame; whether the connection stays."""
        begin_message()
        try:
            return await self._take(header, body)
        except GARBLED as error:
            code = getattr(error, "code", None) or ua.StatusCodes.BadSecurityChecksFailed
            why = getattr(error, "why", "")
            _logger.debug("%s: %s %s", self.name, type(error).__name__, error)
            message = ua.ErrorMessage(ua.StatusCode(code), why)
            self._transport.write(uatcp_to_binary(ua.MessageType.Error, message))
            return False

    async def _take(self, header: Any, body: Any) -> bool:
        kind = header.MessageType
        if kind == ua.MessageType.Hello:
            self._greet(struct_from_binary(ua.Hello, body))
            return True
        if not self._greeted:
            raise refused(ua.StatusCodes.BadTcpMessageTypeInvalid)
        if kind == ua.MessageType.SecureOpen:
            await self._open(header, body)
            return True
        if not self._connection.is_open():
            raise refused(ua.StatusCodes.BadTcpSecureChannelUnknown)
        message = self._connection.receive_from_header_and_body(header, body)
        if kind == ua.MessageType.SecureClose:
            self._connection.close()
            return False
        if message is None:
            return True
        return bool(await self.process_message(message.SequenceHeader(), message.body()))

    def _greet(self, hello: Any) -> None:
        if self._greeted:
            raise refused(ua.StatusCodes.BadTcpMessageTypeInvalid)
        smallest = min(hello.ReceiveBufferSize, hello.SendBufferSize)
        if smallest < _SMALLEST_CHUNK:
            raise refused(ua.StatusCodes.BadConnectionRejected, "buffers below 8192 bytes")
        self._greeted = True
        limits = self._connection._limits
        limits.max_send_buffer = min(hello.ReceiveBufferSize, _CHUNK)
        self.most_answer, self._most_answer_chunks = hello.MaxMessageSize, hello.MaxChunkCount
        answer = ua.Acknowledge()
        answer.ReceiveBufferSize = min(hello.SendBufferSize, _CHUNK)
        answer.SendBufferSize = limits.max_send_buffer
        answer.MaxMessageSize = self.guards.settings.limits.message_kB * 1024
        answer.MaxChunkCount = math.ceil(answer.MaxMessageSize / _SMALLEST_CHUNK) + 1
        self._transport.write(uatcp_to_binary(ua.MessageType.Acknowledge, answer))

    async def _open(self, header: Any, body: Any) -> None:
        told = struct_from_binary(ua.AsymmetricAlgorithmHeader, body.copy(header.body_size))
        if self._connection.is_open():
            policy = self._connection.security_policy
            same = (told.SenderCertificate or b"") == (policy.peer_certificate or b"")
            if told.SecurityPolicyURI != policy.URI or not same:
                raise refused(ua.StatusCodes.BadSecurityChecksFailed)
        else:
            self.certificate = await self._admitted(told)
        self._opened += 1
        if self._opened > 1 + _RENEWALS and not self.guest.logged_in:
            raise refused(ua.StatusCodes.BadSecurityChecksFailed)
        async with self.guards.gate.asymmetric:
            message = self._connection.receive_from_header_and_body(header, body)
            if message is None:
                raise refused(ua.StatusCodes.BadTcpMessageTypeInvalid)
            request = struct_from_binary(ua.OpenSecureChannelRequest, message.body())
            self._issue(message, request)
            await asyncio.sleep(0)

    def _issue(self, message: Any, request: Any) -> None:
        wanted, connection = request.Parameters, self._connection
        if not connection.is_open():
            connection.select_policy(
                message.SecurityHeader().SecurityPolicyURI,
                message.SecurityHeader().SenderCertificate,
                wanted.SecurityMode,
            )
        policy = connection.security_policy
        if wanted.SecurityMode != policy.Mode:
            raise refused(ua.StatusCodes.BadSecurityModeRejected)
        if len(wanted.ClientNonce or b"") < policy.secure_channel_nonce_length:
            raise refused(ua.StatusCodes.BadNonceInvalid)
        low, high = _LIFETIME
        wanted.RequestedLifetime = min(max(wanted.RequestedLifetime, low), high)
        response = ua.OpenSecureChannelResponse()
        response.Parameters = connection.open(wanted, self.iserver)
        self.send_response(
            request.RequestHeader.RequestHandle,
            message.SequenceHeader(),
            response,
            ua.MessageType.SecureOpen,
        )

    async def _admitted(self, told: Any) -> x509.Certificate | None:
        """The client's certificate, trusted and whole; None without security."""
        guards, der = self.guards, told.SenderCertificate or b""
        if told.SecurityPolicyURI == SecurityPolicyNone.URI:
            return None
        if guards.own is None or told.SecurityPolicyURI not in guards.policies:
            raise refused(ua.StatusCodes.BadSecurityPolicyRejected)
        if told.ReceiverCertificateThumbPrint != hashlib.sha1(guards.own.der).digest():
            raise refused(ua.StatusCodes.BadCertificateInvalid, "another server's certificate")
        certificate: x509.Certificate | None = guards.trust.trusted(der)
        if certificate is None:
            name = await asyncio.to_thread(guards.trust.reject, der)
            guards.trail.tell(self.who, "opcua.channel", f"not trusted: {name}", "refused")
            raise refused(ua.StatusCodes.BadSecurityChecksFailed)
        wrong = faults(certificate)
        if wrong:
            guards.trail.tell(self.who, "opcua.channel", "; ".join(wrong), "refused")
            raise refused(ua.StatusCodes.BadSecurityChecksFailed)
        return certificate

    @property
    def ended(self) -> bool:
        """Whether the connection is gone; its session may live on."""
        return bool(self._transport.is_closing())

    @property
    def who(self) -> str:
        """As the audit names a client nobody knows yet."""
        return f"opcua {self.guest.address}"

    def send_response(
        self, requesthandle: int, seqhdr: Any, response: Any, msgtype: bytes = b"MSG"
    ) -> None:
        """As in asyncua; answers that the client cannot take become a fault."""
        response.ResponseHeader.RequestHandle = requesthandle
        content = struct_to_binary(response)
        if self.most_answer and len(content) > self.most_answer:
            fault = ua.ServiceFault()
            fault.ResponseHeader.RequestHandle = requesthandle
            fault.ResponseHeader.ServiceResult = ua.StatusCode(ua.StatusCodes.BadResponseTooLarge)
            content = struct_to_binary(fault)
        self.send(content, seqhdr.RequestId, msgtype)

    def send(self, content: bytes, request_id: int, kind: bytes = b"MSG") -> None:
        """An encoded answer; a client that does not read is cut off."""
        data = self._connection.message_to_binary(content, message_type=kind, request_id=request_id)
        self._transport.write(data)
        limits = self.guards.settings.limits
        if self._transport.get_write_buffer_size() > limits.backlog_kB * 1024:
            _logger.warning("%s does not read its answers: cut off", self.name)
            self._transport.abort()
